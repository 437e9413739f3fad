package dev.yamabiko.cli.forecast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.step.ChunkGrid;
import dev.yamabiko.step.StepPlan;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class OutlookTest {

  private static final int FLOATS = 256 * ChunkGrid.CHUNK;

  /** 10 us for each example. */
  private static final StepModel MODEL =
      new StepModel(
          new Costs(
              4,
              new BlockCost(0, 1e-5, 0),
              1,
              GradientOrder.AT_THE_END,
              0,
              1e-12,
              1e-11,
              0,
              0,
              0,
              0));

  private static Setting setting(int shards, double bandwidth) {
    return new Setting(
        FLOATS,
        new StepPlan(4096, 4096, shards, 1),
        Integer.MAX_VALUE,
        4,
        4,
        1,
        OptionalInt.empty(),
        new Link(bandwidth, 0));
  }

  @Test
  void shouldShowPowersOfTwoAndTheLast() {
    assertEquals(List.of(1), Outlook.counts(1));
    assertEquals(List.of(1, 2, 4), Outlook.counts(4));
    assertEquals(List.of(1, 2, 4, 8, 12), Outlook.counts(12));
  }

  @Test
  void shouldTakeAllWorkersAndTheStarWhereTheNetworkIsFast() {
    Outlook outlook = Outlook.of(MODEL, setting(64, 1e13), 16);
    assertEquals(16, outlook.advice().chosen().workers());
    assertEquals(64, outlook.advice().chosen().shards());
    assertEquals(Optional.empty(), outlook.advice().narrow());
    assertEquals(0, outlook.rows().get(4).best().sliceNodes());
  }

  @Test
  void shouldTakeFewerWorkersOrSliceNodesWhereTheCoordinatorsLinkIsSlow() {
    Setting setting = setting(64, 1e10);
    Outlook outlook = Outlook.of(MODEL, setting, 16);
    Outlook.Row last = outlook.rows().get(4);
    assertTrue(outlook.advice().chosen().workers() < 16, outlook.toString());
    assertTrue(last.best().sliceNodes() > 1, outlook.toString());
    assertTrue(last.best().seconds() < last.star().seconds());
    StepForecast at = outlook.advice().narrow().orElseThrow();
    StepForecast before = MODEL.forecast(setting, at.workers() - 1, 0);
    assertTrue(at.network() > at.compute());
    assertTrue(before.network() <= before.compute());
    assertEquals(StepForecast.Limit.COORDINATOR_LINK, at.limit());
  }

  @Test
  void shouldAdviseShardsForWorkersThatWouldHaveNone() {
    Outlook.Advice advice = Outlook.of(MODEL, setting(4, 1e13), 16).advice();
    assertEquals(16, advice.chosen().shards());
    assertEquals(16, advice.chosen().workers());
    assertTrue(advice.chosen().efficiency() > Outlook.WORTHWHILE);
  }
}
