package dev.yamabiko.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.tensor.KernelsFactory;
import dev.yamabiko.tensor.Philox;
import dev.yamabiko.tensor.ScalarKernels;
import dev.yamabiko.tensor.Shape;
import dev.yamabiko.tensor.ShardRows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class NetworkPassTest {

  private static final LayerSpec TANH = new Activation.Spec(Activation.Kind.TANH);
  private final Network network =
      Network.build(
          Shape.of(4),
          List.of(
              TANH, new Dense.Spec(9, Initializer.HE), TANH, new Dense.Spec(3, Initializer.HE)));
  private final float[] weights = network.initialWeights(5);

  private float[] gradient(NetworkPass pass, int rows, List<Integer> finals) {
    Philox random = Philox.stream(1, Philox.Purpose.GENERATE, 0, 0, 0);
    float[] input = pass.input(rows);
    for (int i = 0; i < rows * 4; i++) {
      input[i] = (float) random.nextGaussian();
    }
    ShardRows shards = ShardRows.single(rows);
    float[] y = pass.forward(weights, shards, null);
    System.arraycopy(y, 0, pass.outputGradient(), 0, rows * 3);
    float[] gradient = new float[network.parameterCount()];
    Arrays.fill(gradient, Float.NaN);
    pass.backward(weights, shards, null, gradient, finals::add);
    return gradient;
  }

  @Test
  void shouldGiveSameBitsWhateverBatchTheWorkspaceSawBefore() {
    NetworkPass used = new NetworkPass(network, new ScalarKernels());
    for (int rows : new int[] {3, 7, 2, 7, 1}) {
      float[] fresh =
          gradient(new NetworkPass(network, new ScalarKernels()), rows, new ArrayList<>());
      assertArrayEquals(fresh, gradient(used, rows, new ArrayList<>()));
    }
  }

  @Test
  void shouldStopAtTheFirstLayerWithParametersAndSayWhatIsFinal() {
    List<Integer> finals = new ArrayList<>();
    float[] gradient = gradient(new NetworkPass(network, new ScalarKernels()), 2, finals);
    assertEquals(List.of(45, 45, 45, 0, 0), finals);
    assertEquals(-1, new ScalarKernels().firstNonFinite(gradient, 0, gradient.length));
  }

  @Test
  void shouldGiveAWideLayersGradientAwayBeforeItIsWhole() {
    Network wide =
        Network.build(
            Shape.of(600),
            List.of(new Dense.Spec(40, Initializer.HE), TANH, new Dense.Spec(3, Initializer.HE)));
    NetworkPass pass = new NetworkPass(wide, KernelsFactory.create());
    ShardRows shards = ShardRows.single(512);
    Philox random = Philox.stream(1, Philox.Purpose.GENERATE, 0, 0, 0);
    float[] input = pass.input(512);
    for (int i = 0; i < 512 * 600; i++) {
      input[i] = (float) random.nextGaussian();
    }
    float[] y = pass.forward(wide.initialWeights(5), shards, null);
    System.arraycopy(y, 0, pass.outputGradient(), 0, 512 * 3);
    float[] gradient = new float[wide.parameterCount()];
    float[] told = new float[gradient.length];
    List<Integer> finals = new ArrayList<>(List.of(gradient.length));
    pass.backward(
        wide.initialWeights(5),
        shards,
        null,
        gradient,
        index -> {
          int before = finals.get(finals.size() - 1);
          System.arraycopy(gradient, index, told, index, before - index);
          finals.add(index);
        });
    assertArrayEquals(gradient, told);
    assertTrue(finals.stream().filter(i -> i > 0 && i < wide.offset(1)).count() > 1, "" + finals);
  }

  @Test
  void shouldFindFirstLayerWithoutFiniteOutput() {
    NetworkPass pass = new NetworkPass(network, new ScalarKernels());
    gradient(pass, 3, new ArrayList<>());
    assertEquals(-1, pass.firstNonFiniteLayer(2));
    weights[network.offset(3) + 4] = Float.NaN;
    gradient(pass, 3, new ArrayList<>());
    assertEquals(3, pass.firstNonFiniteLayer(2));
    weights[network.offset(1)] = Float.POSITIVE_INFINITY;
    gradient(pass, 3, new ArrayList<>());
    assertEquals(1, pass.firstNonFiniteLayer(2));
  }
}
