package dev.yamabiko.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.yamabiko.tensor.ScalarKernels;
import dev.yamabiko.tensor.Shape;
import dev.yamabiko.tensor.ShardRows;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A run that diverged goes back and computes on with the workspace that it has. */
class NetworkPassReuseTest {

  private static final LayerSpec TANH = new Activation.Spec(Activation.Kind.TANH);
  private static final int ROWS = 3;

  private final Network network =
      Network.build(
          Shape.of(4),
          List.of(
              new Dense.Spec(5, Initializer.HE),
              new Residual.Spec(List.of(TANH, new Dense.Spec(5, Initializer.HE)), List.of()),
              new Dense.Spec(2, Initializer.HE)));

  private float[] gradient(NetworkPass pass, NetworkPass.GradientListener listener) {
    float[] weights = network.initialWeights(5);
    Arrays.fill(pass.input(ROWS), 0.5f);
    ShardRows shards = ShardRows.single(ROWS);
    pass.forward(weights, shards, null);
    Arrays.fill(pass.outputGradient(), 1);
    float[] gradient = new float[network.parameterCount()];
    pass.backward(weights, shards, null, gradient, listener);
    return gradient;
  }

  @Test
  void shouldGiveTheBitsOfAFreshWorkspaceAfterABackwardPassThatEndedEarly() {
    float[] fresh = gradient(new NetworkPass(network, new ScalarKernels()), index -> {});
    NetworkPass pass = new NetworkPass(network, new ScalarKernels());
    for (int stopAt = 1; stopAt <= network.nodes().size(); stopAt++) {
      int[] left = {stopAt};
      NetworkPass.GradientListener diverges =
          index -> {
            if (--left[0] == 0) {
              throw new IllegalStateException("diverged");
            }
          };
      assertThrows(IllegalStateException.class, () -> gradient(pass, diverges));
      assertEquals(0, left[0]);
      assertArrayEquals(fresh, gradient(pass, index -> {}));
    }
  }
}
