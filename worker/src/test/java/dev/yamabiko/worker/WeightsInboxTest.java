package dev.yamabiko.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.yamabiko.protocol.FloatSegment;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.WorkerMessage.InstallWeights;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class WeightsInboxTest {

  private final WeightsInbox inbox = new WeightsInbox(2);

  private FloatSegment accept(long step, int slice) {
    FloatSegment segment = new FloatSegment(new float[1], 0, 1);
    inbox.accept(new InstallWeights(new RunKey("run", 1), step, slice, segment));
    return segment;
  }

  @Test
  void shouldHoldWeightsOfAStepThatOneSliceHasNotClosed() {
    accept(0, 0);
    assertEquals(OptionalLong.empty(), inbox.complete());
    FloatSegment low = accept(3, 0);
    FloatSegment high = accept(3, 1);
    assertEquals(OptionalLong.of(3), inbox.complete());
    accept(4, 1);
    assertEquals(OptionalLong.of(3), inbox.complete(), "slice 0 has not closed step 3");
    assertSame(low, inbox.slices(3).get(0));
    assertSame(high, inbox.slices(3).get(1));
    accept(4, 0);
    assertEquals(OptionalLong.of(4), inbox.complete());
  }

  @Test
  void shouldDropWhatIsOlder() {
    accept(4, 0);
    accept(4, 1);
    accept(2, 0);
    assertEquals(OptionalLong.of(4), inbox.complete());
    accept(5, 0);
    accept(5, 1);
    accept(4, 0);
    assertEquals(OptionalLong.of(5), inbox.complete());
  }
}
