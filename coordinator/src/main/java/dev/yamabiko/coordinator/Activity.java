package dev.yamabiko.coordinator;

import akka.actor.typed.ActorRef;
import dev.yamabiko.protocol.DataPart;
import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.protocol.StepTiming;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What a run is doing: one thing at a time, until it is done. Whenever workers have come or gone,
 * what nobody does goes to those who can. Without enough of them it waits: what has been handed out
 * goes on, nothing more is, and no deadline runs. What slices do by themselves needs no workers and
 * waits for none.
 */
final class Activity {

  private static final Duration PREPARE_DEADLINE = Duration.ofMinutes(10);
  private static final Duration ANSWER_DEADLINE = Duration.ofMinutes(1);
  private static final Duration KEEP_DEADLINE = Duration.ofMinutes(10);

  private enum Kind {
    PLACING(false),
    JOINING(true),
    TRAINING(true),
    PAUSING(false),
    STOPPING(false),
    CLOSING(false),
    EVALUATING(true),
    COPYING(false);

    /** Whether it gives workers something to do. */
    final boolean handsOut;

    Kind(boolean handsOut) {
      this.handsOut = handsOut;
    }
  }

  private final ActorRef<RunEvent> events;
  private final Attendance attendance;
  private final Crew crew;
  private final Quorum quorum;
  private final SliceGroup slices;
  private final RunTimers timers;
  private final LeasedSteps training;
  private final EvaluationRounds evaluations;
  private final CheckpointTaking checkpoints;
  private Kind kind;
  private Runnable then;

  /** Where it does not wait for workers and none is left. */
  private Runnable forsaken;

  private Pause pause;
  private Standstill standstill;

  Activity(
      ActorRef<RunEvent> events,
      Attendance attendance,
      Crew crew,
      Quorum quorum,
      SliceGroup slices,
      RunTimers timers,
      LeasedSteps training,
      EvaluationRounds evaluations,
      CheckpointTaking checkpoints) {
    this.events = events;
    this.attendance = attendance;
    this.crew = crew;
    this.quorum = quorum;
    this.slices = slices;
    this.timers = timers;
    this.training = training;
    this.evaluations = evaluations;
    this.checkpoints = checkpoints;
  }

  void whenForsaken(Runnable action) {
    forsaken = action;
  }

  /** It has deadlines of its own, even where the one before it waited for workers. */
  private void begin(Kind what, Runnable next) {
    kind = what;
    then = next;
    slices.answers().expectNothing();
    timers.release();
  }

  // --- What it can do; what follows is run when that is done ------------------------------------

  /** Slices that live on other nodes get there, and workers ready for their lineage. */
  void join(Runnable next) {
    if (slices.areInPlace()) {
      joinWorkers(next);
      return;
    }
    begin(Kind.PLACING, () -> joinWorkers(next));
    timers.await("slices to be taken", PREPARE_DEADLINE, slices.answers().names());
  }

  /** Whether it waits for other nodes to take their slices. */
  boolean isPlacing() {
    return kind == Kind.PLACING;
  }

  /** An owner's slices are there. */
  void taken(RunMessage.SlicesTaken taken) {
    if (kind == Kind.PLACING && timers.answered(OwnerAnswers.ownerName(taken.owner()))) {
      slices.taken(taken);
      goOnWhenAnswered();
    }
  }

  private void joinWorkers(Runnable next) {
    begin(Kind.JOINING, next);
    crew.join();
    timers.await("workers to get ready", PREPARE_DEADLINE, attendance.names());
    if (timers.isAnswered()) {
      waitForWorkers();
    }
  }

  /** Steps under one lease, at most until this one. */
  void train(long until, Runnable next) {
    begin(Kind.TRAINING, next);
    training.begin(until);
    train();
  }

  /** The steps before this one, after a pause in which some of them had begun. */
  void finish(long until, Runnable next) {
    begin(Kind.TRAINING, next);
    training.finish(until);
    train();
  }

