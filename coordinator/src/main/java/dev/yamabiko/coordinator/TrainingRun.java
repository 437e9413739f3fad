package dev.yamabiko.coordinator;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import dev.yamabiko.protocol.DataPart;
import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.protocol.RunOutcome;
import dev.yamabiko.protocol.RunOutcome.Status;
import dev.yamabiko.protocol.SliceMessage;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.step.Block;
import dev.yamabiko.step.ShardPlanner;
import dev.yamabiko.step.Statistics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Owns the plan of one run: which blocks each worker holds, epoch ends, evaluation, the deadline of
 * every wait. Within an epoch it only listens: workers and slices drive each other, step by step,
 * under the lease given at the epoch's start.
 *
 * <p>Ends with exactly one {@link RunEvent.RunEnded} and stops. A worker or slice that fails or is
 * lost, a diverged loss, or a deadline that passes ends the run as failed, with the cause.
 */
public final class TrainingRun extends AbstractBehavior<TrainingRun.Command> {

  sealed interface Command {}

  private record FromOutside(RunMessage message) implements Command {}

  private record WorkerLost(String worker) implements Command {}

  private record SliceLost(int slice) implements Command {}

  /** Half of a deadline has passed; the second time in a row the wait is over. */
  private record HalfPassed(String waitedFor, Duration half, boolean second) implements Command {}

  private static final Duration PREPARE_DEADLINE = Duration.ofMinutes(10);
  private static final Duration EVALUATE_DEADLINE = Duration.ofMinutes(30);
  private static final Duration ANSWER_DEADLINE = Duration.ofMinutes(1);
  private static final Object DEADLINE = "deadline";

  private enum Phase {
    JOINING,
    TRAINING,
    PAUSING,
    EVALUATING,
    READING
  }

  public static Behavior<RunMessage> create(RunSettings settings) {
    return Behaviors.transformMessages(
        RunMessage.class,
        Behaviors.<Command>setup(
            context -> Behaviors.withTimers(timers -> new TrainingRun(context, timers, settings))),
        wrap -> wrap.match(RunMessage.class, FromOutside::new));
  }

  private final RunSettings settings;
  private final RunKey key;
  private final TimerScheduler<Command> timers;
  private final ActorRef<RunMessage> self;
  private final List<ActorRef<SliceMessage>> slices = new ArrayList<>();
  private final Map<String, List<Block>> leases = new LinkedHashMap<>();
  private final TreeSet<String> waitingFor = new TreeSet<>();

  /** Workers whose shards a slice misses in the second half of a wait. */
  private final TreeSet<String> silent = new TreeSet<>();

  private final Map<Long, RunMessage.SliceUpdated[]> updates = new LinkedHashMap<>();
  private final StepDeadline stepDeadline = new StepDeadline();
  private Phase phase = Phase.JOINING;
  private long lease;
  private long step;
  private long untilStep;
  private long stepBegan;
  private long samplesApplied;
  private int epochsClosed;
  private Statistics epochStatistics;
  private Optional<String> cancelled = Optional.empty();
  private long pausedAt;
  private Evaluation evaluation;
  private Optional<Statistics> validation = Optional.empty();
  private Optional<Statistics> train = Optional.empty();
  private float[] weights;

  /** Statistics of a dataset's parts as they come in, and what to do with their sum. */
  private record Evaluation(
      DataPart data, Statistics[] parts, Function<Statistics, Behavior<Command>> whenComplete) {}

  private TrainingRun(
      ActorContext<Command> context, TimerScheduler<Command> timers, RunSettings settings) {
    super(context);
    this.settings = settings;
    this.key = settings.key();
    this.timers = timers;
    self = context.messageAdapter(RunMessage.class, FromOutside::new);
    spawnSlices();
    invite();
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(FromOutside.class, this::onFromOutside)
        .onMessage(WorkerLost.class, lost -> fail("worker " + lost.worker() + " was lost"))
        .onMessage(SliceLost.class, lost -> fail("parameter slice " + lost.slice() + " was lost"))
        .onMessage(HalfPassed.class, this::onHalfPassed)
        .build();
  }

