package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.FishingOutcomes;
import akka.actor.testkit.typed.javadsl.ManualTime;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import dev.yamabiko.data.DataSource;
import dev.yamabiko.data.DataSpec;
import dev.yamabiko.job.Job;
import dev.yamabiko.job.ModelSpec;
import dev.yamabiko.model.Checkpoint;
import dev.yamabiko.model.Checkpoint.Position;
import dev.yamabiko.nn.Dense;
import dev.yamabiko.nn.HalfSquaredError;
import dev.yamabiko.nn.Initializer;
import dev.yamabiko.nn.LayerSpec;
import dev.yamabiko.nn.Network;
import dev.yamabiko.optim.Schedule;
import dev.yamabiko.optim.Sgd;
import dev.yamabiko.protocol.DataPart;
import dev.yamabiko.protocol.FloatSegment;
import dev.yamabiko.protocol.RunDefinition;
import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.protocol.RunOutcome;
import dev.yamabiko.protocol.SliceMessage;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.step.Block;
import dev.yamabiko.step.EvaluationPlan;
import dev.yamabiko.step.Statistics;
import dev.yamabiko.step.StepPlan;
import dev.yamabiko.step.UpdateRule;
import dev.yamabiko.tensor.Shape;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** The run's plan against workers played by probes; slices are the real ones. */
class TrainingRunTest {

  private static final ActorTestKit KIT = ActorTestKit.create(ManualTime.config());
  private static final ManualTime TIME = ManualTime.get(KIT.system());
  private static final RunKey KEY = new RunKey("run", 1);
  private static final int EXAMPLES = 8;
  private static final StepPlan PLAN = new StepPlan(EXAMPLES, 4, 2, 2);

  private final TestProbe<RunEvent> events = KIT.createTestProbe(RunEvent.class);
  private final TestProbe<WorkerMessage> first = KIT.createTestProbe(WorkerMessage.class);
  private final TestProbe<WorkerMessage> second = KIT.createTestProbe(WorkerMessage.class);
  private ActorRef<SliceMessage> slice;

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Test
  void shouldCompleteWhenEveryEpochIsTrainedAndEvaluated() {
    ActorRef<RunMessage> run = start();
    join(run);
    assertEquals(new RunEvent.RunStarted(2, 0, 0), events.receiveMessage());
    for (int epoch = 0; epoch < 2; epoch++) {
      lease(first, List.of(new Block(0, 1)), 2L * epoch, 2L * epoch + 2);
      lease(second, List.of(new Block(1, 2)), 2L * epoch, 2L * epoch + 2);
      for (long step = 2L * epoch; step < 2L * epoch + 2; step++) {
        contribute(step, 0);
        contribute(step, 1);
        RunEvent.StepClosed closed = events.expectMessageClass(RunEvent.StepClosed.class);
        assertEquals(step, closed.step());
        assertEquals(4, closed.statistics().examples());
      }
      answerValidation(2L * epoch + 2);
      RunEvent.EpochClosed closed = events.expectMessageClass(RunEvent.EpochClosed.class);
      assertEquals(EXAMPLES, closed.train().examples());
      assertEquals(3, closed.validation().orElseThrow().loss());
    }
    RunEvent.CheckpointTaken last = events.expectMessageClass(RunEvent.CheckpointTaken.class);
    assertEquals(new Position(4, 2, 16, Optional.empty(), 0), last.checkpoint().position());
    // Eight examples are one part, so one worker is asked.
    WorkerMessage.Evaluate train = skipTo(second, WorkerMessage.Evaluate.class);
    assertEquals(DataPart.TRAIN, train.data());
    train.replyTo().tell(evaluated(train, 5));
    RunOutcome outcome = events.expectMessageClass(RunEvent.RunEnded.class).outcome();
    assertEquals(RunOutcome.Status.COMPLETED, outcome.status());
    assertEquals(2 * EXAMPLES, outcome.samplesApplied());
    assertEquals(3, outcome.validation().orElseThrow().loss());
    assertEquals(5, outcome.train().orElseThrow().loss());
    // Zero weights, learning rate 1, each step's mean gradient is (1, 1).
    assertArrayEquals(new float[] {-4, -4}, outcome.weights().orElseThrow());
    skipTo(first, WorkerMessage.LeaveRun.class);
  }

