package dev.yamabiko.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.yamabiko.protocol.RunKey;
import org.junit.jupiter.api.Test;

class WeightsBuffersTest {

  private static final RunKey BEFORE = new RunKey("run", 3);
  private static final RunKey NOW = BEFORE.nextLineage();
  private static final int FLOATS = 6;

  private final WeightsBuffers buffers = new WeightsBuffers(2 * FLOATS * Float.BYTES);

  private float[] take(RunKey key, long step) throws BulkException {
    return buffers.take(
        new BulkFrame.WeightsBegin(key, step, 0, FLOATS, FloatRun.of(new float[2], 0, 2)));
  }

  @Test
  void shouldHaveOneArrayForEverySecondStep() throws BulkException {
    float[] even = take(NOW, 4);
    float[] odd = take(NOW, 5);
    assertNotSame(even, odd);
    assertSame(even, take(NOW, 6));
    assertSame(odd, take(NOW, 5));
    assertSame(even, take(NOW.nextLineage(), 2));
  }

  /** What was sent before a roll-back may come after what was sent since. */
  @Test
  void shouldKeepWeightsOfALineageGoneByOutOfNewerOnes() throws BulkException {
    float[] before = take(BEFORE, 8);
    float[] now = take(NOW, 2);
    assertSame(before, now);
    float[] late = take(BEFORE, 8);
    assertNotSame(now, late);
    assertEquals(FLOATS, late.length);
    assertSame(now, take(NOW, 2));
  }

  @Test
  void shouldRefuseMoreThanItMayTake() throws BulkException {
    take(NOW, 0);
    take(NOW, 1);
    BulkFrame.WeightsBegin another =
        new BulkFrame.WeightsBegin(NOW, 0, 1, 1, FloatRun.of(new float[1], 0, 1));
    assertThrows(BulkException.class, () -> buffers.take(another));
  }
}
