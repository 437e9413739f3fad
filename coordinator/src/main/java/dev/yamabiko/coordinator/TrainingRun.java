package dev.yamabiko.coordinator;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import dev.yamabiko.job.Rollback;
import dev.yamabiko.model.Checkpoint;
import dev.yamabiko.model.Checkpoint.Best;
import dev.yamabiko.model.Checkpoint.Position;
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
import dev.yamabiko.step.SliceStep;
import dev.yamabiko.step.Statistics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Owns the plan of one run: which blocks each worker holds, epoch ends, evaluation, checkpoints,
 * roll-backs, the deadline of every wait. Under a lease it only listens: workers and slices drive
 * each other, step by step, until the epoch's end or the next step at which a checkpoint is due.
 * Then slices are at rest, and what is to be evaluated or copied is asked for.
 *
 * <p>Ends with exactly one {@link RunEvent.RunEnded} and stops. A worker or slice that fails or is
 * lost, a loss that diverged for good, or a deadline that passes ends the run as failed, with the
 * cause. Lost state comes back from the last checkpoint.
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
  private static final Duration KEEP_DEADLINE = Duration.ofMinutes(10);
  private static final Object DEADLINE = "deadline";

  private enum Phase {
    JOINING,
    TRAINING,
    PAUSING,
    EVALUATING,
    COPYING
  }

  public static Behavior<RunMessage> create(RunSettings settings) {
    return Behaviors.transformMessages(
        RunMessage.class,
        Behaviors.<Command>setup(
            context -> Behaviors.withTimers(timers -> new TrainingRun(context, timers, settings))),
        wrap -> wrap.match(RunMessage.class, FromOutside::new));
  }

  private final RunSettings settings;
  private final TimerScheduler<Command> timers;
  private final ActorRef<RunMessage> self;
  private final List<ActorRef<SliceMessage>> slices = new ArrayList<>();
  private final Map<String, List<Block>> leases = new LinkedHashMap<>();
  private final TreeSet<String> waitingFor = new TreeSet<>();

  /** Workers whose shards a slice misses in the second half of a wait. */
  private final TreeSet<String> silent = new TreeSet<>();

  private final Map<Long, RunMessage.SliceUpdated[]> updates = new LinkedHashMap<>();
  private final StepDeadline stepDeadline = new StepDeadline();
  private RunKey key;
  private Phase phase = Phase.JOINING;
  private Position position;

  /** Whose weights the slices hold: the position's, but for the best epoch's at the very end. */
  private long step;

  private long lease;
  private long untilStep;
  private long stepBegan;
  private Optional<String> cancelled = Optional.empty();
  private long pausedAt;

  /** In a step that is not known to have begun. */
  private Optional<RunMessage.Diverged> divergence = Optional.empty();

  private Optional<BestEpoch> bestEpoch;
  private Checkpoint rollbackTo;

  /** The last checkpoint, and whether it has been kept. */
  private Checkpoint taken;

  private boolean keeping;
  private Evaluation evaluation;
  private Snapshot snapshot;

  /** What follows the wait that the phase names. */
  private Supplier<Behavior<Command>> next;

  /** Of the weights that slices hold. */
  private Optional<Statistics> validation = Optional.empty();

  private TrainingRun(
      ActorContext<Command> context, TimerScheduler<Command> timers, RunSettings settings) {
    super(context);
    this.settings = settings;
    this.key = settings.key();
    this.timers = timers;
    self = context.messageAdapter(RunMessage.class, FromOutside::new);
    Checkpoint begin = settings.begin();
    position = begin.position();
    step = position.step();
    bestEpoch = settings.bestEpoch().map(best -> best.at(begin));
    rollbackTo = begin.rollbackTo().orElse(begin);
    settings.workers().forEach((name, ref) -> context.watchWith(ref, new WorkerLost(name)));
    join(settings.slices(), this::start);
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

  /** Slices begin with the weights of {@code step}, workers get ready, and then goes on. */
  private void join(List<SliceStep> parts, Supplier<Behavior<Command>> then) {
    phase = Phase.JOINING;
    next = then;
    slices.clear();
    updates.clear();
    waitingFor.clear();
    for (ParameterSlice.Settings slice : settings.sliceSettings(key, parts, step, self)) {
      String name = "slice-%d-%d".formatted(key.lineage(), slice.slice());
      ActorRef<SliceMessage> ref = getContext().spawn(ParameterSlice.create(slice), name);
      getContext().watchWith(ref, new SliceLost(slice.slice()));
      slices.add(ref);
    }
    slices.forEach(slice -> slice.tell(new SliceMessage.MeetPeers(key, slices)));
    settings
        .workers()
        .forEach(
            (name, worker) -> {
              waitingFor.add(name);
              worker.tell(new WorkerMessage.JoinRun(key, settings.definition(), slices, self));
            });
    await(PREPARE_DEADLINE, "workers to get ready");
  }

  /** Begins anew with other weights; all that is still under way is fenced off. */
  private Behavior<Command> joinAgain(Checkpoint from, Supplier<Behavior<Command>> then) {
    for (ActorRef<SliceMessage> slice : slices) {
      getContext().unwatch(slice);
      getContext().stop(slice);
    }
    key = key.nextLineage();
    step = from.position().step();
    validation = Optional.empty();
    join(settings.slicesAt(from, position.rollbacks()), then);
    return this;
  }

  private Behavior<Command> onFromOutside(FromOutside command) {
    RunMessage message = command.message();
    boolean fromObserver =
        message instanceof RunMessage.CancelRun || message instanceof RunMessage.CheckpointKept;
    if (!(fromObserver ? message.key().isOfSameTerm(key) : message.key().equals(key))) {
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
    } else if (message instanceof RunMessage.CheckpointKept) {
      return onCheckpointKept();
    } else if (message instanceof RunMessage.CancelRun cancel) {
      return onCancelRun(cancel);
    } else if (message instanceof RunMessage.Diverged diverged) {
      return onDiverged(diverged);
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
    return waitingFor.isEmpty() ? next.get() : this;
  }

  private Behavior<Command> start() {
    settings
        .events()
        .tell(new RunEvent.RunStarted(settings.workers().size(), step, position.samples()));
    List<List<Block>> blocks =
        ShardPlanner.plan(settings.plan().shards(), settings.workers().size());
    int i = 0;
    for (String name : settings.workers().keySet()) {
      leases.put(name, blocks.get(i++));
    }
    return isEpochAtItsEnd() ? closeEpoch() : goOn();
  }

  private boolean isEpochAtItsEnd() {
    return position.epochs() < settings.plan().epochs()
        && step == settings.plan().endOfEpoch(position.epochs());
  }

  /** All that belongs to the steps taken is done: the next lease, or the end. */
  private Behavior<Command> goOn() {
    if (cancelled.isPresent()) {
      return stopHere();
    }
    if (step >= settings.plan().steps() || bestEpoch.filter(BestEpoch::isOver).isPresent()) {
      return finish();
    }
    long epochEnd = settings.plan().endOfEpoch(position.epochs());
    return trainUntil(Math.min(epochEnd, settings.job().checkpoints().nextAfter(step)));
  }

  private Behavior<Command> trainUntil(long until) {
    phase = Phase.TRAINING;
    untilStep = until;
    validation = Optional.empty();
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
    if (divergence.filter(d -> d.step() <= step).isPresent()) {
      return onDiverged(divergence.get());
    }
    if (phase != Phase.TRAINING || step < untilStep) {
      return this;
    }
    if (cancelled.isPresent()) {
      return stopHere();
    }
    return isEpochAtItsEnd() ? closeEpoch() : keepIfDue(false);
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
    position = position.afterStep(statistics);
    settings
        .events()
        .tell(
            new RunEvent.StepClosed(
                step,
                settings.plan().epochOf(step),
                statistics,
                settings.learningRate(step, position.rollbacks()),
                update.norm()));
    step++;
    if (phase == Phase.TRAINING && step < untilStep) {
      await(stepDeadline.next(), "step " + step + " to close");
    }
  }

  private Behavior<Command> closeEpoch() {
    return evaluateValidation(this::epochClosed);
  }

  private Behavior<Command> evaluateValidation(Supplier<Behavior<Command>> then) {
    if (settings.validation().isEmpty()) {
      return then.get();
    }
    return evaluate(
        DataPart.VALIDATION,
        () -> {
          validation = Optional.of(evaluation.sum());
          return then.get();
        });
  }

  private Behavior<Command> epochClosed() {
    int epoch = position.epochs();
    Statistics sum = position.epoch().orElseThrow();
    settings.events().tell(new RunEvent.EpochClosed(epoch, step, sum, validation));
    position = position.afterEpoch();
    boolean best = bestEpoch.isPresent() && bestEpoch.get().close(epoch, step, sum, validation);
    return keepIfDue(best);
  }

  private Behavior<Command> keepIfDue(boolean best) {
    if (!best && !settings.job().checkpoints().isDue(step)) {
      return goOn();
    }
    return take(
        () -> {
          if (best) {
            bestEpoch.get().keep(taken.weights());
          }
          return goOn();
        });
  }

  private Behavior<Command> evaluate(DataPart data, Supplier<Behavior<Command>> then) {
    phase = Phase.EVALUATING;
    next = then;
    int parts = settings.evaluationPlan(data).parts();
    evaluation = new Evaluation(data, step, parts);
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
    if (phase != Phase.EVALUATING || !evaluation.accept(evaluated)) {
      return this;
    }
    if (!evaluation.isComplete()) {
      await(EVALUATE_DEADLINE, "the evaluation after step " + step);
      return this;
    }
    return next.get();
  }

  /** Takes a checkpoint, unless the last one was taken here, and goes on while it is written. */
  private Behavior<Command> take(Supplier<Behavior<Command>> then) {
    if (taken != null && taken.position().equals(position)) {
      return then.get();
    }
    phase = Phase.COPYING;
    next = then;
    snapshot =
        new Snapshot(
            settings.network().length(), settings.job().optimizer().stateVectors(), slices.size());
    slices.forEach(slice -> slice.tell(new SliceMessage.ReadSlice(key, step, self)));
    for (int i = 0; i < slices.size(); i++) {
      waitingFor.add("slice " + i);
    }
    await(ANSWER_DEADLINE, "the weights");
    return this;
  }

  private Behavior<Command> onSliceRead(RunMessage.SliceRead read) {
    if (phase != Phase.COPYING || !waitingFor.remove("slice " + read.slice())) {
      return this;
    }
    snapshot.accept(read);
    if (snapshot.isComplete() && keeping) {
      await(KEEP_DEADLINE, "the checkpoint before to be written");
    }
    return keepTaken();
  }

  private Behavior<Command> onCheckpointKept() {
    keeping = false;
    return phase == Phase.COPYING ? keepTaken() : this;
  }

  /** One checkpoint is written at a time, so that a slow disk does not fill the memory. */
  private Behavior<Command> keepTaken() {
    if (!snapshot.isComplete() || keeping) {
      return this;
    }
    boolean due = settings.job().checkpoints().isDue(step);
    Optional<Checkpoint> back =
        settings.job().rollback().filter(r -> !due).map(rollback -> rollbackTo);
    taken =
        new Checkpoint(
            position,
            snapshot.weights(),
            snapshot.state(),
            bestEpoch.flatMap(BestEpoch::best),
            back);
    snapshot = null;
    if (due) {
      rollbackTo = taken;
    }
    keeping = true;
    settings.events().tell(new RunEvent.CheckpointTaken(taken));
    return next.get();
  }

  /** Keeps the weights of the current step; the epoch stays open, even at its end. */
  private Behavior<Command> stopHere() {
    if (step != position.step()) {
      // The slices hold the best epoch's weights already, the model will be the last step's.
      validation = Optional.empty();
    }
    return take(
        () ->
            end(Status.CANCELLED, cancelled.get(), Optional.of(taken.weights()), Optional.empty()));
  }

  /** All steps are taken. What describes the model is measured with the weights that it has. */
  private Behavior<Command> finish() {
    return take(
        () -> {
          Optional<Best> best = bestEpoch.flatMap(BestEpoch::best);
          if (best.isEmpty() || best.get().weights().isEmpty() || best.get().step() == step) {
            return measure(taken.weights());
          }
          float[] weights = best.get().weights().get();
          Position there = new Position(best.get().step(), 0, 0, Optional.empty(), 0);
          Checkpoint model =
              new Checkpoint(there, weights, taken.state(), Optional.empty(), Optional.empty());
          return joinAgain(model, () -> measure(weights));
        });
  }

  private Behavior<Command> measure(float[] weights) {
    if (cancelled.isPresent()) {
      return stopHere();
    }
    if (settings.validation().isPresent() && validation.isEmpty()) {
      return evaluateValidation(() -> measure(weights));
    }
    return evaluate(
        DataPart.TRAIN,
        () -> end(Status.COMPLETED, "", Optional.of(weights), Optional.of(evaluation.sum())));
  }

  private Behavior<Command> onDiverged(RunMessage.Diverged diverged) {
    Optional<Rollback> rollback = settings.job().rollback();
    if (diverged.step() > step) {
      // It has overtaken the slices' word that the step before has closed.
      divergence = Optional.of(diverged);
      return this;
    }
    divergence = Optional.empty();
    if (rollback.isEmpty()) {
      return fail(diverged.message());
    }
    int count = position.rollbacks() + 1;
    if (count > rollback.get().atMost()) {
      return fail(
          "%s (after %d roll-backs, as many as the job allows)"
              .formatted(diverged.message(), count - 1));
    }
    position = rollbackTo.position().again(count);
    bestEpoch = settings.bestEpoch().map(best -> best.at(rollbackTo));
    taken = null;
    settings
        .events()
        .tell(
            new RunEvent.RolledBack(
                diverged.message(), diverged.step(), position, settings.rateScale(count)));
    return joinAgain(rollbackTo, () -> isEpochAtItsEnd() ? closeEpoch() : goOn());
  }

  /** Stops after the steps that have begun: pause all leases, see how far each worker is. */
  private Behavior<Command> onCancelRun(RunMessage.CancelRun cancel) {
    if (cancelled.isPresent()) {
      return this;
    }
    cancelled = Optional.of(cancel.reason());
    if (leases.isEmpty()) {
      // Where the run has come from, which is the model that a run before has left.
      Optional<float[]> weights =
          step == 0 ? Optional.empty() : Optional.of(settings.begin().weights());
      return end(Status.CANCELLED, cancel.reason(), weights, Optional.empty());
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
      return stopHere();
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
    validation = Optional.empty();
    return end(Status.FAILED, cause, Optional.empty(), Optional.empty());
  }

  private Behavior<Command> end(
      Status status, String message, Optional<float[]> weights, Optional<Statistics> train) {
    settings.workers().values().forEach(w -> w.tell(new WorkerMessage.LeaveRun(key)));
    OptionalInt best =
        bestEpoch
            .flatMap(BestEpoch::best)
            .map(b -> OptionalInt.of(b.epoch()))
            .orElse(OptionalInt.empty());
    settings
        .events()
        .tell(
            new RunEvent.RunEnded(
                new RunOutcome(
                    status,
                    message,
                    position.epochs(),
                    position.step(),
                    position.samples(),
                    settings.workers().size(),
                    weights,
                    train,
                    validation,
                    best,
                    position.rollbacks())));
    return Behaviors.stopped();
  }
}