  @Test
  void shouldFailAndNameWorkerWhenItIsLost() {
    ActorRef<RunMessage> run = start();
    join(run);
    events.expectMessageClass(RunEvent.RunStarted.class);
    second.stop();
    RunOutcome outcome = events.expectMessageClass(RunEvent.RunEnded.class).outcome();
    assertEquals(RunOutcome.Status.FAILED, outcome.status());
    assertTrue(outcome.message().contains("worker-2"), outcome.message());
    assertTrue(outcome.weights().isEmpty());
  }

  @Test
  void shouldFailAndNameSilentWorkerWhenItDoesNotGetReady() {
    ActorRef<RunMessage> run = start();
    run.tell(new RunMessage.WorkerReady(KEY, "worker-1", first.ref()));
    skipTo(first, WorkerMessage.InstallWeights.class);
    TIME.expectNoMessageFor(Duration.ofMinutes(6), events);
    TIME.timePasses(Duration.ofMinutes(6));
    RunOutcome outcome = events.expectMessageClass(RunEvent.RunEnded.class).outcome();
    assertEquals(RunOutcome.Status.FAILED, outcome.status());
    assertTrue(outcome.message().endsWith("nothing came from worker-2"), outcome.message());
  }

  @Test
  void shouldFailAndNameStepWhenItDoesNotClose() {
    ActorRef<RunMessage> run = start();
    join(run);
    lease(first, List.of(new Block(0, 1)), 0, 2);
    lease(second, List.of(new Block(1, 2)), 0, 2);
    contribute(0, 0);
    contribute(0, 1);
    events.expectMessageClass(RunEvent.RunStarted.class);
    events.expectMessageClass(RunEvent.StepClosed.class);
    contribute(1, 0);
    Duration half = StepDeadline.FLOOR.dividedBy(2).plusSeconds(1);
    TIME.expectNoMessageFor(half, events);
    TIME.timePasses(half);
    String message = events.expectMessageClass(RunEvent.RunEnded.class).outcome().message();
    assertTrue(message.contains("step 1 to close; nothing came from worker-2"), message);
  }

  @Test
  void shouldFinishBegunStepWhenCancelled() {
    ActorRef<RunMessage> run = start();
    join(run);
    lease(first, List.of(new Block(0, 1)), 0, 2);
    lease(second, List.of(new Block(1, 2)), 0, 2);
    events.expectMessageClass(RunEvent.RunStarted.class);
    run.tell(new RunMessage.CancelRun(KEY, "interrupted"));
    WorkerMessage.PauseLease pause = skipTo(first, WorkerMessage.PauseLease.class);
    // The first worker has begun step 0, the second has not.
    run.tell(new RunMessage.LeasePaused(KEY, pause.lease(), 1, "worker-1"));
    run.tell(new RunMessage.LeasePaused(KEY, pause.lease(), 0, "worker-2"));
    lease(second, List.of(new Block(1, 2)), 0, 1);
    contribute(0, 0);
    contribute(0, 1);
    events.expectMessageClass(RunEvent.StepClosed.class);
    Position position =
        events.expectMessageClass(RunEvent.CheckpointTaken.class).checkpoint().position();
    assertEquals(new Position(1, 0, 4, Optional.of(new Statistics(4, 2, 0, 0)), 0), position);
    RunOutcome outcome = events.expectMessageClass(RunEvent.RunEnded.class).outcome();
    assertEquals(RunOutcome.Status.CANCELLED, outcome.status());
    assertEquals(1, outcome.steps());
    assertEquals("interrupted", outcome.message());
    assertArrayEquals(new float[] {-1, -1}, outcome.weights().orElseThrow());
    assertTrue(outcome.validation().isEmpty());
  }

  @Test
  void shouldKeepWeightsAndLeaveEpochOpenWhenCancelledWhileEvaluating() {
    ActorRef<RunMessage> run = start();
    join(run);
    lease(first, List.of(new Block(0, 1)), 0, 2);
    for (long step = 0; step < 2; step++) {
      contribute(step, 0);
      contribute(step, 1);
      events.fishForMessage(
          Duration.ofSeconds(3),
          event ->
              event instanceof RunEvent.StepClosed
                  ? FishingOutcomes.complete()
                  : FishingOutcomes.continueAndIgnore());
    }
    skipTo(first, WorkerMessage.Evaluate.class);
    run.tell(new RunMessage.CancelRun(KEY, "interrupted"));
    Position position =
        events.expectMessageClass(RunEvent.CheckpointTaken.class).checkpoint().position();
    assertEquals(new Position(2, 0, 8, Optional.of(new Statistics(8, 4, 0, 0)), 0), position);
    RunOutcome outcome = events.expectMessageClass(RunEvent.RunEnded.class).outcome();
    assertEquals(RunOutcome.Status.CANCELLED, outcome.status());
    assertEquals(0, outcome.epochs());
    assertArrayEquals(new float[] {-2, -2}, outcome.weights().orElseThrow());
  }