  private void spawnSlices() {
    List<ParameterSlice.Settings> all = settings.sliceSettings(self);
    for (ParameterSlice.Settings slice : all) {
      ActorRef<SliceMessage> ref =
          getContext().spawn(ParameterSlice.create(slice), "slice-" + slice.slice());
      getContext().watchWith(ref, new SliceLost(slice.slice()));
      slices.add(ref);
    }
    slices.forEach(slice -> slice.tell(new SliceMessage.MeetPeers(key, slices)));
  }

  private void invite() {
    settings
        .workers()
        .forEach(
            (name, worker) -> {
              getContext().watchWith(worker, new WorkerLost(name));
              waitingFor.add(name);
              worker.tell(new WorkerMessage.JoinRun(key, settings.definition(), slices, self));
            });
    await(PREPARE_DEADLINE, "workers to get ready");
  }

  private Behavior<Command> onFromOutside(FromOutside command) {
    RunMessage message = command.message();
    if (!message.key().equals(key)) {
      getContext().getLog().debug("refused run={} of={}", message.key(), key);
      return this;
    } else if (message instanceof RunMessage.WorkerReady ready) {
      return onWorkerReady(ready);
    } else if (message instanceof RunMessage.SliceUpdated updated) {
      return onSliceUpdated(updated);
    } else if (message instanceof RunMessage.PartEvaluated evaluated) {
      return onPartEvaluated(evaluated);
    } else if (message instanceof RunMessage.ShardsMissing missing) {
      return onShardsMissing(missing);
    } else if (message instanceof RunMessage.LeasePaused paused) {
      return onLeasePaused(paused);
    } else if (message instanceof RunMessage.SliceRead read) {
      return onSliceRead(read);
    } else if (message instanceof RunMessage.CancelRun cancel) {
      return onCancelRun(cancel);
    } else if (message instanceof RunMessage.Diverged diverged) {
      return fail(diverged.message());
    } else if (message instanceof RunMessage.WorkerFailed failed) {
      return fail("worker %s failed: %s".formatted(failed.worker(), failed.cause()));
    } else if (message instanceof RunMessage.SliceFailed failed) {
      return fail(failed.cause());
    }
    throw new IllegalStateException("no handler for " + message.getClass());
  }

  private Behavior<Command> onWorkerReady(RunMessage.WorkerReady ready) {
    if (phase != Phase.JOINING || !waitingFor.remove(ready.worker())) {
      return this;
    }
    slices.forEach(
        slice -> slice.tell(new SliceMessage.AddWorker(key, ready.worker(), ready.ref())));
    if (!waitingFor.isEmpty()) {
      return this;
    }
    settings.events().tell(new RunEvent.RunStarted(settings.workers().size()));
    List<List<Block>> blocks =
        ShardPlanner.plan(settings.plan().shards(), settings.workers().size());
    int i = 0;
    for (String name : settings.workers().keySet()) {
      leases.put(name, blocks.get(i++));
    }
    return trainUntil(settings.plan().endOfEpoch(0));
  }

  private Behavior<Command> trainUntil(long until) {
    phase = Phase.TRAINING;
    untilStep = until;
    lease++;
    settings
        .workers()
        .forEach(
            (name, worker) ->
                worker.tell(
                    new WorkerMessage.TakeLease(key, lease, leases.get(name), step, until)));
    stepBegan = System.nanoTime();
    await(stepDeadline.next(), "step " + step + " to close");
    return this;
  }

  private Behavior<Command> onSliceUpdated(RunMessage.SliceUpdated updated) {
    if (updated.step() < step) {
      return this;
    }
    RunMessage.SliceUpdated[] all =
        updates.computeIfAbsent(updated.step(), s -> new RunMessage.SliceUpdated[slices.size()]);
    all[updated.slice()] = updated;
    while (isClosed(updates.get(step))) {
      closeStep(updates.remove(step)[0]);
    }
    if (phase == Phase.TRAINING && step == untilStep) {
      return cancelled.isPresent() ? stopHere() : closeEpoch();
    }
    return this;
  }

