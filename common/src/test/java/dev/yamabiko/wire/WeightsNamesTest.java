package dev.yamabiko.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.yamabiko.protocol.WorkerMessage;
import org.junit.jupiter.api.Test;

class WeightsNamesTest {

  private final WeightsNames names = new WeightsNames();

  private static WorkerMessage.InstallWeights weights(long step, int slice) {
    return Plane.weights(step, slice, Plane.floats(1, step));
  }

  @Test
  void shouldPutNewerWeightsInThePlaceOfOlderOnes() {
    int name = names.of(weights(3, 0));
    assertEquals(name, names.of(weights(3, 0)));
    assertEquals(name, names.of(weights(4, 0)));
    assertNotEquals(name, names.of(weights(4, 1)));
  }

  /** The newest were lost, and the worker waited for them until somebody missed it. */
  @Test
  void shouldNeverPutOlderWeightsInThePlaceOfNewerOnes() {
    int newer = names.of(weights(4, 0));
    int other = names.of(weights(4, 1));
    int older = names.of(weights(3, 0));
    assertNotEquals(newer, older);
    assertNotEquals(other, older);
    assertEquals(newer, names.of(weights(5, 0)));
  }
}
