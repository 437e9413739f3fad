package dev.yamabiko.slices;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import dev.yamabiko.nn.Dense;
import dev.yamabiko.nn.Initializer;
import dev.yamabiko.nn.Network;
import dev.yamabiko.nn.Region;
import dev.yamabiko.optim.Clipping;
import dev.yamabiko.optim.Schedule;
import dev.yamabiko.optim.Sgd;
import dev.yamabiko.protocol.FloatSegment;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.protocol.SliceMessage;
import dev.yamabiko.protocol.StepTiming;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.protocol.WorkerMessage.InstallWeights;
import dev.yamabiko.protocol.WorkerTiming;
import dev.yamabiko.step.Block;
import dev.yamabiko.step.SampleLedger;
import dev.yamabiko.step.SliceStep;
import dev.yamabiko.step.Statistics;
import dev.yamabiko.step.StepPlan;
import dev.yamabiko.step.UpdateRule;
import dev.yamabiko.tensor.Shape;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class ParameterSliceTest {

  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final RunKey KEY = new RunKey("run", 2);
  private static final StepPlan PLAN = new StepPlan(8, 4, 2, 1);
  private static final Statistics STATISTICS = new Statistics(2, 1, 1, 0);
  private static final Network NETWORK =
      Network.build(Shape.of(1), List.of(new Dense.Spec(1, Initializer.ZEROS)));
  private static final Duration QUIET = Duration.ofMillis(100);

  private final TestProbe<WorkerMessage> worker = KIT.createTestProbe(WorkerMessage.class);
  private Optional<SampleLedger> ledger = Optional.empty();
  private final TestProbe<RunMessage> run = KIT.createTestProbe(RunMessage.class);

  /** Nanoseconds. */
  private final AtomicLong clock = new AtomicLong();

  private float momentum;
  private Executor compute = ForkJoinPool.commonPool();

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Test
  void shouldBroadcastNewWeightsWhenAllShardsAreIn() {
    ActorRef<SliceMessage> slice = slice(0, 1, Optional.empty());
    assertWeights(0, 10, 20);
    slice.tell(contribution(KEY, 0, 1, 2, 4, 8));
    slice.tell(contribution(KEY, 0, 0, 1, 4, 4));
    // learning rate 1, four examples: w - (sum of gradients) / 4
    assertWeights(1, 10 - 8f / 4, 20 - 12f / 4);
    RunMessage.SliceUpdated updated = run.expectMessageClass(RunMessage.SliceUpdated.class);
    assertEquals(0, updated.step());
    assertEquals(4, updated.statistics().examples());
  }

  @Test
  void shouldTellWhichWorkerAStepHasWaitedFor() {
    BlockingQueue<Runnable> work = new LinkedBlockingQueue<>();
    compute = work::add;
    clock.set(1_000);
    ActorRef<SliceMessage> slice = slice(0, 1, Optional.empty());
    assertWeights(0, 10, 20);
    at(slice, 1_500, timed(0, 0, 1, "quick", 300));
    at(slice, 9_000, timed(0, 1, 2, "slow", 7_700));
    clock.set(9_200);
    takeAndRun(work);
    assertEquals(
        new StepTiming(
            8_200,
            200,
            List.of(new WorkerTiming("quick", 500, 300), new WorkerTiming("slow", 8_000, 7_700))),
        run.expectMessageClass(RunMessage.SliceUpdated.class).timing());
    // The next step begins where this one has ended; what comes twice is not counted.
    at(slice, 9_300, timed(1, 0, 1, "quick", 40));
    at(slice, 9_400, timed(1, 0, 1, "quick", 140));
    at(slice, 9_500, timed(1, 1, 2, "quick", 240));
    takeAndRun(work);
    assertEquals(
        new StepTiming(300, 0, List.of(new WorkerTiming("quick", 300, 240))),
        run.expectMessageClass(RunMessage.SliceUpdated.class).timing());
  }

  /** Nobody can have begun before that. */
  @Test
  void shouldTimeTheFirstStepFromWhenItsWeightsWereSent() {
    ActorRef<SliceMessage> slice = slice(0, 1, Optional.empty());
    assertWeights(0, 10, 20);
    clock.set(50_000);
    slice.tell(new SliceMessage.AddWorker(KEY, "worker-1", worker.ref(), 0));
    assertWeights(0, 10, 20);
    at(slice, 50_100, timed(0, 0, 1, "worker-1", 90));
    clock.set(60_000);
    slice.tell(new SliceMessage.AddWorker(KEY, "late", worker.ref(), 0));
    assertWeights(0, 10, 20);
    at(slice, 60_500, timed(0, 1, 2, "late", 400));
    StepTiming timing = run.expectMessageClass(RunMessage.SliceUpdated.class).timing();
    assertEquals(10_500, timing.nanos());
    assertEquals(
        List.of(new WorkerTiming("worker-1", 100, 90), new WorkerTiming("late", 10_500, 400)),
        timing.workers());
  }

  /** Once the slice has got this, by this time. */
  private void at(ActorRef<SliceMessage> slice, long time, SliceMessage contribution) {
    clock.set(time);
    slice.tell(contribution);
    // Each message before this one has been worked off when it is answered.
    TestProbe<RunMessage> answer = KIT.createTestProbe(RunMessage.class);
    slice.tell(new SliceMessage.ReportMissing(KEY, Long.MAX_VALUE, answer.ref()));
    answer.expectMessageClass(RunMessage.ShardsMissing.class);
  }

  private static SliceMessage timed(long step, int from, int to, String worker, long nanos) {
    return new SliceMessage.Contribute(
        KEY,
        step,
        0,
        new Block(from, to),
        segment(4, 4),
        STATISTICS,
        worker,
        SliceMessage.Floats.LENT,
        nanos);
  }

  @Test
  void shouldNotApplyAStepWithOtherSamplesThanWereDrawn() {
    ledger = Optional.of(new SampleLedger(PLAN, 1));
    ActorRef<SliceMessage> slice = slice(0, 1, Optional.empty());
    assertWeights(0, 10, 20);
    slice.tell(contribution(KEY, 0, 0, 2, 4, 8));
    String cause = run.expectMessageClass(RunMessage.SliceFailed.class).cause();
    assertTrue(
        cause.startsWith(
            "worker worker-1 read the wrong samples: expected shards [0, 2) of step 0"),
        cause);
    worker.expectNoMessage(QUIET);
  }

  @Test
  void shouldIgnoreWhatIsLateDoubleOrOfAnotherTerm() {
    ActorRef<SliceMessage> slice = slice(0, 1, Optional.empty());
    assertWeights(0, 10, 20);
    slice.tell(contribution(new RunKey("run", 1), 0, 0, 2, 100, 100));
    slice.tell(contribution(new RunKey("other", 2), 0, 0, 2, 100, 100));
    slice.tell(contribution(KEY, 7, 0, 2, 100, 100));
    slice.tell(contribution(KEY, 0, 0, 1, 4, 4));
    slice.tell(contribution(KEY, 0, 0, 1, 4, 4));
    worker.expectNoMessage(QUIET);
    slice.tell(contribution(KEY, 0, 1, 2, 4, 8));
    assertWeights(1, 8, 17);
    slice.tell(contribution(KEY, 0, 1, 2, 100, 100));
    worker.expectNoMessage(QUIET);
  }

  @Test
  void shouldNameBothWorkersWhenOneBlockHasTwoValues() {
    ActorRef<SliceMessage> slice = slice(0, 1, Optional.empty());
    slice.tell(contribution(KEY, 0, 0, 1, 4, 4));
    slice.tell(
        new SliceMessage.Contribute(
            KEY, 0, 0, new Block(0, 1), segment(4, 5), STATISTICS, "elsewhere"));
    String message = run.expectMessageClass(RunMessage.WorkersDisagree.class).message();
    assertTrue(message.contains("worker-1") && message.contains("elsewhere"), message);
  }

  /** What was handed out again is compared also when it comes after its step, and cut otherwise. */
  @Test
  void shouldNameWorkersWhenLateBitsDifferFromThoseTheStepWasClosedWith() {
    ActorRef<SliceMessage> slice = slice(0, 1, Optional.empty());
    slice.tell(new SliceMessage.ReportMissing(KEY, 0, run.ref()));
    run.expectMessageClass(RunMessage.ShardsMissing.class);
    slice.tell(contribution(KEY, 0, 0, 1, 4, 4));
    slice.tell(contribution(KEY, 0, 1, 2, 4, 8));
    run.expectMessageClass(RunMessage.SliceUpdated.class);
    slice.tell(late(0, 2, 8, 12));
    slice.tell(late(1, 2, 4, 8));
    run.expectNoMessage(QUIET);
    slice.tell(late(0, 2, 8, 13));
    assertEquals(
        "workers worker-1 and elsewhere computed different bits for shards [0, 2) of step 0",
        run.expectMessageClass(RunMessage.WorkersDisagree.class).message());
    slice.tell(late(1, 2, 5, 8));
    assertEquals(
        "workers worker-1 and elsewhere computed different bits for shards [1, 2) of step 0",
        run.expectMessageClass(RunMessage.WorkersDisagree.class).message());
  }

  @Test
  void shouldNameWorkersWhenBitsDifferFromThoseOfBlocksThatAreCutOtherwise() {
    ActorRef<SliceMessage> slice = slice(0, 1, Optional.empty());
    slice.tell(contribution(KEY, 0, 0, 1, 4, 4));
    slice.tell(late(0, 2, 8, 13));
    slice.tell(contribution(KEY, 0, 1, 2, 4, 8));
    String message = run.expectMessageClass(RunMessage.WorkersDisagree.class).message();
    assertTrue(message.contains("worker-1 and elsewhere computed different bits"), message);
  }

  /**
   * A worker whose shards were handed out again sends them late, and its next step comes before the
   * slice has looked: the array that was lent is filled with other floats by then.
   */
  @Test
  void shouldNotBlameAWorkerWhoseFloatsMayBeOverwritten() {
    ActorRef<SliceMessage> slice = slice(0, 1, Optional.empty());
    slice.tell(new SliceMessage.ReportMissing(KEY, 0, run.ref()));
    run.expectMessageClass(RunMessage.ShardsMissing.class);
    slice.tell(contribution(KEY, 0, 0, 2, 8, 12));
    run.expectMessageClass(RunMessage.SliceUpdated.class);
    float[] used = {8, 12};
    SliceMessage.Contribute lent =
        new SliceMessage.Contribute(
            KEY, 0, 0, new Block(0, 2), segment(used), STATISTICS, "elsewhere");
    used[1] = 3;
    slice.tell(lent);
    run.expectNoMessage(QUIET);
  }

  private static SliceMessage late(int from, int to, float... gradient) {
    Statistics statistics = to - from == 1 ? STATISTICS : STATISTICS.plus(STATISTICS);
    return new SliceMessage.Contribute(
        KEY,
        0,
        0,
        new Block(from, to),
        segment(gradient),
        statistics,
        "elsewhere",
        SliceMessage.Floats.GIVEN,
        0);
  }

  @Test
  void shouldWaitForAllSlicesWhenClipping() {
    ActorRef<SliceMessage> slice = slice(0, 2, Optional.of(new Clipping.GlobalNorm(1)));
    slice.tell(new SliceMessage.MeetPeers(KEY, List.of(slice)));
    assertWeights(0, 10, 20);
    slice.tell(contribution(KEY, 0, 0, 2, 12, 0));
    worker.expectNoMessage(QUIET);
    // This slice's mean gradient is (3, 0), the other's 4: the norm is 5, scaled to 1.
    slice.tell(new SliceMessage.ShareNorm(KEY, 0, 1, new double[] {16}));
    assertWeights(1, 10 - 3 * 0.2f, 20);
    assertEquals(5, run.expectMessageClass(RunMessage.SliceUpdated.class).norm());
  }

  @Test
  void shouldNotCarryDoubledNormIntoNextStep() {
    ActorRef<SliceMessage> slice = slice(0, 2, Optional.of(new Clipping.GlobalNorm(1)));
    slice.tell(new SliceMessage.MeetPeers(KEY, List.of(slice)));
    assertWeights(0, 10, 20);
    slice.tell(contribution(KEY, 0, 0, 2, 12, 0));
    slice.tell(new SliceMessage.ShareNorm(KEY, 0, 1, new double[] {16}));
    slice.tell(new SliceMessage.ShareNorm(KEY, 0, 1, new double[] {16}));
    assertEquals(1, worker.expectMessageClass(InstallWeights.class).step());
    slice.tell(new SliceMessage.ShareNorm(KEY, 0, 1, new double[] {16}));
    slice.tell(contribution(KEY, 1, 0, 2, 12, 0));
    worker.expectNoMessage(QUIET);
    slice.tell(new SliceMessage.ShareNorm(KEY, 1, 1, new double[] {0}));
    assertEquals(2, worker.expectMessageClass(InstallWeights.class).step());
  }

  /** Slices have gone on under their lease; between nodes the run may have lost what they said. */
  @Test
  void shouldSayAgainWhichStepsAreUpdatedWhenTheRunAsksForThem() {
    ActorRef<SliceMessage> slice = slice(0, 1, Optional.empty());
    List<RunMessage.SliceUpdated> said = new ArrayList<>();
    for (long step = 0; step < 2; step++) {
      slice.tell(contribution(KEY, step, 0, 2, 8, 12));
      RunMessage.SliceUpdated word = run.expectMessageClass(RunMessage.SliceUpdated.class);
      // Who was late, it says once.
      said.add(word.timed(word.timing().withoutWorkers()));
    }
    slice.tell(new SliceMessage.ReportMissing(KEY, 0, run.ref()));
    assertEquals(said.get(0), run.receiveMessage());
    assertEquals(said.get(1), run.receiveMessage());
    assertEquals(2, run.expectMessageClass(RunMessage.ShardsMissing.class).step());
    slice.tell(new SliceMessage.ReportMissing(KEY, 1, run.ref()));
    assertEquals(said.get(1), run.receiveMessage());
    run.expectMessageClass(RunMessage.ShardsMissing.class);
    slice.tell(new SliceMessage.ReportMissing(KEY, 2, run.ref()));
    assertEquals(List.of(0, 1), run.expectMessageClass(RunMessage.ShardsMissing.class).shards());
    run.expectNoMessage(QUIET);
  }

  /** A slice that waits for norms shares its own again, and so does one that has got past it. */
  @Test
  void shouldShareItsNormAgainWhenTheRunAsksForTheStep() {
    TestProbe<SliceMessage> peer = KIT.createTestProbe(SliceMessage.class);
    ActorRef<SliceMessage> slice = slice(0, 2, Optional.of(new Clipping.GlobalNorm(1)));
    slice.tell(new SliceMessage.MeetPeers(KEY, List.of(slice, peer.ref())));
    assertWeights(0, 10, 20);
    slice.tell(contribution(KEY, 0, 0, 2, 12, 0));
    double[] squares = peer.expectMessageClass(SliceMessage.ShareNorm.class).squares();
    SliceMessage question = new SliceMessage.ReportMissing(KEY, 0, run.ref());
    slice.tell(question);
    assertArrayEquals(squares, peer.expectMessageClass(SliceMessage.ShareNorm.class).squares());
    run.expectMessageClass(RunMessage.ShardsMissing.class);
    worker.expectNoMessage(QUIET);
    slice.tell(new SliceMessage.ShareNorm(KEY, 0, 1, new double[] {16}));
    assertWeights(1, 10 - 3 * 0.2f, 20);
    assertEquals(5, run.expectMessageClass(RunMessage.SliceUpdated.class).norm());
    slice.tell(question);
    assertEquals(0, peer.expectMessageClass(SliceMessage.ShareNorm.class).step());
    // Its own share came back to it, and tells nothing new of a step that is updated.
    worker.expectNoMessage(QUIET);
    assertEquals(0, run.expectMessageClass(RunMessage.SliceUpdated.class).step());
    slice.tell(new SliceMessage.ReportMissing(KEY, 1, run.ref()));
    peer.expectNoMessage(QUIET);
  }

  /** Others may have found something else, elsewhere. */
  @Test
  void shouldNameTheStepAloneWhenTheSumOverBlocksIsNotFinite() {
    ActorRef<SliceMessage> slice = slice(0, 1, Optional.empty());
    assertWeights(0, 10, 20);
    slice.tell(contribution(KEY, 0, 0, 1, Float.MAX_VALUE, 0));
    slice.tell(contribution(KEY, 0, 1, 2, Float.MAX_VALUE, 0));
    String message = run.expectMessageClass(RunMessage.Diverged.class).message();
    assertTrue(message.startsWith("the run diverged: the update of step 0 is not finite"), message);
    assertFalse(message.contains("layer"), message);
    worker.expectNoMessage(QUIET);
  }

  @Test
  void shouldSendCurrentWeightsToWorkerThatComesLate() {
    ActorRef<SliceMessage> slice = slice(0, 1, Optional.empty());
    slice.tell(contribution(KEY, 0, 0, 2, 8, 12));
    run.expectMessageClass(RunMessage.SliceUpdated.class);
    TestProbe<WorkerMessage> late = KIT.createTestProbe(WorkerMessage.class);
    slice.tell(new SliceMessage.AddWorker(KEY, "late", late.ref(), 1));
    assertEquals(1, late.expectMessageClass(InstallWeights.class).step());
  }

  @Test
  void shouldAlsoSendWeightsOfTheStepBeforeWhereOtherSlicesHaveNotClosedIt() {
    ActorRef<SliceMessage> slice = slice(0, 1, Optional.empty());
    slice.tell(contribution(KEY, 0, 0, 2, 8, 12));
    run.expectMessageClass(RunMessage.SliceUpdated.class);
    TestProbe<WorkerMessage> late = KIT.createTestProbe(WorkerMessage.class);
    slice.tell(new SliceMessage.AddWorker(KEY, "late", late.ref(), 0));
    assertEquals(1, late.expectMessageClass(InstallWeights.class).step());
    InstallWeights weights = late.expectMessageClass(InstallWeights.class);
    assertEquals(0, weights.step());
    assertArrayEquals(new float[] {10, 20}, weights.weights().values());
  }

  @Test
  void shouldNotGiveWeightsThatAreAboutToChange() {
    compute = work -> {};
    ActorRef<SliceMessage> slice = slice(0, 1, Optional.empty());
    slice.tell(contribution(KEY, 0, 0, 2, 8, 12));
    slice.tell(read(0, new float[2]));
    assertEquals(
        "weights[0] were asked for but slice 0 is changing weights[0]",
        run.expectMessageClass(RunMessage.SliceFailed.class).cause());
  }

  /** Of the step that leads to weights[2]; not of what its norm is clipped to. */
  @Test
  void shouldGiveTheMeanGradientThatItWasToKeepAsItWasBeforeClipping() {
    ActorRef<SliceMessage> slice = slice(0, 1, Optional.of(new Clipping.GlobalNorm(1)));
    slice.tell(new SliceMessage.MeetPeers(KEY, List.of(slice)));
    slice.tell(contribution(KEY, 0, 0, 2, 400, 400));
    assertEquals(0, run.expectMessageClass(RunMessage.SliceUpdated.class).step());
    slice.tell(contribution(KEY, 1, 0, 1, 40, 8));
    slice.tell(contribution(KEY, 1, 1, 2, -8, 8));
    assertEquals(1, run.expectMessageClass(RunMessage.SliceUpdated.class).step());
    float[] gradient = new float[2];
    slice.tell(
        new SliceMessage.ReadSlice(
            KEY, 2, new float[2], new float[0][], Optional.of(gradient), 0, run.ref()));
    run.expectMessageClass(RunMessage.SliceRead.class);
    assertArrayEquals(new float[] {32f / 4, 16f / 4}, gradient);
  }

  /** A cancelled run copies while a worker that was given up may still send what is missing. */
  @Test
  void shouldNotCloseAStepWhileItsWeightsAreCopied() {
    momentum = 0.5f;
    BlockingQueue<Runnable> work = new LinkedBlockingQueue<>();
    compute = work::add;
    ActorRef<SliceMessage> slice = slice(0, 1, Optional.empty());
    slice.tell(contribution(KEY, 0, 0, 2, 8, 12));
    takeAndRun(work);
    assertEquals(0, run.expectMessageClass(RunMessage.SliceUpdated.class).step());
    float[] weights = new float[2];
    float[] velocity = new float[2];
    slice.tell(read(1, weights, velocity));
    slice.tell(contribution(KEY, 1, 0, 2, 4, 4));
    slice.tell(new SliceMessage.ReportMissing(KEY, 1, run.ref()));
    assertEquals(List.of(), run.expectMessageClass(RunMessage.ShardsMissing.class).shards());
    assertEquals(1, work.size());
    takeAndRun(work);
    assertEquals(1, run.expectMessageClass(RunMessage.SliceRead.class).step());
    assertArrayEquals(new float[] {8, 17}, weights);
    assertArrayEquals(new float[] {2, 3}, velocity);
    takeAndRun(work);
    assertEquals(1, run.expectMessageClass(RunMessage.SliceUpdated.class).step());
    assertArrayEquals(new float[] {8, 17}, weights);
  }

  private static void takeAndRun(BlockingQueue<Runnable> work) {
    try {
      work.take().run();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private SliceMessage read(long step, float[] weights, float[]... state) {
    return new SliceMessage.ReadSlice(KEY, step, weights, state, Optional.empty(), 0, run.ref());
  }

  private ActorRef<SliceMessage> slice(int number, int slices, Optional<Clipping> clip) {
    SliceStep step =
        new SliceStep(
            0,
            2,
            PLAN,
            new UpdateRule(new Sgd(1, momentum, false, 0), new Schedule.Constant(), clip),
            List.of(new Region(0, 2, Region.Rule.TRAINED, 0)));
    step.restore(0, new float[] {10, 20}, new float[momentum > 0 ? 1 : 0][2]);
    ActorRef<SliceMessage> slice =
        KIT.spawn(
            ParameterSlice.create(
                new ParameterSlice.Settings(
                    KEY,
                    number,
                    slices,
                    0,
                    PLAN,
                    step,
                    NETWORK,
                    run.ref(),
                    compute,
                    clock::get,
                    0,
                    ledger,
                    reached -> reached % 2 == 0)));
    slice.tell(new SliceMessage.AddWorker(KEY, "worker-1", worker.ref(), 0));
    return slice;
  }

  private void assertWeights(long step, float... expected) {
    InstallWeights message = worker.expectMessageClass(InstallWeights.class);
    assertEquals(step, message.step());
    assertArrayEquals(expected, message.weights().values());
  }

  private static SliceMessage contribution(
      RunKey key, long step, int from, int to, float... gradient) {
    return new SliceMessage.Contribute(
        key, step, 0, new Block(from, to), segment(gradient), STATISTICS, "worker-1");
  }

  private static FloatSegment segment(float... values) {
    return new FloatSegment(values, 0, values.length);
  }
}