  private void train() {
    if (quorum.isMet()) {
      sayThatItWentOn();
      training.startClock();
      training.handOut();
    } else {
      waitForWorkers();
    }
  }

  /** Whether all who are left have got ready, and are too few. */
  boolean isWaitingToJoin() {
    return kind == Kind.JOINING && quorum.isWaiting();
  }

  boolean isTraining() {
    return kind == Kind.TRAINING;
  }

  /** Whether what it waits for is that a step closes. */
  boolean isAwaitingStep() {
    return isTraining() || kind == Kind.CLOSING;
  }

  /** Workers begin no step any more, and say how far they are. */
  void pause(Runnable next) {
    begin(Kind.PAUSING, next);
    pause = new Pause(crew.pauseLeases(), slices.step());
    timers.await("workers to pause", ANSWER_DEADLINE, attendance.available());
    goOnWhenAnswered();
  }

  /** All steps before it have begun. */
  long pausedAt() {
    return pause.until(slices.step());
  }

  /** Slices say whether they can stop before the open step. */
  void stop(Runnable next) {
    begin(Kind.STOPPING, next);
    standstill = new Standstill(slices.size(), slices.step());
    slices.reportMissing();
    timers.await("slices to say what they lack", ANSWER_DEADLINE, List.of());
  }

  Standstill.Where stopped() {
    return standstill.where(slices.step());
  }

  /** The step that slices were asked to stop before closes with nobody's help. */
  void letClose(Runnable next) {
    begin(Kind.CLOSING, next);
    training.finish(standstill.step() + 1);
    if (training.isOver()) {
      then.run();
    } else {
      training.awaitStep();
    }
  }

  /**
   * With the weights that slices hold.
   *
   * @param all whether every metric is wanted, or loss and accuracy alone
   */
  void evaluate(DataPart data, boolean all, Runnable next) {
    begin(Kind.EVALUATING, next);
    evaluations.begin(data, all);
    if (quorum.isMet()) {
      sayThatItWentOn();
      evaluations.handOut();
    } else {
      waitForWorkers();
    }
  }

  boolean isEvaluating() {
    return kind == Kind.EVALUATING;
  }

  boolean isCopying() {
    return kind == Kind.COPYING;
  }

  /**
   * Slices' weights and state are copied, and the checkpoint before is written.
   *
   * @param gradient whether the last step's gradient is copied, too
   */
  void copy(boolean gradient, Runnable next) {
    begin(Kind.COPYING, next);
    copy(checkpoints.begin(slices.size(), gradient));
  }

  /** Slices' weights are copied to be looked at, and what was copied before is dealt with. */
  void look(boolean gradient, Runnable next) {
    begin(Kind.COPYING, next);
    copy(checkpoints.beginLook(slices.size(), gradient));
  }

  private void copy(Snapshot into) {
    slices.read(into);
    List<String> names =
        IntStream.range(0, slices.size()).mapToObj(OwnerAnswers::sliceName).toList();
    // From another node they take their time; that nothing comes at all is found out there.
    Duration deadline = slices.areElsewhere() ? KEEP_DEADLINE : ANSWER_DEADLINE;
    timers.await("the weights", deadline, names);
  }

  // --- Workers that come and go -----------------------------------------------------------------

  /** A worker has got ready. */
  void goOnWith(String worker) {
    if (kind == Kind.JOINING) {
      timers.answered(worker);
      handOut();
    } else {
      events.tell(new RunEvent.WorkerJoined(worker, attendance.size()));
      handOutIfWaiting();
    }
  }

  /** A worker has left. */
  void goOnWithout(String worker) {
    if (kind == Kind.JOINING || kind == Kind.PAUSING) {
      timers.answered(worker);
    }
    if (kind == Kind.PAUSING) {
      goOnWhenAnswered();
    } else {
      handOut();
    }
  }

