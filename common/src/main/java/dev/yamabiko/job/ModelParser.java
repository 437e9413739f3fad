package dev.yamabiko.job;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigValueType;
import dev.yamabiko.extension.Interval;
import dev.yamabiko.nn.Activation;
import dev.yamabiko.nn.AveragePool;
import dev.yamabiko.nn.BatchNorm;
import dev.yamabiko.nn.Conv2d;
import dev.yamabiko.nn.Dense;
import dev.yamabiko.nn.Dropout;
import dev.yamabiko.nn.Flatten;
import dev.yamabiko.nn.Gelu;
import dev.yamabiko.nn.GlobalAveragePool;
import dev.yamabiko.nn.Initializer;
import dev.yamabiko.nn.LayerNorm;
import dev.yamabiko.nn.LayerSpec;
import dev.yamabiko.nn.LeakyRelu;
import dev.yamabiko.nn.MaxPool;
import dev.yamabiko.nn.Residual;
import dev.yamabiko.nn.Softmax;
import java.util.List;

/** {@code model = [...]}: the layers, first to last. */
final class ModelParser {
  static final List<String> LAYERS =
      List.of(
          "dense",
          "conv2d",
          "max-pool",
          "average-pool",
          "global-average-pool",
          "flatten",
          "relu",
          "leaky-relu",
          "gelu",
          "sigmoid",
          "tanh",
          "softmax",
          "dropout",
          "batch-norm",
          "layer-norm",
          "residual");

  private ModelParser() {}

  static List<LayerSpec> parse(Node model) {
    return layers(model);
  }

  private static List<LayerSpec> layers(Node list) {
    return list.items("a list of layers").stream().map(ModelParser::layer).toList();
  }

  private static LayerSpec layer(Node node) {
    Extensions extensions = Extensions.ofThisJvm();
    Variant variant = node.variant(extensions.with(LAYERS, Category.LAYER));
    if (!LAYERS.contains(variant.name())) {
      return extensions.make(Category.LAYER, variant, LayerSpec.class);
    }
    return switch (variant.name()) {
      case "dense" -> dense(variant.section("units", "initializer"));
      case "conv2d" ->
          conv2d(variant.section("filters", "kernel", "stride", "padding", "initializer"));
      case "max-pool", "average-pool" -> pool(variant);
      case "leaky-relu" ->
          new LeakyRelu.Spec(
              variant
                  .section("slope")
                  .at("slope")
                  .single(Interval.BELOW_ONE, LeakyRelu.Spec.DEFAULT_SLOPE));
      case "dropout" ->
          new Dropout.Spec(
              variant
                  .section("rate")
                  .at("rate")
                  .single(Interval.BELOW_ONE, Dropout.Spec.DEFAULT_RATE));
      case "batch-norm" -> batchNorm(variant.section("momentum", "epsilon"));
      case "layer-norm" ->
          new LayerNorm.Spec(
              variant
                  .section("epsilon")
                  .at("epsilon")
                  .single(Interval.POSITIVE, LayerNorm.Spec.DEFAULT_EPSILON));
      case "residual" -> residual(variant.section("body", "shortcut"));
      default -> {
        variant.section();
        yield plain(variant.name());
      }
    };
  }

  private static LayerSpec plain(String name) {
    return switch (name) {
      case "global-average-pool" -> new GlobalAveragePool.Spec();
      case "flatten" -> new Flatten.Spec();
      case "gelu" -> new Gelu.Spec();
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

  private static LayerSpec pool(Variant variant) {
    Section options = variant.section("size", "stride");
    int size = options.at("size").integer(1, 2);
    int stride = options.at("stride").integer(1, size);
    return variant.name().equals("max-pool")
        ? new MaxPool.Spec(size, stride)
        : new AveragePool.Spec(size, stride);
  }

  private static LayerSpec batchNorm(Section options) {
    return new BatchNorm.Spec(
        options.at("momentum").single(Interval.UP_TO_ONE, BatchNorm.Spec.DEFAULT_MOMENTUM),
        options.at("epsilon").single(Interval.POSITIVE, BatchNorm.Spec.DEFAULT_EPSILON));
  }

  private static LayerSpec residual(Section options) {
    Node shortcut = options.at("shortcut");
    boolean identity =
        !shortcut.given() || shortcut.value() instanceof ConfigList list && list.isEmpty();
    return new Residual.Spec(layers(options.at("body")), identity ? List.of() : layers(shortcut));
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
