package dev.yamabiko.job;

import dev.yamabiko.extension.Interval;
import dev.yamabiko.nn.Activation;
import dev.yamabiko.nn.BinaryCrossEntropy;
import dev.yamabiko.nn.HalfSquaredError;
import dev.yamabiko.nn.Huber;
import dev.yamabiko.nn.LayerSpec;
import dev.yamabiko.nn.Loss;
import dev.yamabiko.nn.Softmax;
import dev.yamabiko.nn.SoftmaxCrossEntropy;
import java.util.List;

/** {@code loss = huber} or {@code loss { softmax-cross-entropy { label-smoothing = 0.1 } }}. */
final class LossParser {
  static final List<String> LOSSES =
      List.of("softmax-cross-entropy", "binary-cross-entropy", "half-squared-error", "huber");

  private LossParser() {}

  /**
   * Reads the loss.
   *
   * @param model the job's layers, whose last one must not do what the loss does
   */
  static Loss parse(Node node, Node model, List<LayerSpec> layers) {
    Extensions extensions = Extensions.ofThisJvm();
    Variant variant = node.variant(extensions.with(LOSSES, Category.LOSS));
    LayerSpec last = layers.get(layers.size() - 1);
    return switch (variant.name()) {
      case "softmax-cross-entropy" -> {
        Section options = variant.section("class-weights", "label-smoothing");
        if (last instanceof Softmax.Spec) {
          throw doubled(variant, model, layers);
        }
        yield new SoftmaxCrossEntropy(classWeights(options), labelSmoothing(options));
      }
      case "binary-cross-entropy" -> {
        Section options = variant.section("class-weights", "label-smoothing");
        if (last.equals(new Activation.Spec(Activation.Kind.SIGMOID))) {
          throw doubled(variant, model, layers);
        }
        List<Float> weights = classWeights(options);
        if (!weights.isEmpty() && weights.size() != 2) {
          throw options
              .at("class-weights")
              .error("expected 2 numbers, one for each class, but found " + weights.size());
        }
        yield new BinaryCrossEntropy(weights, labelSmoothing(options));
      }
      case "huber" ->
          new Huber(
              variant.section("delta").at("delta").single(Interval.POSITIVE, Huber.DEFAULT_DELTA));
      case "half-squared-error" -> {
        variant.section();
        yield new HalfSquaredError();
      }
      default -> extensions.make(Category.LOSS, variant, Loss.class);
    };
  }

  private static JobException doubled(Variant variant, Node model, List<LayerSpec> layers) {
    int last = layers.size() - 1;
    String kind = layers.get(last).kind();
    return model
        .children()
        .get(last)
        .error(
            "the loss %s applies %s itself; leave out the last %s"
                .formatted(variant.name(), kind, kind));
  }

  private static List<Float> classWeights(Section options) {
    Node node = options.at("class-weights");
    if (!node.given()) {
      return List.of();
    }
    return node.items("a list of numbers, one for each class,").stream()
        .map(LossParser::weight)
        .toList();
  }

  private static float weight(Node weight) {
    if (!weight.given()) {
      throw weight.expected(Interval.POSITIVE.text());
    }
    return weight.single(Interval.POSITIVE, 1);
  }

  private static float labelSmoothing(Section options) {
    return options.at("label-smoothing").single(Interval.BELOW_ONE, 0);
  }
}
