package dev.yamabiko.job;

import com.typesafe.config.ConfigValueType;
import dev.yamabiko.nn.Activation;
import dev.yamabiko.nn.Conv2d;
import dev.yamabiko.nn.Dense;
import dev.yamabiko.nn.Flatten;
import dev.yamabiko.nn.Initializer;
import dev.yamabiko.nn.LayerSpec;
import dev.yamabiko.nn.MaxPool;
import dev.yamabiko.nn.Softmax;
import java.util.List;

/** {@code model = [...]}: the layers, first to last. */
final class ModelParser {
  private static final List<String> LAYERS =
      List.of("dense", "conv2d", "max-pool", "flatten", "relu", "sigmoid", "tanh", "softmax");

  private ModelParser() {}

  static List<LayerSpec> parse(Node model) {
    return model.items("a list of layers").stream().map(ModelParser::layer).toList();
  }

  private static LayerSpec layer(Node node) {
    Variant variant = node.variant(LAYERS);
    return switch (variant.name()) {
      case "dense" -> dense(variant.section("units", "initializer"));
      case "conv2d" ->
          conv2d(variant.section("filters", "kernel", "stride", "padding", "initializer"));
      case "max-pool" -> maxPool(variant.section("size", "stride"));
      default -> {
        variant.section();
        yield plain(variant.name());
      }
    };
  }

  private static LayerSpec plain(String name) {
    return switch (name) {
      case "flatten" -> new Flatten.Spec();
      case "relu" -> new Activation.Spec(Activation.Kind.RELU);
      case "sigmoid" -> new Activation.Spec(Activation.Kind.SIGMOID);
      case "tanh" -> new Activation.Spec(Activation.Kind.TANH);
      case "softmax" -> new Softmax.Spec();
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static LayerSpec dense(Section options) {
    return new Dense.Spec(options.at("units").integer(1), initializer(options));
  }

  private static LayerSpec maxPool(Section options) {
    int size = options.at("size").integer(1, 2);
    return new MaxPool.Spec(size, options.at("stride").integer(1, size));
  }

  private static LayerSpec conv2d(Section options) {
    int filters = options.at("filters").integer(1);
    int[] kernel = kernel(options.at("kernel"));
    int stride = options.at("stride").integer(1, 1);
    int[] padding = padding(options.at("padding"), kernel, stride);
    return new Conv2d.Spec(
        filters, kernel[0], kernel[1], stride, padding[0], padding[1], initializer(options));
  }

  private static Initializer initializer(Section options) {
    return options.at("initializer").oneOf(Initializer.class, Initializer.HE);
  }

  private static int[] kernel(Node node) {
    String expected = "an integer of at least 1 or [height, width]";
    if (node.isInteger()) {
      int size = node.integer(1);
      return new int[] {size, size};
    }
    if (!node.is(ConfigValueType.LIST)) {
      throw node.expected(expected);
    }
    List<Node> sizes = node.children();
    if (sizes.size() != 2) {
      throw node.error("expected " + expected + " but found a list of " + sizes.size());
    }
    return new int[] {sizes.get(0).integer(1), sizes.get(1).integer(1)};
  }

  private static int[] padding(Node node, int[] kernel, int stride) {
    if (!node.given()) {
      return new int[] {0, 0};
    }
    String size = kernel[0] + "x" + kernel[1];
    if (node.is(ConfigValueType.STRING) && node.value().unwrapped().equals("same")) {
      if (kernel[0] % 2 == 0 || kernel[1] % 2 == 0) {
        throw node.error("\"same\" expects an odd kernel but found " + size);
      }
      if (stride != 1) {
        throw node.error("\"same\" expects stride = 1 but found " + stride);
      }
      return new int[] {kernel[0] / 2, kernel[1] / 2};
    }
    int most = Math.min(kernel[0], kernel[1]) - 1;
    String range = most == 0 ? "0" : "an integer from 0 to " + most;
    if (!node.isInteger() || !isFrom0To(most, node)) {
      throw node.expected("\"same\" or %s, less than the %s kernel,".formatted(range, size));
    }
    int padding = node.integer(0);
    return new int[] {padding, padding};
  }

  private static boolean isFrom0To(int most, Node node) {
    long padding = ((Number) node.value().unwrapped()).longValue();
    return padding >= 0 && padding <= most;
  }
}
