package dev.yamabiko.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.WorkerMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.Test;

/** Slices use the arrays of weights[t] again for weights[t + 2]. */
class BroadcastsTest {

  private final Broadcasts broadcasts = new Broadcasts(Plane.SMALL);

  private static WorkerMessage.InstallWeights twoFrames(long step, int slice) {
    return Plane.weights(step, slice, Plane.floats(2 * Plane.FLOATS_PER_FRAME, step));
  }

  private static void assertSends(Outgoing transfer) {
    ByteBuf frame = transfer.next(UnpooledByteBufAllocator.DEFAULT);
    assertNotNull(frame);
    frame.release();
  }

  /** Else a slow worker would compute with half of other weights, and look as if it were wrong. */
  @Test
  void shouldSendNothingMoreOfWeightsThatMayBeOverwritten() {
    Outgoing slow = broadcasts.transfer(twoFrames(3, 0), "slow");
    broadcasts.transfer(twoFrames(3, 1), "slow");
    assertSends(slow);
    broadcasts.transfer(twoFrames(4, 0), "fast");
    broadcasts.transfer(twoFrames(4, 1), "fast");
    broadcasts.sent().contributed(Plane.RUN, 4);
    assertNull(slow.next(UnpooledByteBufAllocator.DEFAULT));
    assertTrue(slow.isDone());
    slow.end();
    assertEquals(0, broadcasts.memory().used());
  }

  @Test
  void shouldSendOlderWeightsWhileASliceElsewhereMayNotHaveClosedTheirStep() {
    broadcasts.transfer(twoFrames(4, 0), "fast");
    broadcasts.sent().contributed(Plane.RUN, 3);
    Outgoing slow = broadcasts.transfer(twoFrames(3, 0), "slow");
    assertSends(slow);
    assertSends(slow);
    assertTrue(slow.isDone());
  }

  @Test
  void shouldSendNothingOfAnOlderLineageOnceANewOneGetsContributions() {
    Outgoing slow = broadcasts.transfer(twoFrames(3, 0), "slow");
    WorkerMessage.InstallWeights old = twoFrames(1, 0);
    RunKey next = Plane.RUN.nextLineage();
    broadcasts.transfer(new WorkerMessage.InstallWeights(next, 1, 0, old.weights()), "fast");
    broadcasts.sent().contributed(next, 1);
    assertNull(slow.next(UnpooledByteBufAllocator.DEFAULT));
  }

  @Test
  void shouldNotBelieveAContributionToAStepOfWhichNoWeightsWereSent() {
    Outgoing slow = broadcasts.transfer(twoFrames(3, 0), "slow");
    broadcasts.sent().contributed(Plane.RUN, Long.MAX_VALUE);
    broadcasts.sent().contributed(Plane.RUN.nextLineage(), 1);
    assertSends(slow);
  }
}
