package dev.yamabiko.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.yamabiko.tensor.Kernels;
import dev.yamabiko.tensor.KernelsFactory;
import dev.yamabiko.tensor.Philox;
import dev.yamabiko.tensor.Shape;
import dev.yamabiko.tensor.ShardRows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class JoinedLayersTest {

  private static final int ROWS = 3;
  private static final LayerSpec RELU = new Activation.Spec(Activation.Kind.RELU);

  private final Kernels kernels = KernelsFactory.create();
  private final ShardRows shards = ShardRows.single(ROWS);

  private static float[] numbers(int purpose, int count) {
    Philox random = Philox.stream(3, Philox.Purpose.GENERATE, purpose, 0, 0);
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) random.nextGaussian();
    }
    return numbers;
  }

  private static LayerSpec conv(int filters, int stride, int padding) {
    return new Conv2d.Spec(filters, 3, 3, stride, padding, padding, Initializer.HE);
  }

  private static LayerSpec dense(int units) {
    return new Dense.Spec(units, Initializer.HE);
  }

  private static LayerSpec pool(int size, int stride) {
    return new MaxPool.Spec(size, stride);
  }

  static Stream<List<LayerSpec>> layers() {
    return Stream.of(
        List.of(conv(5, 1, 1), RELU, pool(2, 2)),
        List.of(conv(5, 1, 1), RELU, pool(3, 2)),
        List.of(conv(5, 1, 1), RELU, pool(2, 3)),
        // In one with the convolution, and with many filters with images in tiles between them.
        List.of(conv(16, 1, 0), RELU, pool(2, 2)),
        List.of(conv(32, 1, 1), RELU, pool(2, 2), conv(64, 1, 0), RELU, pool(2, 2)),
        List.of(conv(32, 1, 0), pool(2, 2), conv(32, 1, 1), pool(2, 2)),
        List.of(conv(32, 1, 0), RELU, pool(2, 2), conv(16, 2, 1), RELU, pool(2, 2)),
        List.of(conv(32, 1, 0), RELU, pool(2, 2), conv(48, 1, 1), RELU, conv(3, 1, 1)),
        List.of(new Flatten.Spec(), dense(37), RELU, dense(64), RELU, dense(5)),
        List.of(new Flatten.Spec(), dense(8), RELU),
        // What only reads values in another shape is passed by, but at the end.
        List.of(conv(4, 1, 1), new Flatten.Spec(), new Flatten.Spec(), dense(5), RELU),
        List.of(conv(4, 1, 1), RELU, pool(2, 2), new Flatten.Spec()));
  }

  @ParameterizedTest
  @MethodSource("layers")
  void shouldGiveTheBitsOfLayersOneAfterTheOther(List<LayerSpec> layers) {
    Network network = Network.build(Shape.of(2, 21, 23), layers);
    int count = layers.size();
    float[] weights = network.initialWeights(5);
    float[] x = numbers(0, ROWS * network.inputShape().size());
    float[] g = numbers(1, ROWS * network.outputShape().size());

    NetworkPass pass = new NetworkPass(network, kernels);
    System.arraycopy(x, 0, pass.input(ROWS), 0, x.length);
    float[] y = pass.forward(weights, shards, null).clone();
    System.arraycopy(g, 0, pass.outputGradient(), 0, g.length);
    float[] gradient = new float[network.length()];
    pass.backward(weights, shards, null, gradient, index -> {});

    List<float[]> values = new ArrayList<>(List.of(x));
    List<float[]> saved = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Layer layer = network.layers().get(i);
      values.add(new float[ROWS * layer.outputShape().size()]);
      saved.add(new float[ROWS * layer.savedSize()]);
      layer.forward(call(network, weights, i), values.get(i), values.get(i + 1), saved.get(i));
    }
    float[] expected = new float[network.length()];
    for (int i = count - 1; i >= 0; i--) {
      float[] dx = new float[values.get(i).length];
      Layer layer = network.layers().get(i);
      layer.backward(
          call(network, weights, i),
          values.get(i),
          values.get(i + 1),
          saved.get(i),
          g,
          dx,
          expected);
      g = dx;
    }
    assertArrayEquals(values.get(count), Arrays.copyOf(y, values.get(count).length));
    assertArrayEquals(expected, gradient);
  }

  /** Flatten, but that it has to be called. */
  private record Copying(Flatten flatten) implements Layer {
    record Spec() implements LayerSpec {
      @Override
      public String kind() {
        return "copying";
      }

      @Override
      public Layer build(Shape input) {
        return new Copying(new Flatten(input));
      }
    }

    @Override
    public String describe() {
      return "copying";
    }

    @Override
    public Shape inputShape() {
      return flatten.inputShape();
    }

    @Override
    public Shape outputShape() {
      return flatten.outputShape();
    }

    @Override
    public void forward(LayerCall call, float[] x, float[] y, float[] saved) {
      flatten.forward(call, x, y, saved);
    }

    @Override
    public void backward(
        LayerCall call,
        float[] x,
        float[] y,
        float[] saved,
        float[] g,
        float[] dx,
        float[] gradient) {
      flatten.backward(call, x, y, saved, g, dx, gradient);
    }
  }

  private static List<LayerSpec> nested(LayerSpec view) {
    LayerSpec tanh = new Activation.Spec(Activation.Kind.TANH);
    LayerSpec inner = new Residual.Spec(List.of(dense(18), tanh), List.of());
    LayerSpec outer = new Residual.Spec(List.of(view, inner, view, RELU), List.of());
    return List.of(view, dense(18), view, outer, view, inner, view, dense(4));
  }

  private float[] gradient(List<LayerSpec> layers) {
    Network network = Network.build(Shape.of(2, 3, 3), layers);
    NetworkPass pass = new NetworkPass(network, kernels);
    float[] x = numbers(2, ROWS * 18);
    System.arraycopy(x, 0, pass.input(ROWS), 0, x.length);
    float[] weights = network.initialWeights(6);
    pass.forward(weights, shards, null);
    float[] g = numbers(3, ROWS * 4);
    System.arraycopy(g, 0, pass.outputGradient(), 0, g.length);
    float[] gradient = new float[network.length()];
    pass.backward(weights, shards, null, gradient, index -> {});
    return gradient;
  }

  /** Sums of what several readers give back depend on the order. */
  @Test
  void shouldAddInTheSameOrderWhereLayersArePassedBy() {
    assertArrayEquals(gradient(nested(new Copying.Spec())), gradient(nested(new Flatten.Spec())));
  }

  private LayerCall call(Network network, float[] weights, int layer) {
    Node node = network.nodes().get(layer);
    return new LayerCall(kernels, shards, weights, layer, node.offset(), node.bufferOffset(), null);
  }
}