  /**
   * Keeps the weights of the current step, and closes the epoch where it happens to be at its end.
   */
  private Behavior<Command> stopHere() {
    return step == settings.plan().endOfEpoch(epochsClosed)
        ? epochClosed(Optional.empty())
        : readWeights();
  }

  private static boolean isClosed(RunMessage.SliceUpdated[] all) {
    if (all == null) {
      return false;
    }
    for (RunMessage.SliceUpdated slice : all) {
      if (slice == null) {
        return false;
      }
    }
    return true;
  }

  private void closeStep(RunMessage.SliceUpdated update) {
    long now = System.nanoTime();
    stepDeadline.closed(Duration.ofNanos(now - stepBegan));
    stepBegan = now;
    Statistics statistics = update.statistics();
    samplesApplied += statistics.examples();
    epochStatistics = epochStatistics == null ? statistics : epochStatistics.plus(statistics);
    settings
        .events()
        .tell(
            new RunEvent.StepClosed(
                step, settings.plan().epochOf(step), statistics, update.norm()));
    step++;
    if (phase == Phase.TRAINING && step < untilStep) {
      await(stepDeadline.next(), "step " + step + " to close");
    }
  }

  private Behavior<Command> closeEpoch() {
    if (settings.validation().isEmpty()) {
      return epochClosed(Optional.empty());
    }
    return evaluate(DataPart.VALIDATION, sum -> epochClosed(Optional.of(sum)));
  }

  private Behavior<Command> epochClosed(Optional<Statistics> sum) {
    validation = sum;
    settings
        .events()
        .tell(new RunEvent.EpochClosed(epochsClosed, step, epochStatistics, validation));
    epochStatistics = null;
    epochsClosed++;
    if (cancelled.isPresent()) {
      return readWeights();
    }
    if (step < settings.plan().steps()) {
      validation = Optional.empty();
      return trainUntil(settings.plan().endOfEpoch(epochsClosed));
    }
    return evaluate(
        DataPart.TRAIN,
        all -> {
          train = Optional.of(all);
          return readWeights();
        });
  }

  private Behavior<Command> evaluate(
      DataPart data, Function<Statistics, Behavior<Command>> whenComplete) {
    phase = Phase.EVALUATING;
    int parts = settings.evaluationPlan(data).parts();
    evaluation = new Evaluation(data, new Statistics[parts], whenComplete);
    int workers = settings.workers().size();
    int i = 0;
    for (Map.Entry<String, ActorRef<WorkerMessage>> worker : settings.workers().entrySet()) {
      int from = ShardPlanner.bound(parts, workers, i);
      int to = ShardPlanner.bound(parts, workers, ++i);
      if (from < to) {
        worker.getValue().tell(new WorkerMessage.Evaluate(key, step, data, from, to, self));
      }
    }
    await(EVALUATE_DEADLINE, "the evaluation after step " + step);
    return this;
  }

  private Behavior<Command> onPartEvaluated(RunMessage.PartEvaluated evaluated) {
    if (phase != Phase.EVALUATING
        || evaluated.step() != step
        || evaluated.data() != evaluation.data()) {
      return this;
    }
    evaluation.parts()[evaluated.part()] = evaluated.statistics();
    if (Arrays.asList(evaluation.parts()).contains(null)) {
      await(EVALUATE_DEADLINE, "the evaluation after step " + step);
      return this;
    }
    return evaluation.whenComplete().apply(Statistics.sum(List.of(evaluation.parts())));
  }

