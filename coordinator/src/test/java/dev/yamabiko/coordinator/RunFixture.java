package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import akka.actor.InternalActorRef;
import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.ManualTime;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Adapter;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.ConfigFactory;
import dev.yamabiko.data.DataSource;
import dev.yamabiko.data.DataSpec;
import dev.yamabiko.data.Sampler;
import dev.yamabiko.data.Targets;
import dev.yamabiko.job.Checkpoints;
import dev.yamabiko.job.Job;
import dev.yamabiko.job.ModelSpec;
import dev.yamabiko.job.Rollback;
import dev.yamabiko.job.Selection;
import dev.yamabiko.job.WorkerCount;
import dev.yamabiko.model.Checkpoint;
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
import dev.yamabiko.step.ErrorTally;
import dev.yamabiko.step.EvaluationPlan;
import dev.yamabiko.step.Measures;
import dev.yamabiko.step.SampleHash;
import dev.yamabiko.step.Statistics;
import dev.yamabiko.step.StepPlan;
import dev.yamabiko.step.UpdateRule;
import dev.yamabiko.tensor.Shape;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ForkJoinPool;

/** A run with real slices; its two workers and its observer are played by probes. */
abstract class RunFixture {

  /**
   * Ends with the JVM: several classes use it, and where test classes run side by side, JUnit's own
   * session ends after each of them.
   */
  static final ActorTestKit KIT =
      ActorTestKit.create(ManualTime.config().withFallback(ConfigFactory.load("application-test")));

  static final ManualTime TIME = ManualTime.get(KIT.system());
  static final RunKey KEY = new RunKey("run", 1);
  static final int EXAMPLES = 8;

  private static final ErrorTally EXACT =
      new ErrorTally(150, new double[1], new double[1], new double[1], new double[1]);

  /** All but how long steps took. */
  final TestProbe<RunEvent> events = KIT.createTestProbe(RunEvent.class);

  final TestProbe<RunEvent.StepTimed> timings = KIT.createTestProbe(RunEvent.StepTimed.class);
  final TestProbe<WorkerMessage> first = KIT.createTestProbe(WorkerMessage.class);
  final TestProbe<WorkerMessage> second = KIT.createTestProbe(WorkerMessage.class);

  /** Of the lineage that was joined last. */
  RunKey key = KEY;

  /** Set before the start: workers may come and go, and so many are needed. */
  Optional<WorkerCount> elastic = Optional.empty();

  /** Set before the start: how many steps an epoch has, of four examples each. */
  int steps = EXAMPLES / 4;

  /** Set before the start: the model is large enough for two slices, and has them. */
  boolean twoSlices;

  private List<ActorRef<SliceMessage>> slices;

  private StepPlan plan() {
    return new StepPlan(4 * steps, 4, 2, 2);
  }

  ActorRef<RunMessage> start() {
    return start(new Checkpoints(OptionalLong.empty(), 1), Optional.empty(), Optional.empty());
  }

