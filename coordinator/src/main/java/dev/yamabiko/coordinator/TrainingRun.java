package dev.yamabiko.coordinator;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import dev.yamabiko.model.Checkpoint;
import dev.yamabiko.model.Checkpoint.Best;
import dev.yamabiko.model.Checkpoint.Position;
import dev.yamabiko.model.Checkpoint.WayBack;
import dev.yamabiko.protocol.DataPart;
import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.protocol.RunOutcome.Status;
import dev.yamabiko.protocol.SliceMessage;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.step.Block;
import dev.yamabiko.step.SliceStep;
import dev.yamabiko.step.Statistics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Owns the plan of one run: which blocks each worker holds, epoch ends, evaluation, checkpoints,
 * roll-backs, the deadline of every wait. Under a lease it only listens: workers and slices drive
 * each other, step by step, until the epoch's end or the next step at which a checkpoint is due.
 * Then slices are at rest, and what is to be evaluated or copied is asked for.
 *
 * <p>A worker that is lost, fails or is late leaves its blocks to the others, in the same step;
 * what it has contributed stays. In an elastic run workers come and go between leases, and without
 * enough of them the run waits. Two workers that fail at the same shards end the run: it is not the
 * workers' fault.
 *
 * <p>Ends with exactly one {@link RunEvent.RunEnded} and stops. A slice that fails or is lost, a
 * loss that diverged for good, or a deadline that passes ends the run as failed, with the cause.
 * Lost state comes back from the last checkpoint.
 */
public final class TrainingRun extends AbstractBehavior<TrainingRun.Command> {

  sealed interface Command {}

  private record FromOutside(RunMessage message) implements Command {}

  private record WorkerLost(String worker) implements Command {}

  private record SliceLost(int slice) implements Command {}

  /** Half of the wait's limit has passed. */
  private record HalfPassed() implements Command {}

  /** What is awaited is late, by what the run's own steps take. */
  private record Late() implements Command {}

  /** Whoever is not ready is invited once more: the invitation or its answer may be lost. */
  private record InviteAgain() implements Command {}

  /** A worker's connection has not come back. */
  private record StillDisconnected(String worker) implements Command {}

  private static final Duration PREPARE_DEADLINE = Duration.ofMinutes(10);
  private static final Duration EVALUATE_DEADLINE = Duration.ofMinutes(30);
  private static final Duration ANSWER_DEADLINE = Duration.ofMinutes(1);
  private static final Duration KEEP_DEADLINE = Duration.ofMinutes(10);
  private static final Object DEADLINE = "deadline";
  private static final Duration EVALUATION_LATE = Duration.ofSeconds(5);
  private static final Duration RECONNECT = Duration.ofMillis(250);
  private static final Duration INVITE_INTERVAL = Duration.ofSeconds(5);

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
  private final WorkerSet workers;
  private final RunProgress progress;
  private final Rollbacks rollbacks;
  private final CheckpointTaking checkpoints;
  private final StepDeadline stepDeadline = new StepDeadline();
  private final LateDeadline lateDeadline = new LateDeadline();
  private final List<RunMessage.WorkerFailed> failures = new ArrayList<>();
  private RunKey key;
  private Phase phase = Phase.JOINING;
  private Wait wait;

  /** For workers; all else goes on when there are enough. */
  private boolean waiting;

  /** For the message when none is left. */
  private String lastLoss = "";

  /** Whether training has begun: there is something to keep. */
  private boolean started;

  /** What follows the wait that the phase names. */
  private Supplier<Behavior<Command>> next;

  /** Its step is the progress's, but at the very end, when slices may hold the best weights. */
  private ClosingSteps steps;

  private long untilStep;
  private long stepBegan;
  private Pause pause;
  private MissingShards missing = new MissingShards(0, 0);

  /** How often something of the open step was late: its duration says nothing of the next. */
  private int lateRounds;

  /** Added to the slices since the last step closed. */
  private final Set<String> newcomers = new TreeSet<>();