  @Test
  void shouldRefuseMessagesOfAnotherTerm() {
    ActorRef<RunMessage> run = start();
    join(run);
    events.expectMessageClass(RunEvent.RunStarted.class);
    run.tell(new RunMessage.Diverged(new RunKey("run", 0), 0, "of an older term"));
    events.expectNoMessage(Duration.ZERO);
    run.tell(new RunMessage.Diverged(KEY, 0, "loss is not finite in step 0"));
    RunOutcome outcome = events.expectMessageClass(RunEvent.RunEnded.class).outcome();
    assertEquals("loss is not finite in step 0", outcome.message());
  }

  private ActorRef<RunMessage> start() {
    List<LayerSpec> model = List.of(new Dense.Spec(1, Initializer.ZEROS));
    Job job =
        new Job(
            "run",
            1,
            new DataSpec(
                new DataSource.Builtin("sine", EXAMPLES, 1), Optional.empty(), Optional.empty()),
            ModelSpec.of(model),
            new HalfSquaredError(),
            new UpdateRule(new Sgd(1, 0, false, 0), new Schedule.Constant(), Optional.empty()),
            4,
            2,
            2,
            "");
    Network network = Network.build(Shape.of(1), model);
    Checkpoint begin = RunSettings.atStart(job, network.initialWeights(1));
    Map<String, ActorRef<WorkerMessage>> workers = new LinkedHashMap<>();
    workers.put("worker-1", first.ref());
    workers.put("worker-2", second.ref());
    return KIT.spawn(
        TrainingRun.create(
            new RunSettings(
                KEY,
                job,
                new RunDefinition("", ""),
                network,
                PLAN,
                begin,
                Optional.of(new EvaluationPlan(300)),
                workers,
                RunSettings.cut(job, network, PLAN, begin, 1),
                ForkJoinPool.commonPool(),
                events.ref())));
  }

  private void join(ActorRef<RunMessage> run) {
    slice = first.expectMessageClass(WorkerMessage.JoinRun.class).slices().get(0);
    run.tell(new RunMessage.WorkerReady(KEY, "worker-1", first.ref()));
    run.tell(new RunMessage.WorkerReady(KEY, "worker-2", second.ref()));
  }

  private void lease(TestProbe<WorkerMessage> worker, List<Block> blocks, long from, long until) {
    WorkerMessage.TakeLease lease = skipTo(worker, WorkerMessage.TakeLease.class);
    assertEquals(blocks, lease.blocks());
    assertEquals(from, lease.fromStep());
    assertEquals(until, lease.untilStep());
  }

  private void contribute(long step, int shard) {
    slice.tell(
        new SliceMessage.Contribute(
            KEY,
            step,
            0,
            new Block(shard, shard + 1),
            new FloatSegment(new float[] {2, 2}, 0, 2),
            new Statistics(2, 1, 0, 0),
            "worker-" + (shard + 1)));
  }

  /** 300 examples are two parts, one for each worker; the second answers first, and twice. */
  private void answerValidation(long step) {
    WorkerMessage.Evaluate two = skipTo(second, WorkerMessage.Evaluate.class);
    WorkerMessage.Evaluate one = skipTo(first, WorkerMessage.Evaluate.class);
    assertEquals(DataPart.VALIDATION, one.data());
    assertEquals(step, one.step());
    two.replyTo().tell(evaluated(two, 1));
    two.replyTo().tell(evaluated(two, 1));
    one.replyTo().tell(evaluated(one, 2));
  }

  private static RunMessage evaluated(WorkerMessage.Evaluate request, double loss) {
    return new RunMessage.PartEvaluated(
        KEY, request.step(), request.data(), request.fromPart(), new Statistics(150, loss, 0, 0));
  }

  private static <T extends WorkerMessage> T skipTo(
      TestProbe<WorkerMessage> worker, Class<T> type) {
    WorkerMessage message = worker.receiveMessage();
    while (!type.isInstance(message)) {
      message = worker.receiveMessage();
    }
    return type.cast(message);
  }
}