  ActorRef<RunMessage> start(
      Checkpoints checkpoints, Optional<Selection> selection, Optional<Rollback> rollback) {
    List<LayerSpec> model = List.of(new Dense.Spec(twoSlices ? 4096 : 1, Initializer.ZEROS));
    Job plain =
        new Job(
            "run",
            1,
            new DataSpec(
                new DataSource.Builtin("sine", 4 * steps, 1), Optional.empty(), Optional.empty()),
            ModelSpec.of(model),
            new HalfSquaredError(),
            new UpdateRule(new Sgd(1, 0, false, 0), new Schedule.Constant(), Optional.empty()),
            4,
            2,
            2,
            "");
    Job job =
        new Job(
            plain.name(),
            plain.seed(),
            plain.data(),
            plain.model(),
            plain.loss(),
            plain.update(),
            plain.communication(),
            plain.batchSize(),
            plain.shards(),
            plain.epochs(),
            checkpoints,
            selection,
            rollback,
            elastic.orElse(plain.workers()),
            plain.tensorBoard(),
            plain.extensions(),
            plain.resolved(),
            plain.places());
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
                new RunDefinition("", "", Optional.empty()),
                network,
                new Targets.Values(List.of(Targets.Value.plain("y"))),
                plan(),
                begin,
                Optional.of(new EvaluationPlan(300)),
                workers,
                RunSettings.cut(job, network, plan(), begin, twoSlices ? 2 : 1),
                SlicePlace.onDefaultDispatcher(ForkJoinPool.commonPool()),
                KIT.spawn(Behaviors.receiveMessage(this::observe)),
                elastic.isPresent(),
                System::nanoTime)));
  }

  private Behavior<RunEvent> observe(RunEvent event) {
    if (event instanceof RunEvent.StepTimed timed) {
      timings.ref().tell(timed);
    } else {
      events.ref().tell(event);
    }
    return Behaviors.same();
  }

  void join(ActorRef<RunMessage> run) {
    WorkerMessage.JoinRun join = skipTo(first, WorkerMessage.JoinRun.class);
    slices = join.slices();
    key = join.key();
    run.tell(new RunMessage.WorkerReady(key, "worker-1"));
    run.tell(new RunMessage.WorkerReady(key, "worker-2"));
  }

  void lease(TestProbe<WorkerMessage> worker, List<Block> blocks, long from, long until) {
    WorkerMessage.TakeLease lease = skipTo(worker, WorkerMessage.TakeLease.class);
    assertEquals(blocks, lease.blocks());
    assertEquals(from, lease.fromStep());
    assertEquals(until, lease.untilStep());
  }

  /** To let it wait. */
  InternalActorRef slice(int k) {
    return (InternalActorRef) Adapter.toClassic(slices.get(k));
  }

  void contribute(long step, int shard) {
    for (int k = 0; k < slices.size(); k++) {
      contribute(step, shard, k);
    }
  }

  void contribute(long step, int shard, int k) {
    float[] gradient = new float[twoSlices ? 4096 : 2];
    Arrays.fill(gradient, 2);
    slices
        .get(k)
        .tell(
            new SliceMessage.Contribute(
                key,
                step,
                k,
                new Block(shard, shard + 1),
                new FloatSegment(gradient, 0, gradient.length),
                statistics(step, shard),
                "worker-" + (shard + 1)));
  }

  /** Of one shard, which holds two samples. */
  Statistics statistics(long step, int shard) {
    int[] order = Sampler.order(1, plan().epochOf(step), plan().examples());
    int from = plan().batchFrom(step) + plan().shardFrom(step, shard);
    long hash = SampleHash.of(order[from]) + SampleHash.of(order[from + 1]);
    return new Statistics(2, 1, 0, 0, hash);
  }

  /** Of all steps before this one, in the first epoch. */
  Statistics statisticsBefore(long step) {
    Statistics sum = null;
    for (long s = 0; s < step; s++) {
      for (int shard = 0; shard < plan().shards(); shard++) {
        sum = sum == null ? statistics(s, shard) : sum.plus(statistics(s, shard));
      }
    }
    return sum;
  }

  /** Both workers compute their shards of the step, and it closes. */
  RunEvent.StepClosed close(long step) {
    contribute(step, 0);
    contribute(step, 1);
    RunEvent.StepClosed closed = events.expectMessageClass(RunEvent.StepClosed.class);
    assertEquals(step, closed.step());
    return closed;
  }

  /**
   * Half a minute after half a minute until the run has ended, with time for answers in between:
   * the second half of a deadline begins when the first is handled, and a step's deadline follows
   * how long the step before really took here.
   */
  RunOutcome waitTooLong() {
    return events.awaitAssert(
        Duration.ofSeconds(30),
        () -> {
          TIME.timePasses(StepDeadline.FLOOR.dividedBy(2).plusSeconds(1));
          return events
              .expectMessageClass(RunEvent.RunEnded.class, Duration.ofSeconds(1))
              .outcome();
        });
  }

  /** 300 examples are two parts, one for each worker; the second answers first, and twice. */
  boolean answerValidation(long step) {
    return answerValidation(step, 1);
  }

  /**
   * @param third of the loss
   * @return whether every metric was asked for
   */
  boolean answerValidation(long step, double third) {
    WorkerMessage.Evaluate two = skipTo(second, WorkerMessage.Evaluate.class);
    WorkerMessage.Evaluate one = skipTo(first, WorkerMessage.Evaluate.class);
    assertEquals(DataPart.VALIDATION, one.data());
    assertEquals(step, one.step());
    two.replyTo().tell(evaluated(two, third));
    two.replyTo().tell(evaluated(two, third));
    one.replyTo().tell(evaluated(one, 2 * third));
    assertEquals(one.all(), two.all());
    return one.all();
  }

  static RunMessage evaluated(WorkerMessage.Evaluate request, double loss) {
    Statistics statistics = new Statistics(150, loss, 0, 0);
    RunKey key = request.key();
    int part = request.fromPart();
    return request.all()
        ? new RunMessage.PartMeasured(
            key,
            request.step(),
            request.data(),
            part,
            0,
            1,
            new Measures(statistics, Optional.empty(), Optional.of(EXACT)))
        : new RunMessage.PartEvaluated(key, request.step(), request.data(), part, statistics);
  }

  static <T extends WorkerMessage> T skipTo(TestProbe<WorkerMessage> worker, Class<T> type) {
    WorkerMessage message = worker.receiveMessage();
    while (!type.isInstance(message)) {
      message = worker.receiveMessage();
    }
    return type.cast(message);
  }
}
