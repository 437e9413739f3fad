package dev.yamabiko.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.SliceMessage;
import dev.yamabiko.step.Block;
import dev.yamabiko.step.Statistics;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ContributionBuffersTest {

  private final ContributionBuffers buffers = new ContributionBuffers(1000 * Float.BYTES);

  private boolean closed;

  /** As it was handed on last. */
  private float[] values;

  private boolean given;

  private void arrive(RunKey key, long step, Block block, int floats) throws BulkException {
    float[] all = new float[floats];
    Arrays.fill(all, step);
    FloatRun run = FloatRun.of(all, 0, floats);
    BulkFrame.ContributionBegin begin =
        new BulkFrame.ContributionBegin(
            key, step, 0, block, new Statistics(1, 1, 1, 1), 0, floats, run);
    FloatAssembly assembly =
        buffers.begin(
            begin,
            () -> closed,
            (whole, forGood) -> {
              values = whole;
              given = forGood == SliceMessage.Floats.GIVEN;
            });
    assertTrue(assembly.add(0, run));
  }

  private void arrive(long step, Block block) throws BulkException {
    arrive(Plane.RUN, step, block, 100);
  }

  @Test
  void shouldDropBuffersThatALaterLeaseDoesNotUse() throws BulkException {
    arrive(1, new Block(0, 1));
    arrive(1, new Block(1, 2));
    assertEquals(800, buffers.bytes());
    arrive(2, new Block(0, 1));
    assertEquals(800, buffers.bytes());
    arrive(3, new Block(0, 1));
    assertEquals(400, buffers.bytes());
  }

  /** A slice that had closed the step read the next step's floats, and blamed the worker. */
  @Test
  void shouldNotUseAnArrayAgainWhenItsSliceHadClosedTheStepBefore() throws BulkException {
    arrive(1, new Block(0, 1));
    float[] lent = values;
    assertFalse(given);
    closed = true;
    arrive(2, new Block(0, 1));
    float[] late = values;
    assertSame(lent, late);
    assertTrue(given);
    assertEquals(0, buffers.bytes());
    closed = false;
    arrive(3, new Block(0, 1));
    assertFalse(given);
    assertEquals(2, late[0]);
    assertEquals(3, values[0]);
  }

  @Test
  void shouldLeaveTheNewestAloneWhenAnOlderOneComesAfterIt() throws BulkException {
    arrive(2, new Block(0, 1));
    float[] newest = values;
    arrive(1, new Block(0, 1));
    assertTrue(given);
    assertEquals(2, newest[0]);
    assertEquals(1, values[0]);
  }

  @Test
  void shouldCountANewLineageAsALaterStep() throws BulkException {
    arrive(9, new Block(0, 1));
    arrive(Plane.RUN.nextLineage(), 4, new Block(1, 2), 100);
    arrive(Plane.RUN.nextLineage(), 5, new Block(1, 2), 100);
    assertEquals(400, buffers.bytes());
  }

  @Test
  void shouldReplaceABufferOfAnotherLength() throws BulkException {
    arrive(Plane.RUN, 1, new Block(0, 1), 100);
    arrive(Plane.RUN, 2, new Block(0, 1), 900);
    assertEquals(3600, buffers.bytes());
  }

  @Test
  void shouldRefuseWhatExceedsTheLinksMemory() throws BulkException {
    arrive(Plane.RUN, 1, new Block(0, 1), 600);
    BulkException e =
        assertThrows(BulkException.class, () -> arrive(Plane.RUN, 1, new Block(1, 2), 401));
    assertEquals(
        "a contribution of 401 floats needs more than the 4000 bytes of a link (held 2400)",
        e.getMessage());
    arrive(Plane.RUN, 1, new Block(1, 2), 400);
  }
}
