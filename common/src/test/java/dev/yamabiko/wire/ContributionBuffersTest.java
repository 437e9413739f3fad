package dev.yamabiko.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.step.Block;
import dev.yamabiko.step.Statistics;
import org.junit.jupiter.api.Test;

class ContributionBuffersTest {

  private final ContributionBuffers buffers = new ContributionBuffers(1000 * Float.BYTES);

  private void arrive(RunKey key, long step, Block block, int floats) throws BulkException {
    FloatRun run = FloatRun.of(new float[floats], 0, floats);
    BulkFrame.ContributionBegin begin =
        new BulkFrame.ContributionBegin(
            key, step, 0, block, new Statistics(1, 1, 1, 1), floats, run);
    assertTrue(buffers.begin(begin, values -> {}).add(0, run));
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
