package dev.yamabiko.model.onnx;

import static dev.yamabiko.model.onnx.Attributes.integer;
import static dev.yamabiko.model.onnx.Attributes.integers;
import static dev.yamabiko.model.onnx.Attributes.number;

import dev.yamabiko.model.ModelException;
import dev.yamabiko.nn.Activation;
import dev.yamabiko.nn.AveragePool;
import dev.yamabiko.nn.BatchNorm;
import dev.yamabiko.nn.Conv2d;
import dev.yamabiko.nn.Dense;
import dev.yamabiko.nn.Dropout;
import dev.yamabiko.nn.Flatten;
import dev.yamabiko.nn.Gelu;
import dev.yamabiko.nn.GlobalAveragePool;
import dev.yamabiko.nn.Layer;
import dev.yamabiko.nn.LayerNorm;
import dev.yamabiko.nn.LeakyRelu;
import dev.yamabiko.nn.MaxPool;
import dev.yamabiko.nn.Network;
import dev.yamabiko.nn.Node;
import dev.yamabiko.nn.Residual;
import dev.yamabiko.nn.Softmax;
import dev.yamabiko.tensor.ConvShape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The operators that compute each kind of layer, as it computes when it evaluates. Values have
 * ONNX's layout as they are, [batch, features] or [batch, channels, height, width]; of the weights
 * only those of convolutions are laid out otherwise.
 */
final class LayerOperators {

  /** Adds a layer's operators to the graph and returns the name of the layer's output. */
  private interface Emitter<L extends Layer> {
    String emit(L layer, LayerPlace place);
  }

  /** What is not in here cannot be exported. */
  private static final Map<Class<? extends Layer>, Emitter<Layer>> EMITTERS =
      Map.ofEntries(
          of(Dense.class, LayerOperators::dense),
          of(Conv2d.class, LayerOperators::convolution),
          of(MaxPool.class, LayerOperators::maxPool),
          of(AveragePool.class, LayerOperators::averagePool),
          of(GlobalAveragePool.class, LayerOperators::globalAveragePool),
          of(Flatten.class, (layer, place) -> flatten(place, place.input())),
          of(Activation.class, LayerOperators::activation),
          of(LeakyRelu.class, (l, place) -> place.node("LeakyRelu", number("alpha", l.slope()))),
          of(Gelu.class, LayerOperators::gelu),
          of(Softmax.class, (layer, place) -> place.node("Softmax", integer("axis", 1))),
          of(Dropout.class, (layer, place) -> place.input()),
          of(BatchNorm.class, LayerOperators::batchNorm),
          of(LayerNorm.class, LayerOperators::layerNorm),
          // Its addend is added behind it.
          of(Residual.class, (layer, place) -> place.input()));

  private LayerOperators() {}

  private static <L extends Layer> Map.Entry<Class<? extends Layer>, Emitter<Layer>> of(
      Class<L> kind, Emitter<L> emitter) {
    return Map.entry(kind, (layer, place) -> emitter.emit(kind.cast(layer), place));
  }

  /**
   * Adds the whole network.
   *
   * @param input the value that the network reads
   * @return the network's output
   * @throws ModelException naming the layer that no operators are known for
   */
  static String emit(OnnxGraph graph, Network network, float[] weights, String input) {
    List<String> values = new ArrayList<>(List.of(input));
    for (Node node : network.nodes()) {
      Emitter<Layer> emitter = EMITTERS.get(node.layer().getClass());
      if (emitter == null) {
        throw new ModelException(
            "%s cannot be exported to ONNX: no operators are known for this kind of layer; export the model as safetensors"
                .formatted(node.describe()));
      }
      LayerPlace place = new LayerPlace(graph, node, weights, values.get(node.input()));
      String value = emitter.emit(node.layer(), place);
      values.add(
          node.addend() < 0 ? value : place.node("Add", List.of(value, values.get(node.addend()))));
    }
    return values.get(values.size() - 1);
  }

  private static String dense(Dense layer, LayerPlace place) {
    return place.node("Gemm", List.of(place.input(), place.parameter(0), place.parameter(1)));
  }

  private static String convolution(Conv2d layer, LayerPlace place) {
    ConvShape shape = layer.shape();
    String weight =
        place
            .graph()
            .floats(
                place.node().name() + ".weight",
                filtersFirst(shape, place.weights(), place.offset(0)),
                0,
                shape.filters(),
                shape.channels(),
                shape.kernelHeight(),
                shape.kernelWidth());
    long high = shape.padHeight();
    long wide = shape.padWidth();
    return place.node(
        "Conv",
        List.of(place.input(), weight, place.parameter(1)),
        integers("kernel_shape", shape.kernelHeight(), shape.kernelWidth()),
        integers("pads", high, wide, high, wide),
        integers("strides", shape.stride(), shape.stride()));
  }

  /** From [channels, kernelHeight, kernelWidth, filters]. */
  private static float[] filtersFirst(ConvShape shape, float[] weights, int from) {
    int taps = shape.taps();
    int filters = shape.filters();
    float[] laid = new float[taps * filters];
    for (int tap = 0; tap < taps; tap++) {
      for (int f = 0; f < filters; f++) {
        laid[f * taps + tap] = weights[from + tap * filters + f];
      }
    }
    return laid;
  }

  private static String maxPool(MaxPool layer, LayerPlace place) {
    return pool("MaxPool", layer.shape().size(), layer.shape().stride(), place);
  }

  private static String averagePool(AveragePool layer, LayerPlace place) {
    return pool("AveragePool", layer.size(), layer.stride(), place);
  }

  /** Windows that reach beyond the edge are left out there, too, unless a ceil_mode is set. */
  private static String pool(String operator, int size, int stride, LayerPlace place) {
    return place.node(
        operator, integers("kernel_shape", size, size), integers("strides", stride, stride));
  }

  private static String globalAveragePool(GlobalAveragePool layer, LayerPlace place) {
    return flatten(place, place.node("GlobalAveragePool"));
  }

  private static String flatten(LayerPlace place, String value) {
    return place.node("Flatten", List.of(value), integer("axis", 1));
  }

  private static String activation(Activation layer, LayerPlace place) {
    return switch (layer.function()) {
      case RELU -> place.node("Relu");
      case SIGMOID -> place.node("Sigmoid");
      case TANH -> place.node("Tanh");
    };
  }

  /** X (1/2 + 1/2 erf(X sqrt(1/2))); an operator of its own came with operator set 20 only. */
  private static String gelu(Gelu layer, LayerPlace place) {
    OnnxGraph graph = place.graph();
    String root = graph.scalar(place.name() + "/root", (float) Math.sqrt(0.5));
    String half = graph.scalar(place.name() + "/half", 0.5f);
    String erf = place.node("Erf", List.of(place.node("Mul", List.of(place.input(), root))));
    String part = place.node("Mul", List.of(erf, half));
    String distribution = place.node("Add", List.of(part, half));
    return place.node("Mul", List.of(place.input(), distribution));
  }

  private static String batchNorm(BatchNorm layer, LayerPlace place) {
    return place.node(
        "BatchNormalization",
        List.of(
            place.input(),
            place.parameter(0),
            place.parameter(1),
            place.buffer(0),
            place.buffer(1)),
        number("epsilon", layer.epsilon()));
  }

  /** Over all that an example has. */
  private static String layerNorm(LayerNorm layer, LayerPlace place) {
    return place.node(
        "LayerNormalization",
        List.of(place.input(), place.parameter(0), place.parameter(1)),
        integer("axis", 1),
        number("epsilon", layer.epsilon()));
  }
}
