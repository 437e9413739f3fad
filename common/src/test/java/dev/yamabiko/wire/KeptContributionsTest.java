package dev.yamabiko.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.protocol.FloatSegment;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.SliceMessage;
import dev.yamabiko.step.Block;
import dev.yamabiko.step.Statistics;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KeptContributionsTest {

  private static final RunKey KEY = new RunKey("run", 1);

  private final ArrivingWeights arriving = new ArrivingWeights();
  private final KeptContributions kept =
      new KeptContributions(BulkSettings.DEFAULT.frameBytes(), arriving);

  private static BulkFrame.WeightsBegin weights(RunKey key, long step) {
    return new BulkFrame.WeightsBegin(key, step, 0, 1, FloatRun.of(new float[1], 0, 1));
  }

  /** Whether it is sent at once, and again on another connection. */
  private boolean takes(long step) {
    Outbox<KeptContributions.Name> now = new Outbox<>();
    FloatSegment gradient = new FloatSegment(new float[1], 0, 1);
    kept.add(
        new SliceMessage.Contribute(
            KEY, step, 0, new Block(0, 1), gradient, new Statistics(1, 0, 0, 0), "w"),
        Optional.of(now));
    Outbox<KeptContributions.Name> later = new Outbox<>();
    kept.sendAgain(later);
    assertEquals(now.isEmpty(), later.isEmpty());
    return !now.isEmpty();
  }

  @Test
  void shouldTakeAContributionWhenTheNextWeightsHaveBegun() {
    kept.begins(weights(KEY, 4));
    assertTrue(takes(3));
  }

  /** They arrive where those were that it was computed from, and may have been half there. */
  @Test
  void shouldDropAContributionWhenWeightsAfterTheNextHaveBegunOnAnotherConnection() {
    KeptContributions other = new KeptContributions(BulkSettings.DEFAULT.frameBytes(), arriving);
    other.begins(weights(KEY, 5));
    assertTrue(!takes(3));
    assertTrue(takes(4));
  }

  /** Once the other slices' are here, too, the worker overwrites the floats. */
  @Test
  void shouldDropAContributionWhenTheNextWeightsOfItsSliceAreHere() {
    kept.begins(weights(KEY, 4));
    kept.forget(weights(KEY, 4), new Outbox<>());
    assertTrue(!takes(3));
    assertTrue(takes(4));
  }

  @Test
  void shouldSendACopyOnceAlthoughTheNextWeightsAreHere() {
    kept.forget(weights(KEY, 4), new Outbox<>());
    Outbox<KeptContributions.Name> now = new Outbox<>();
    FloatSegment gradient = new FloatSegment(new float[1], 0, 1);
    kept.add(
        new SliceMessage.Contribute(
            KEY,
            3,
            0,
            new Block(0, 1),
            gradient,
            new Statistics(1, 0, 0, 0),
            "w",
            SliceMessage.Floats.COPIED,
            5),
        Optional.of(now));
    assertTrue(!now.isEmpty());
    Outbox<KeptContributions.Name> later = new Outbox<>();
    kept.sendAgain(later);
    assertTrue(later.isEmpty());
  }

  @Test
  void shouldDropAContributionWhenTheWeightsThatItIsOfAreOverwritten() {
    kept.begins(weights(KEY, 5));
    kept.begins(weights(KEY, 4));
    assertTrue(!takes(3));
    assertTrue(takes(4));
  }

  @Test
  void shouldDropAContributionWhenWeightsOfALaterLineageHaveBegun() {
    kept.begins(weights(KEY.nextLineage(), 2));
    assertTrue(!takes(3));
  }
}