  /** Stops after the steps that have begun: pause all leases, see how far each worker is. */
  private Behavior<Command> onCancelRun(RunMessage.CancelRun cancel) {
    if (cancelled.isPresent()) {
      return this;
    }
    cancelled = Optional.of(cancel.reason());
    if (phase == Phase.JOINING) {
      return end(Status.CANCELLED, cancel.reason());
    }
    if (phase == Phase.TRAINING) {
      phase = Phase.PAUSING;
      pausedAt = step;
      lease++;
      settings
          .workers()
          .forEach(
              (name, worker) -> {
                waitingFor.add(name);
                worker.tell(new WorkerMessage.PauseLease(key, lease, self));
              });
      await(ANSWER_DEADLINE, "workers to pause");
    } else if (phase == Phase.EVALUATING) {
      return evaluation.data() == DataPart.VALIDATION ? stopHere() : readWeights();
    }
    return this;
  }

  private Behavior<Command> onLeasePaused(RunMessage.LeasePaused paused) {
    if (phase != Phase.PAUSING || paused.lease() != lease) {
      return this;
    }
    pausedAt = Math.max(pausedAt, paused.nextStep());
    waitingFor.remove(paused.worker());
    if (!waitingFor.isEmpty()) {
      return this;
    }
    // Some workers may be a step behind; all finish the last step that anybody began.
    long until = Math.max(pausedAt, step);
    return until == step ? stopHere() : trainUntil(until);
  }

  private Behavior<Command> readWeights() {
    phase = Phase.READING;
    weights = new float[settings.network().length()];
    slices.forEach(slice -> slice.tell(new SliceMessage.ReadSlice(key, step, self)));
    for (int i = 0; i < slices.size(); i++) {
      waitingFor.add("slice " + i);
    }
    await(ANSWER_DEADLINE, "the weights");
    return this;
  }

  private Behavior<Command> onSliceRead(RunMessage.SliceRead read) {
    if (phase != Phase.READING || !waitingFor.remove("slice " + read.slice())) {
      return this;
    }
    System.arraycopy(read.weights(), 0, weights, read.from(), read.weights().length);
    if (!waitingFor.isEmpty()) {
      return this;
    }
    return cancelled.isPresent()
        ? end(Status.CANCELLED, cancelled.get())
        : end(Status.COMPLETED, "");
  }

  /**
   * Gives a wait its deadline. It passes in two halves, so that a process that was suspended has
   * half of it left to go on; after the first half the slices are asked what they wait for.
   */
  private void await(Duration limit, String what) {
    silent.clear();
    Duration half = limit.dividedBy(2);
    timers.startSingleTimer(DEADLINE, new HalfPassed(what, half, false), half);
  }

  private Behavior<Command> onHalfPassed(HalfPassed passed) {
    if (!passed.second()) {
      slices.forEach(slice -> slice.tell(new SliceMessage.ReportMissing(key, self)));
      timers.startSingleTimer(
          DEADLINE, new HalfPassed(passed.waitedFor(), passed.half(), true), passed.half());
      return this;
    }
    silent.addAll(waitingFor);
    return fail(
        "waited too long for %s%s"
            .formatted(
                passed.waitedFor(),
                silent.isEmpty() ? "" : "; nothing came from " + String.join(", ", silent)));
  }

  private Behavior<Command> onShardsMissing(RunMessage.ShardsMissing missing) {
    if (phase == Phase.TRAINING && missing.step() == step) {
      leases.forEach(
          (worker, blocks) -> {
            if (blocks.stream().anyMatch(block -> holdsAny(block, missing.shards()))) {
              silent.add(worker);
            }
          });
    }
    return this;
  }

  private static boolean holdsAny(Block block, List<Integer> shards) {
    return shards.stream().anyMatch(shard -> block.from() <= shard && shard < block.to());
  }

  private Behavior<Command> fail(String cause) {
    weights = null;
    train = Optional.empty();
    validation = Optional.empty();
    return end(Status.FAILED, cause);
  }

  private Behavior<Command> end(Status status, String message) {
    settings.workers().values().forEach(w -> w.tell(new WorkerMessage.LeaveRun(key)));
    settings
        .events()
        .tell(
            new RunEvent.RunEnded(
                new RunOutcome(
                    status,
                    message,
                    epochsClosed,
                    step,
                    samplesApplied,
                    settings.workers().size(),
                    Optional.ofNullable(weights),
                    train,
                    validation)));
    return Behaviors.stopped();
  }
}
