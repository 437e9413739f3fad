package dev.yamabiko.cli.forecast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.step.ChunkGrid;
import dev.yamabiko.step.StepPlan;
import java.util.OptionalInt;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class StepModelTest {

  private static final double EXACT = 1e-12;
  private static final double UPDATE = 2e-8;
  private static final double ADD = 1e-8;

  /** A millisecond for each example, and the update; all else is free. */
  private static final Costs PLAIN = costs(GradientOrder.AT_THE_END, 0);

  private static Costs costs(GradientOrder order, double perByte) {
    return new Costs(4, new BlockCost(0, 1e-3, 0), 1, order, 0, ADD, UPDATE, perByte, 0, 0, 0);
  }

  /** 64 examples in 8 shards, four bytes a float, one thread. */
  private static Setting setting(int floats, Link link) {
    return new Setting(
        floats, new StepPlan(64, 64, 8, 1), Integer.MAX_VALUE, 4, 4, 1, OptionalInt.empty(), link);
  }

  /** On which so many floats take so long. */
  private static Link link(int floats, double seconds) {
    return new Link(new Link(1, 0).seconds(4.0 * floats) / seconds, 0);
  }

  private static double step(Costs costs, Setting setting, int workers, int nodes) {
    return new StepModel(costs).forecast(setting, workers, nodes).seconds();
  }

  @Test
  void shouldBeComputingAndUpdateForOneWorkerWithoutANetwork() {
    Setting setting = setting(1000, Link.FREE);
    double expected = 64e-3 + 1000 * UPDATE;
    assertEquals(expected, new StepModel(PLAIN).alone(setting), EXACT);
    assertEquals(expected, step(PLAIN, setting, 1, 0), EXACT);
    assertEquals(1, new StepModel(PLAIN).forecast(setting, 1, 0).efficiency(), EXACT);
  }

  @Test
  void shouldSendEveryWorkersFloatsThroughTheCoordinatorsLink() {
    Setting setting = setting(1000, new Link(link(1000, 5e-3).bitsPerSecond(), 1e-3));
    StepForecast star = new StepModel(PLAIN).forecast(setting, 4, 0);
    double aggregate = 1000 * (UPDATE + 3 * ADD);
    assertEquals(16e-3, star.compute(), EXACT);
    assertEquals(aggregate, star.aggregate(), EXACT);
    assertEquals(2 * (4 * 5e-3 + 1e-3), star.network(), EXACT);
    assertEquals(16e-3 + aggregate + 42e-3, star.seconds(), EXACT);
    assertEquals(StepForecast.Limit.COORDINATOR_LINK, star.limit());
    assertEquals(64 / star.seconds(), star.samplesPerSecond(), 1e-6);
  }

  @Test
  void shouldShareFloatsAmongSliceNodesAsFarAsWorkersLinksAllow() {
    int floats = 64 * ChunkGrid.CHUNK;
    Setting setting = setting(floats, link(floats, 10e-3));
    double sums = 16e-3 + floats * (UPDATE + 3 * ADD) / 4;
    assertEquals(4, new StepModel(PLAIN).forecast(setting, 4, 0).slices());
    assertEquals(sums + 2 * 10e-3, step(PLAIN, setting, 4, 4), EXACT);
    StepForecast.Limit limit = new StepModel(PLAIN).forecast(setting, 4, 4).limit();
    assertEquals(StepForecast.Limit.WORKER_LINKS, limit);
  }

  @Test
  void shouldOverlapTransfersWithBackwardAndWithEachOther() {
    int slice = 16 * ChunkGrid.CHUNK;
    GradientOrder order = new GradientOrder(new int[] {slice, 0}, new double[] {0.5, 1});
    Costs costs = new Costs(4, new BlockCost(0, 1e-3, 0), 1, order, 0, 0, 0, 0, 0, 0, 0);
    // Both workers' second slice: final at 16 ms, up at 26, down at 36. The first: 32, 42, 52.
    assertEquals(52e-3, step(costs, setting(2 * slice, link(2 * slice, 10e-3)), 2, 0), EXACT);
    // On a slower link the second is up at 36, when the first is final already: 56, and down at 76.
    assertEquals(76e-3, step(costs, setting(2 * slice, link(2 * slice, 20e-3)), 2, 0), EXACT);
  }

  @Test
  void shouldSendEachBlockOfALease() {
    Setting three = setting(1000, link(1000, 5e-3));
    // Of 8 shards in three even parts two hold two blocks: 2 + 1, 2 + 1, and 2.
    StepForecast star = new StepModel(PLAIN).forecast(three, 3, 0);
    assertEquals(24e-3, star.compute(), EXACT);
    assertEquals(1000 * (UPDATE + 4 * ADD), star.aggregate(), EXACT);
  }

  @Test
  void shouldLeaveWorkersWithoutShardsIdle() {
    Setting setting = setting(1000, link(1000, 5e-3));
    StepForecast eight = new StepModel(PLAIN).forecast(setting, 8, 0);
    StepForecast sixteen = new StepModel(PLAIN).forecast(setting, 16, 0);
    assertEquals(eight.seconds(), sixteen.seconds(), EXACT);
    assertEquals(eight.efficiency() / 2, sixteen.efficiency(), EXACT);
  }

  @Test
  void shouldComputePiecesOnSeveralThreads() {
    Setting one = setting(1000, Link.FREE);
    Setting two =
        new Setting(1000, one.plan(), one.mostWorkers(), 4, 4, 2, OptionalInt.empty(), Link.FREE);
    // Two halves, and their sum.
    assertEquals(32e-3 + 1000 * ADD, new StepModel(PLAIN).forecast(two, 1, 0).compute(), EXACT);
  }

  @Test
  void shouldShareCoresAmongProcessesOfOneMachine() {
    Setting one = setting(1000, Link.FREE);
    Setting shared =
        new Setting(1000, one.plan(), one.mostWorkers(), 4, 4, 1, OptionalInt.of(2), Link.FREE);
    assertEquals(2 * 16e-3, new StepModel(PLAIN).forecast(shared, 4, 0).compute(), EXACT);
    assertEquals(32e-3, new StepModel(PLAIN).forecast(shared, 2, 0).compute(), EXACT);
  }

  @Test
  void shouldSlowComputingByWhatIsSentMeanwhileOnTheSameCores() {
    Setting own = setting(1000, Link.FREE);
    Setting shared =
        new Setting(1000, own.plan(), own.mostWorkers(), 4, 4, 1, OptionalInt.of(2), Link.FREE);
    // Of 32 ms of computing two workers' 4,000 bytes take 2 x 2 x 8 ms: two more halves of a core.
    Costs costs = costs(GradientOrder.AT_THE_END, 8e-3 / 4000);
    StepForecast both = new StepModel(costs).forecast(shared, 2, 0);
    assertEquals(32e-3, both.compute(), EXACT);
    assertEquals(1000 * (UPDATE + ADD), both.aggregate(), EXACT);
    assertTrue(both.network() > 32e-3 * 2 * 0.5 / 2, () -> both.network() + " s");
  }

  @Test
  void shouldCountTheProcessorTimeOfBytesAtBothEnds() {
    double q = 1e-6;
    Setting own = setting(1000, Link.FREE);
    double sums = 32e-3 + 1000 * (UPDATE + ADD);
    // Up and down: both workers on an event loop each, at once; and a frame at either end.
    assertEquals(
        sums + 2 * (4000 * q + 2 * 4000 * q),
        step(costs(GradientOrder.AT_THE_END, q), own, 2, 0),
        EXACT);
  }

  @Property
  void shouldNeverBeSlowerWithMoreBandwidthLessLatencyOrFewerBytes(
      @ForAll @IntRange(min = 1, max = 40) int workers,
      @ForAll @IntRange(min = 0, max = 6) int nodes,
      @ForAll @IntRange(min = 1, max = 2_000_000) int floats,
      @ForAll @IntRange(min = 1, max = 100_000) int megabits,
      @ForAll @IntRange(min = 0, max = 10_000) int micros,
      @ForAll @IntRange(min = 0, max = 10_000) int picosPerByte,
      @ForAll @IntRange(min = 0, max = 8) int cores) {
    double bandwidth = 1e6 * megabits;
    double latency = 1e-6 * micros;
    double perByte = 1e-12 * picosPerByte;
    int part = floats / 2 + 1;
    GradientOrder order = new GradientOrder(new int[] {part, 0}, new double[] {0.6, 1});
    Costs costs = costs(order, perByte);
    StepPlan plan = setting(floats, Link.FREE).plan();
    OptionalInt shared = cores == 0 ? OptionalInt.empty() : OptionalInt.of(cores);
    Link link = new Link(bandwidth, latency);
    Setting setting = new Setting(floats, plan, Integer.MAX_VALUE, 4, 4, 1, shared, link);
    Setting half = new Setting(floats, plan, workers, 2, 4, 1, shared, link);
    StepForecast forecast = new StepModel(costs).forecast(setting, workers, nodes);
    double least = forecast.seconds() * (1 + 1e-12);
    assertTrue(
        step(costs, setting.with(new Link(2 * bandwidth, latency)), workers, nodes) <= least);
    assertTrue(
        step(costs, setting.with(new Link(bandwidth, latency / 2)), workers, nodes) <= least);
    assertTrue(step(costs, half, workers, nodes) <= least);
    assertTrue(forecast.network() >= 0 && forecast.aggregate() >= -EXACT);
    assertEquals(
        forecast.seconds(),
        forecast.compute() + forecast.network() + forecast.aggregate(),
        1e-9 * forecast.seconds());
  }
}