  private Optional<String> cancelled = Optional.empty();
  private Evaluation evaluation;

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
    workers = new WorkerSet();
    progress = new RunProgress(settings, begin);
    rollbacks = new Rollbacks(settings.job().rollback(), begin);
    checkpoints =
        new CheckpointTaking(
            settings.network().length(), settings.job().optimizer().stateVectors(), rollbacks);
    settings.workers().forEach(this::invite);
    if (settings.elastic()) {
      timers.startTimerWithFixedDelay(new InviteAgain(), INVITE_INTERVAL);
    }
    join(settings.slices(), begin.position().step(), this::start);
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(FromOutside.class, this::onFromOutside)
        .onMessage(WorkerLost.class, lost -> lose(lost.worker(), "was lost", false))
        .onMessage(SliceLost.class, lost -> fail("parameter slice " + lost.slice() + " was lost"))
        .onMessage(HalfPassed.class, passed -> onHalfPassed())
        .onMessage(Late.class, passed -> onLate())
        .onMessage(InviteAgain.class, again -> onInviteAgain())
        .onMessage(StillDisconnected.class, gone -> onStillDisconnected(gone.worker()))
        .build();
  }

  private Behavior<Command> onInviteAgain() {
    workers.forEach(
        (name, worker) -> {
          if (!workers.isReady(name)) {
            worker.tell(joinRun());
          }
        });
    return this;
  }

  private void invite(String name, ActorRef<WorkerMessage> ref) {
    workers.invite(name, ref);
    getContext().watchWith(ref, new WorkerLost(name));
  }

  /** Slices begin with the weights of {@code step}, workers get ready, and then goes on. */
  private void join(List<SliceStep> parts, long step, Supplier<Behavior<Command>> then) {
    phase = Phase.JOINING;
    next = then;
    steps = new ClosingSteps(parts.size(), step);
    workers.begin();
    failures.clear();
    slices.clear();
    for (ParameterSlice.Settings slice : settings.sliceSettings(key, parts, step, self)) {
      String name = "slice-%d-%d".formatted(key.lineage(), slice.slice());
      ActorRef<SliceMessage> ref = getContext().spawn(ParameterSlice.create(slice), name);
      getContext().watchWith(ref, new SliceLost(slice.slice()));
      slices.add(ref);
    }
    slices.forEach(slice -> slice.tell(new SliceMessage.MeetPeers(key, slices)));
    workers.forEach((name, worker) -> worker.tell(joinRun()));
    await("workers to get ready", PREPARE_DEADLINE, workers.names());
  }

  private WorkerMessage joinRun() {
    return new WorkerMessage.JoinRun(key, settings.definition(), slices, self);
  }

  /** Begins anew with other weights; all that is still under way is fenced off. */
  private Behavior<Command> joinAgain(Checkpoint from, Supplier<Behavior<Command>> then) {
    for (ActorRef<SliceMessage> slice : slices) {
      getContext().unwatch(slice);
      getContext().stop(slice);
    }
    key = key.nextLineage();
    validation = Optional.empty();
    join(settings.slicesAt(from, progress.position().rollbacks()), from.position().step(), then);
    return this;
  }

  private Behavior<Command> onFromOutside(FromOutside command) {
    RunMessage message = command.message();
    boolean fromObserver =
        message instanceof RunMessage.CancelRun
            || message instanceof RunMessage.CheckpointKept
            || message instanceof RunMessage.OfferWorker
            || message instanceof RunMessage.WorkerConnected
            || message instanceof RunMessage.WorkerDisconnected;
    if (!(fromObserver ? message.key().isOfSameTerm(key) : message.key().equals(key))) {
      getContext().getLog().debug("refused run={} of={}", message.key(), key);
      return this;
    } else if (message instanceof RunMessage.WorkerReady ready) {
      return onWorkerReady(ready);
    } else if (message instanceof RunMessage.SliceUpdated updated) {
      return onSliceUpdated(updated);
    } else if (message instanceof RunMessage.PartEvaluated evaluated) {
      return onPartEvaluated(evaluated);
    } else if (message instanceof RunMessage.ShardsMissing answer) {
      return onShardsMissing(answer);
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
      return onWorkerFailed(failed);
    } else if (message instanceof RunMessage.SpeedMeasured measured) {
      return onSpeedMeasured(measured);
    } else if (message instanceof RunMessage.ProbeAnswered answered) {
      return onHeardOf(answered.worker());
    } else if (message instanceof RunMessage.OfferWorker offer) {
      return onOfferWorker(offer);
    } else if (message instanceof RunMessage.WorkerConnected connected) {
      return onWorkerConnected(connected.worker());
    } else if (message instanceof RunMessage.WorkerDisconnected disconnected) {
      return onWorkerDisconnected(disconnected.worker());
    } else if (message instanceof RunMessage.SliceFailed failed) {
      return fail(failed.cause());
    }
    throw new IllegalStateException("no handler for " + message.getClass());
  }

  private Behavior<Command> onWorkerReady(RunMessage.WorkerReady ready) {
    if (!workers.ready(ready.worker())) {
      return this;
    }
    addToSlices(ready.worker());
    if (phase == Phase.JOINING) {
      wait.answered(ready.worker());
      return joinedAll();
    }
    settings.events().tell(new RunEvent.WorkerJoined(ready.worker(), workers.size()));
    return waiting ? handOut() : this;
  }

  private Behavior<Command> onSpeedMeasured(RunMessage.SpeedMeasured measured) {
    if (workers.contains(measured.worker())) {
      workers.measured(measured.worker(), measured.examples(), measured.nanos());
      settings
          .events()
          .tell(
              new RunEvent.WorkerMeasured(
                  measured.worker(), measured.examples(), measured.nanos()));
    }
    return this;
  }

  private void addToSlices(String worker) {
    SliceMessage add = new SliceMessage.AddWorker(key, worker, workers.get(worker), steps.step());
    slices.forEach(slice -> slice.tell(add));
    newcomers.add(worker);
  }

  /** A slice that was a step ahead has given newcomers the older weights instead of its newest. */
  private void catchUp() {
    List<String> behind = List.copyOf(newcomers);
    behind.stream().filter(workers::contains).forEach(this::addToSlices);
    newcomers.clear();
  }

  private Behavior<Command> joinedAll() {
    if (!wait.isAnswered()) {
      return this;
    }
    if (!hasEnough()) {
      return waitForWorkers();
    }
    goOnAfterWaiting();
    return next.get();
  }

  // --- Workers that come and go -----------------------------------------------------------------

  private boolean hasEnough() {
    boolean anyWillDo = !settings.elastic() || cancelled.isPresent();
    int least = anyWillDo ? 1 : settings.job().workers().least();
    return workers.connected() >= least && !workers.available().isEmpty();
  }

  /** Nothing can be handed out; what has been goes on. */
  private Behavior<Command> waitForWorkers() {
    if (!settings.elastic()) {
      return fail("no worker is left" + lastLoss);
    }
    if (cancelled.isPresent()) {
      // Nobody can finish the begun step; the last checkpoint is what is left.
      return end(Status.CANCELLED, cancelled.get(), Optional.empty(), Optional.empty());
    }
    timers.cancel(DEADLINE);
    timers.cancel(new Late());
    probe(workers.late());
    if (!waiting) {
      waiting = true;
      int least = settings.job().workers().least();
      settings
          .events()
          .tell(
              new RunEvent.Waiting(
                  "waits for workers: %d of at least %d%s"
                      .formatted(workers.connected(), least, lastLoss)));
    }
    return this;
  }

  /** Returns whether it had to. */
  private boolean goOnAfterWaiting() {
    boolean waited = waiting;
    waiting = false;
    if (waited) {
      settings.events().tell(new RunEvent.WentOn(workers.size()));
    }
    return waited;
  }

  /**
   * One of the same name that is there already is what this worker was before it started anew, and
   * nothing will come from that any more.
   */
  private Behavior<Command> onOfferWorker(RunMessage.OfferWorker offer) {
    String worker = offer.worker();
    boolean again = workers.contains(worker);
    if (again) {
      dismiss(worker);
    }
    invite(worker, offer.ref());
    offer.ref().tell(joinRun());
    return again ? goOnWithout(worker) : this;
  }

  private void dismiss(String worker) {
    ActorRef<WorkerMessage> ref = workers.get(worker);
    getContext().unwatch(ref);
    ref.tell(new WorkerMessage.LeaveRun(key));
    slices.forEach(slice -> slice.tell(new SliceMessage.RemoveWorker(key, worker)));
    workers.remove(worker);
  }

  private Behavior<Command> goOnWithout(String worker) {
    wait.answered(worker);
    return switch (phase) {
      case JOINING -> joinedAll();
      case PAUSING -> wait.isAnswered() ? pausedAll() : this;
      default -> handOut();
    };
  }

  /** The worker takes part no more. */
  private Behavior<Command> lose(String worker, String why, boolean failed) {
    if (!workers.contains(worker)) {
      return this;
    }
    dismiss(worker);
    lastLoss = "; worker %s %s".formatted(worker, why);
    settings.events().tell(new RunEvent.WorkerLeft(worker, why, failed, workers.size()));
    return goOnWithout(worker);
  }

  /** What nobody does goes to those who can: orphaned blocks, or missing parts of an evaluation. */
  private Behavior<Command> handOut() {
    if (!hasEnough()) {
      return waitForWorkers();
    }
    if (phase == Phase.JOINING) {
      return joinedAll();
    }
    boolean waited = goOnAfterWaiting();
    if (waited) {
      stepBegan = System.nanoTime();
    }
    if (phase == Phase.TRAINING && (workers.hasOrphans() || waited)) {
      if (workers.isDivided()) {
        workers.adopt(settings.plan().shards());
      } else {
        workers.divide(settings.plan().shards());
      }
      tellLeases();
      awaitStep();
    } else if (phase == Phase.EVALUATING) {
      handOutParts();
    }
    return this;
  }

  /** A failure may be the worker's or the shards'; a second worker tells. */
  private Behavior<Command> onWorkerFailed(RunMessage.WorkerFailed failed) {
    String cause = "worker %s failed: %s".formatted(failed.worker(), failed.cause());
    Optional<RunMessage.WorkerFailed> before =
        failures.stream().filter(other -> isSameWork(other, failed)).findFirst();
    boolean alone = workers.names().stream().allMatch(failed.worker()::equals);
    if (before.isPresent()) {
      return fail(
          "%s; so did worker %s before, at the same work: %s"
              .formatted(cause, before.get().worker(), before.get().cause()));
    } else if (alone) {
      return fail(cause);
    }
    failures.add(failed);
    return lose(failed.worker(), "failed: " + failed.cause(), true);
  }

  private static boolean isSameWork(RunMessage.WorkerFailed a, RunMessage.WorkerFailed b) {
    if (a.worker().equals(b.worker()) || a.step() != b.step()) {
      return false;
    }
    return a.blocks().isEmpty() && b.blocks().isEmpty()
        || a.blocks().stream().anyMatch(x -> b.blocks().stream().anyMatch(x::overlaps));
  }

  private Behavior<Command> onWorkerConnected(String worker) {
    timers.cancel(new StillDisconnected(worker));
    workers.connected(worker);
    if (workers.isReady(worker)) {
      // What was sent while there was no connection is lost.
      addToSlices(worker);
      return onHeardOf(worker);
    }
    return this;
  }

  private Behavior<Command> onWorkerDisconnected(String worker) {
    if (workers.contains(worker)) {
      StillDisconnected gone = new StillDisconnected(worker);
      timers.startSingleTimer(gone, gone, RECONNECT);
    }
    return this;
  }

  private Behavior<Command> onStillDisconnected(String worker) {
    workers.disconnected(worker);
    lastLoss = "; worker %s has lost its connection".formatted(worker);
    return phase == Phase.TRAINING || phase == Phase.EVALUATING ? handOut() : this;
  }

  private Behavior<Command> onHeardOf(String worker) {
    workers.heardOf(worker);
    return waiting && workers.isReady(worker) ? handOut() : this;
  }

  /** By the run's own measure something takes too long: hand it out a second time. */
  private Behavior<Command> onLate() {
    lateRounds++;
    if (phase == Phase.TRAINING) {
      askForMissing();
      startLate(lateDeadline.next().multipliedBy(2));
    } else if (phase == Phase.EVALUATING) {
      evaluation.silent().forEach(this::suspectUnlessAlone);
      handOutParts();
    }
    return this;
  }

  private void askForMissing() {
    missing = new MissingShards(slices.size(), steps.step());
    slices.forEach(slice -> slice.tell(new SliceMessage.ReportMissing(key, self)));
  }

  private void suspectUnlessAlone(String worker) {
    if (workers.contains(worker)
        && workers.available().stream().anyMatch(name -> !name.equals(worker))) {
      workers.suspend(worker);
      probe(List.of(worker));
    }
  }

  private void probe(List<String> whom) {
    whom.forEach(name -> workers.get(name).tell(new WorkerMessage.Probe(key, self)));
  }

  private void startLate(Duration after) {
    if (settings.elastic() && !waiting) {
      timers.startSingleTimer(new Late(), new Late(), after);
    }
  }

  private void reissue(Set<Integer> shards) {
    List<String> holders = workers.holdersOf(shards);
    if (holders.isEmpty()) {
      return;
    }
    boolean othersAreInTime =
        workers.available().stream().anyMatch(name -> !holders.contains(name));
    if (!othersAreInTime && lateRounds == 1) {
      return; // a slow step for all: nobody could do it sooner
    }
    long step = steps.step();
    settings.events().tell(new RunEvent.ShardsReissued(step, holders, "late"));
    for (String holder : holders) {
      // One by one: a block of which a part is there already would be refused as a whole.
      List<Block> late =
          shards.stream()
              .filter(shard -> workers.blocks(holder).stream().anyMatch(b -> b.holds(shard)))
              .map(shard -> new Block(shard, shard + 1))
              .toList();
      if (othersAreInTime) {
        suspectUnlessAlone(holder);
      }
      if (!workers.blocks(holder).isEmpty()) {
        // There is nobody better, and what it has computed may be lost on the way.
        workers.get(holder).tell(new WorkerMessage.ComputeBlocks(key, step, late));
      }
    }
    if (workers.hasOrphans()) {
      workers.adopt(settings.plan().shards());
      tellLeases();
    }
  }

  // --- Steps ------------------------------------------------------------------------------------

  private Behavior<Command> start() {
    started = true;
    long samples = progress.position().samples();
    settings.events().tell(new RunEvent.RunStarted(workers.size(), steps.step(), samples));
    return closeEpochOr(this::goOn);
  }

  private Behavior<Command> closeEpochOr(Supplier<Behavior<Command>> otherwise) {
    return progress.isEpochAtItsEnd() ? evaluateValidation(this::closeEpoch) : otherwise.get();
  }

  /** All that belongs to the steps taken is done: the next lease, or the end. */
  private Behavior<Command> goOn() {
    if (cancelled.isPresent()) {
      return stopHere();
    }
    return progress.isOver() ? finish() : trainUntil(progress.nextStop());
  }

  private Behavior<Command> trainUntil(long until) {
    phase = Phase.TRAINING;
    untilStep =
        settings.elastic() ? Math.min(until, steps.step() + lateDeadline.leaseSteps()) : until;
    validation = Optional.empty();
    workers.undivide();
    if (!hasEnough()) {
      return waitForWorkers();
    }
    workers.divide(settings.plan().shards());
    tellLeases();
    stepBegan = System.nanoTime();
    awaitStep();
    return this;
  }

  private void tellLeases() {
    workers.renew();
    probe(workers.late());
    workers
        .names()
        .forEach(name -> workers.get(name).tell(workers.lease(name, key, steps.step(), untilStep)));
  }

  private void awaitStep() {
    await("step " + steps.step() + " to close", stepDeadline.next(), List.of());
    startLate(lateDeadline.next());
  }

  private Behavior<Command> onSliceUpdated(RunMessage.SliceUpdated updated) {
    if (updated.step() < steps.step()) {
      return this;
    }
    steps.accept(updated);
    for (var closed = steps.close(); closed.isPresent(); closed = steps.close()) {
      closeStep(closed.get());
    }
    if (steps.divergence().isPresent()) {
      return goBack(steps.divergence().get());
    }
    if (phase != Phase.TRAINING || steps.step() < untilStep) {
      return this;
    }
    return cancelled.isPresent() ? stopHere() : closeEpochOr(this::keepIfDue);
  }

  private void closeStep(RunMessage.SliceUpdated update) {
    long now = System.nanoTime();
    Duration taken = Duration.ofNanos(now - stepBegan);
    stepDeadline.closed(taken);
    if (lateRounds == 0) {
      lateDeadline.closed(taken);
    }
    lateRounds = 0;
    stepBegan = now;
    catchUp();
    failures.clear();
    settings.events().tell(progress.closeStep(update));
    if (phase == Phase.TRAINING && steps.step() < untilStep) {
      awaitStep();
    }
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

  private Behavior<Command> closeEpoch() {
    settings.events().tell(progress.closeEpoch(validation));
    if (!progress.isBest()) {
      return keepIfDue();
    }
    return take(
        () -> {
          progress.keepBest(checkpoints.taken().weights());
          return goOn();
        });
  }

  private Behavior<Command> keepIfDue() {
    return progress.isCheckpointDue() ? take(this::goOn) : goOn();
  }

  private Behavior<Command> evaluate(DataPart data, Supplier<Behavior<Command>> then) {
    phase = Phase.EVALUATING;
    next = then;
    evaluation = new Evaluation(data, steps.step(), settings.evaluationPlan(data).parts());
    lateRounds = 0;
    if (!hasEnough()) {
      return waitForWorkers();
    }
    handOutParts();
    return this;
  }

  private void handOutParts() {
    for (Evaluation.Share share : evaluation.handOut(workers.available())) {
      workers
          .get(share.worker())
          .tell(
              new WorkerMessage.Evaluate(
                  key, evaluation.step(), evaluation.data(), share.from(), share.to(), self));
    }
    awaitEvaluation();
  }

  private void awaitEvaluation() {
    await("the evaluation after step " + steps.step(), EVALUATE_DEADLINE, List.of());
    startLate(EVALUATION_LATE.multipliedBy(1L << Math.min(lateRounds, 6)));
  }

  private Behavior<Command> onPartEvaluated(RunMessage.PartEvaluated evaluated) {
    if (phase != Phase.EVALUATING || !evaluation.accept(evaluated)) {
      return this;
    }
    if (evaluation.isComplete()) {
      return next.get();
    }
    awaitEvaluation();
    return this;
  }

  /** Takes a checkpoint, unless the last one was taken here, and goes on while it is written. */
  private Behavior<Command> take(Supplier<Behavior<Command>> then) {
    if (checkpoints.isTakenAt(progress.position())) {
      return then.get();
    }
    phase = Phase.COPYING;
    next = then;
    checkpoints.begin(slices.size());
    slices.forEach(slice -> slice.tell(new SliceMessage.ReadSlice(key, steps.step(), self)));
    List<String> names = IntStream.range(0, slices.size()).mapToObj(i -> "slice " + i).toList();
    await("the weights", ANSWER_DEADLINE, names);
    return this;
  }

  private Behavior<Command> onSliceRead(RunMessage.SliceRead read) {
    if (phase != Phase.COPYING || !wait.answered("slice " + read.slice())) {
      return this;
    }
    checkpoints.accept(read);
    if (checkpoints.isCopied() && checkpoints.isWriting()) {
      await("the checkpoint before to be written", KEEP_DEADLINE, List.of());
    }
    return keepTaken();
  }

  private Behavior<Command> onCheckpointKept() {
    checkpoints.written();
    return phase == Phase.COPYING ? keepTaken() : this;
  }

  private Behavior<Command> keepTaken() {
    if (!checkpoints.isCopied() || checkpoints.isWriting()) {
      return this;
    }
    Checkpoint taken =
        checkpoints.take(progress.position(), progress.best(), progress.isCheckpointDue());
    settings.events().tell(new RunEvent.CheckpointTaken(taken));
    return next.get();
  }

  /** Keeps the weights of the current step; the epoch stays open, even at its end. */
  private Behavior<Command> stopHere() {
    if (steps.step() != progress.position().step()) {
      // The slices hold the best epoch's weights already, the model will be the last step's.
      validation = Optional.empty();
    }
    return take(
        () ->
            end(
                Status.CANCELLED,
                cancelled.get(),
                Optional.of(checkpoints.taken().weights()),
                Optional.empty()));
  }

  /** All steps are taken. What describes the model is measured with the weights that it has. */
  private Behavior<Command> finish() {
    return take(
        () ->
            progress
                .toRestore()
                .map(this::restore)
                .orElseGet(() -> measure(checkpoints.taken().weights())));
  }

  private Behavior<Command> restore(Best best) {
    float[] weights = best.weights().orElseThrow();
    Position there = new Position(best.step(), 0, 0, Optional.empty(), 0);
    float[][] state = checkpoints.taken().state();
    Checkpoint model = new Checkpoint(there, weights, state, Optional.empty(), WayBack.NONE);
    return joinAgain(model, () -> measure(weights));
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
    steps.diverged(diverged);
    return steps.divergence().isPresent() ? goBack(diverged) : this;
  }

  private Behavior<Command> goBack(RunMessage.Diverged diverged) {
    int before = progress.position().rollbacks();
    Optional<Checkpoint> back = rollbacks.back(diverged.step(), before);
    if (back.isEmpty()) {
      String spent = " (after %d roll-backs, as many as the job allows)".formatted(before);
      return fail(diverged.message() + (before == 0 ? "" : spent));
    }
    Checkpoint from = back.get();
    progress.goTo(from, before + 1);
    checkpoints.forget();
    double scale = settings.rateScale(before + 1);
    settings
        .events()
        .tell(
            new RunEvent.RolledBack(
                diverged.message(), diverged.step(), from, progress.position(), scale));
    return joinAgain(from, () -> closeEpochOr(this::goOn));
  }

  /** Stops after the steps that have begun: pause all leases, see how far each worker is. */
  private Behavior<Command> onCancelRun(RunMessage.CancelRun cancel) {
    if (cancelled.isPresent()) {
      return this;
    }
    cancelled = Optional.of(cancel.reason());
    if (!started) {
      // Where the run has come from, which is the model that a run before has left.
      Optional<float[]> weights =
          steps.step() == 0 ? Optional.empty() : Optional.of(settings.begin().weights());
      return end(Status.CANCELLED, cancel.reason(), weights, Optional.empty());
    }
    if (phase == Phase.TRAINING) {
      phase = Phase.PAUSING;
      workers.renew();
      pause = new Pause(workers.lease(), steps.step());
      WorkerMessage pauseLease = new WorkerMessage.PauseLease(key, workers.lease(), self);
      workers.forEach((name, worker) -> worker.tell(pauseLease));
      await("workers to pause", ANSWER_DEADLINE, workers.available());
      if (wait.isAnswered()) {
        return pausedAll();
      }
    } else if (phase == Phase.EVALUATING || phase == Phase.JOINING && waiting) {
      return stopHere();
    }
    return this;
  }

  private Behavior<Command> onLeasePaused(RunMessage.LeasePaused paused) {
    if (phase != Phase.PAUSING || !pause.isOf(paused.lease())) {
      return this;
    }
    pause.paused(paused.nextStep());
    wait.answered(paused.worker());
    return wait.isAnswered() ? pausedAll() : this;
  }

  private Behavior<Command> pausedAll() {
    long until = pause.until(steps.step());
    return until == steps.step() ? stopHere() : trainUntil(until);
  }

  private void await(String what, Duration limit, List<String> whom) {
    timers.cancel(new Late());
    wait = new Wait(what, limit, whom);
    if (waiting) {
      return; // for workers, however long that takes
    }
    timers.startSingleTimer(DEADLINE, new HalfPassed(), wait.half());
  }

  /** After the first half the slices are asked what they wait for. */
  private Behavior<Command> onHalfPassed() {
    if (wait.passHalf()) {
      return overdue();
    }
    askForMissing();
    timers.startSingleTimer(DEADLINE, new HalfPassed(), wait.half());
    return this;
  }

  /** Others may do without those who are silent; without others the run has failed. */
  private Behavior<Command> overdue() {
    String why = wait.overdue();
    List<String> silent = wait.awaited().stream().filter(workers::contains).toList();
    if (!settings.elastic() || silent.isEmpty()) {
      return fail(why);
    }
    Behavior<Command> then = this;
    for (String worker : silent) {
      then = lose(worker, "did not answer", false);
    }
    return then;
  }

  private Behavior<Command> onShardsMissing(RunMessage.ShardsMissing answer) {
    Optional<Set<Integer>> shards = missing.accept(answer);
    if (phase == Phase.TRAINING && missing.step() == steps.step() && shards.isPresent()) {
      wait.silent(workers.holdersOf(shards.get()));
      if (settings.elastic()) {
        reissue(shards.get());
      }
    }
    return this;
  }

  private Behavior<Command> fail(String cause) {
    validation = Optional.empty();
    return end(Status.FAILED, cause, Optional.empty(), Optional.empty());
  }

  private Behavior<Command> end(
      Status status, String message, Optional<float[]> weights, Optional<Statistics> train) {
    workers.forEach((name, worker) -> worker.tell(new WorkerMessage.LeaveRun(key)));
    settings
        .events()
        .tell(new RunEvent.RunEnded(progress.outcome(status, message, weights, train, validation)));
    return Behaviors.stopped();
  }
}