  /** A worker holds nothing any more, but may come back. */
  void goOnWithoutForNow() {
    if (isTraining() || isEvaluating()) {
      handOut();
    }
  }

  void handOutIfWaiting() {
    if (quorum.isWaiting()) {
      handOut();
    }
  }

  /** What nobody does goes to those who can: orphaned blocks, or missing parts of an evaluation. */
  private void handOut() {
    if (!kind.handsOut || kind == Kind.JOINING && !timers.isAnswered()) {
      return;
    }
    if (!quorum.isMet()) {
      waitForWorkers();
      return;
    }
    boolean wentOn = sayThatItWentOn();
    switch (kind) {
      case JOINING -> then.run();
      case TRAINING -> {
        if (wentOn) {
          training.startClock();
          training.handOut();
        } else {
          training.handOutOrphans();
        }
      }
      default -> evaluations.handOut();
    }
  }

  /** There are enough workers. Returns whether the run has waited for them. */
  private boolean sayThatItWentOn() {
    Optional<RunEvent> wentOn = quorum.meet();
    wentOn.ifPresent(events::tell);
    if (wentOn.isPresent()) {
      timers.release();
    }
    return wentOn.isPresent();
  }

  private void waitForWorkers() {
    if (!quorum.isWorthWaiting()) {
      forsaken.run();
      return;
    }
    timers.hold();
    crew.probeLate();
    quorum.miss().ifPresent(events::tell);
  }

  // --- Answers and time -------------------------------------------------------------------------

  /** How long the step took that is about to close, and what a slice says of it. */
  StepTiming timing(StepTiming bySlice) {
    return training.timing(bySlice);
  }

  void stepClosed() {
    training.closed();
    crew.stepClosed();
    if (isTraining() && !training.isOver()) {
      if (!quorum.isWaiting()) {
        training.leaseAhead();
      }
      training.awaitStep();
    }
  }

  /** All steps that have closed are dealt with. */
  void stepsClosed() {
    if (isAwaitingStep() && training.isOver()) {
      then.run();
    }
  }

  void paused(RunMessage.LeasePaused paused) {
    if (kind == Kind.PAUSING && pause.isOf(paused.lease())) {
      pause.paused(paused.nextStep());
      timers.answered(paused.worker());
      goOnWhenAnswered();
    }
  }

  private void goOnWhenAnswered() {
    if (timers.isAnswered()) {
      then.run();
    }
  }

  void evaluated(RunMessage.PartEvaluated evaluated) {
    if (isEvaluating() && evaluations.isCompleteWith(evaluated)) {
      then.run();
    }
  }

  void measured(RunMessage.PartMeasured measured) {
    if (isEvaluating() && evaluations.isCompleteWith(measured)) {
      then.run();
    }
  }

  void read(RunMessage.SliceRead read) {
    if (isCopying() && timers.answered(OwnerAnswers.sliceName(read.slice()))) {
      checkpoints.accept(read);
      if (checkpoints.isCopied() && checkpoints.isWriting()) {
        timers.awaitObservers("the checkpoint before to be written", KEEP_DEADLINE);
      }
      goOnWhenCopied();
    }
  }

  /** The checkpoint before is written. */
  void kept() {
    checkpoints.written();
    if (isCopying()) {
      goOnWhenCopied();
    }
  }

  private void goOnWhenCopied() {
    if (checkpoints.isCopied() && !checkpoints.isWriting()) {
      then.run();
    }
  }

  void missing(RunMessage.ShardsMissing answer) {
    slices.answers().heard(answer.slice());
    if (isTraining() && !quorum.isWaiting()) {
      training.missing(answer);
    } else if (kind == Kind.STOPPING) {
      standstill.accept(answer);
      if (standstill.isKnown()) {
        then.run();
      }
    }
  }

  /** By the run's own measure something takes too long: hand it out a second time. */
  void late() {
    if (isTraining()) {
      training.late();
    } else if (isEvaluating()) {
      evaluations.late();
    }
  }
}
