package dev.yamabiko.coordinator;

import akka.actor.typed.ActorRef;
import dev.yamabiko.model.Checkpoint;
import dev.yamabiko.model.Checkpoint.Best;
import dev.yamabiko.model.Checkpoint.Position;
import dev.yamabiko.model.Checkpoint.WayBack;
import dev.yamabiko.protocol.DataPart;
import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.protocol.RunOutcome.Status;
import dev.yamabiko.step.Measures;
import dev.yamabiko.step.Statistics;
import java.util.Collection;
import java.util.Optional;

/**
 * The story of a run: workers get ready; steps are taken under leases, up to the epoch's end or the
 * next step at which a checkpoint is due; then slices are at rest, and what is to be evaluated or
 * copied is asked for; and so on to the end, with ways back where the run diverges. Under a lease
 * it only listens: workers and slices drive each other, step by step.
 */
final class RunCourse {

  private static final String STAY_WITH_COORDINATOR =
      " (after %d returns to the same checkpoint slices stay on the coordinator's node until it is passed)"
          .formatted(SliceReturns.MOST);

  private final RunSettings settings;
  private final ActorRef<RunEvent> events;
  private final Activity activity;
  private final Crew crew;
  private final Quorum quorum;
  private final SliceGroup slices;
  private final EvaluationRounds evaluations;
  private final CheckpointTaking checkpoints;
  private final Rollbacks rollbacks;
  private final RunProgress progress;
  private final LeaseEnd leaseEnd;

  /** Returns to a checkpoint with nobody lost. */
  private final SliceReturns standstills = new SliceReturns();

  private Optional<String> cancelled = Optional.empty();

  /** Whether training has begun: there is something to keep. */
  private boolean started;

  private boolean ended;

  RunCourse(
      RunSettings settings,
      Activity activity,
      Crew crew,
      Quorum quorum,
      SliceGroup slices,
      EvaluationRounds evaluations,
      CheckpointTaking checkpoints,
      Rollbacks rollbacks) {
    this.settings = settings;
    this.activity = activity;
    this.crew = crew;
    this.quorum = quorum;
    this.slices = slices;
    this.evaluations = evaluations;
    this.checkpoints = checkpoints;
    this.rollbacks = rollbacks;
    events = settings.events();
    progress = new RunProgress(settings, settings.begin());
    leaseEnd =
        new LeaseEnd(
            settings, activity, slices, evaluations, checkpoints, progress, this::goOn, this::fail);
    activity.whenForsaken(this::endWithoutWorkers);
  }

  // --- Steps ------------------------------------------------------------------------------------

  void begin() {
    slices.begin();
    activity.join(this::start);
  }

  private void start() {
    started = true;
    Position from = progress.position();
    events.tell(new RunEvent.RunStarted(crew.size(), slices.step(), from.epochs(), from.samples()));
    leaseEnd.closeEpochOr(this::goOn);
  }

  /** All that belongs to the steps taken is done: the next lease, or the end. */
  private void goOn() {
    if (cancelled.isPresent()) {
      stopHere();
    } else if (progress.isOver()) {
      finish();
    } else {
      trainUntil(progress.nextStop());
    }
  }

  private void trainUntil(long until) {
    leaseEnd.forgetValidation();
    activity.train(until, this::endLease);
  }

  void updated(RunMessage.SliceUpdated updated) {
    ClosingSteps steps = slices.steps();
    if (updated.step() < steps.step()) {
      return;
    }
    steps.accept(updated);
    for (var closed = steps.close(); closed.isPresent(); closed = steps.close()) {
      RunMessage.SliceUpdated step = closed.get();
      events.tell(progress.closeStep(step));
      events.tell(new RunEvent.StepTimed(step.step(), activity.timing(step.timing())));
      activity.stepClosed();
    }
    if (steps.divergence().isPresent()) {
      goBack(steps.divergence().get());
    } else {
      activity.stepsClosed();
    }
  }

  private void endLease() {
    if (cancelled.isPresent()) {
      stopHere();
    } else {
      leaseEnd.closeEpochOr(leaseEnd::keepIfDue);
    }
  }

  // --- The way back -----------------------------------------------------------------------------

  void diverged(RunMessage.Diverged diverged) {
    slices.steps().diverged(diverged);
    if (slices.steps().divergence().isPresent()) {
      goBack(diverged);
    }
  }

  private void goBack(RunMessage.Diverged diverged) {
    int before = progress.position().rollbacks();
    Optional<Checkpoint> back = rollbacks.back(diverged.step(), before);
    if (back.isEmpty()) {
      String spent = " (after %d roll-backs, as many as the job allows)".formatted(before);
      fail(diverged.message() + (before == 0 ? "" : spent));
      return;
    }
    Checkpoint from = back.get();
    progress.goTo(from, before + 1);
    checkpoints.goBackTo(from);
    double scale = settings.rateScale(before + 1);
    events.tell(
        new RunEvent.RolledBack(
            diverged.message(), diverged.step(), from, progress.position(), scale));
    joinAgain(from, () -> leaseEnd.closeEpochOr(this::goOn));
  }

  /**
   * Nodes are lost that owned slices. Nothing that was computed since the last checkpoint is
   * needed: it is computed again, to the same bits.
   *
   * @param owners names of the nodes
   */
  void slicesLost(Collection<String> owners, String why) {
    slices.lose(owners);
    returnSlices("parameters node %s %s".formatted(String.join(", ", owners), why));
  }

  /**
   * A step does not close, and nobody is to blame. Between nodes that is a lost message, of which
   * nothing is left once slices begin again, with the same owners; within one it is a failure.
   */
  void standsStill(String why) {
    if (slices.areElsewhere() && standstills.isAllowedTo(checkpoints.last().position().step())) {
      returnSlices(why + ", though nobody is silent");
    } else {
      fail(why);
    }
  }

  private void returnSlices(String why) {
    if (cancelled.isPresent()) {
      endWithLastCheckpoint();
      return;
    }
    long step = slices.step();
    Checkpoint from = checkpoints.last();
    progress.goTo(from, progress.position().rollbacks());
    String text =
        slices.mayLiveElsewhereFrom(from.position().step()) ? why : why + STAY_WITH_COORDINATOR;
    events.tell(new RunEvent.SlicesReturned(text, step, from, progress.position()));
    joinAgain(from, started ? () -> leaseEnd.closeEpochOr(this::goOn) : this::start);
  }

  private void joinAgain(Checkpoint from, Runnable then) {
    leaseEnd.forgetValidation();
    slices.beginAgain(from, progress.position().rollbacks());
    activity.join(then);
  }

  // --- The end ----------------------------------------------------------------------------------

  /** All steps are taken. What describes the model is measured with the weights that it has. */
  private void finish() {
    leaseEnd.take(
        () ->
            progress
                .toRestore()
                .ifPresentOrElse(this::restore, () -> measure(checkpoints.taken().weights())));
  }

  private void restore(Best best) {
    float[] weights = best.weights().orElseThrow();
    Position there = new Position(best.step(), 0, 0, Optional.empty(), 0);
    float[][] state = checkpoints.taken().state();
    Checkpoint model = new Checkpoint(there, weights, state, Optional.empty(), WayBack.NONE);
    joinAgain(model, () -> measure(weights));
  }

  private void measure(float[] weights) {
    if (cancelled.isPresent()) {
      stopHere();
    } else if (settings.validation().isPresent()
        && leaseEnd.validation().filter(Measures::areAll).isEmpty()) {
      leaseEnd.evaluateValidation(true, () -> measure(weights));
    } else {
      activity.evaluate(
          DataPart.TRAIN,
          false,
          () ->
              end(
                  Status.COMPLETED,
                  "",
                  Optional.of(weights),
                  Optional.of(evaluations.sum().statistics())));
    }
  }

  /** Stops after the steps that have begun. */
  void cancel(String reason) {
    if (cancelled.isPresent()) {
      return;
    }
    cancelled = Optional.of(reason);
    quorum.letAnyDo();
    if (!started) {
      // Where the run has come from, which is the model that a run before has left.
      endCancelled(keptOf(settings.begin()));
    } else if (activity.isTraining()) {
      activity.pause(this::finishBegunSteps);
    } else if (activity.isPlacing()) {
      endWithLastCheckpoint();
    } else if (activity.isEvaluating() || activity.isWaitingToJoin()) {
      stopHere();
    }
  }

  private void finishBegunSteps() {
    long until = activity.pausedAt();
    if (until == slices.step()) {
      stopSlices();
    } else {
      activity.finish(until, this::endLease);
    }
  }

  private void stopSlices() {
    activity.stop(this::stopWhereSlicesCan);
  }

  private void stopWhereSlicesCan() {
    switch (activity.stopped()) {
      case BEFORE -> stopHere();
      case AFTER -> activity.letClose(this::stopSlices);
      case BETWEEN -> {
        if (quorum.isMet()) {
          activity.finish(slices.step() + 1, this::endLease);
        } else {
          // Nobody can finish the begun step.
          endWithLastCheckpoint();
        }
      }
    }
  }

  /** Keeps the weights of the current step; the epoch stays open, even at its end. */
  private void stopHere() {
    if (slices.step() != progress.position().step()) {
      // The slices hold the best epoch's weights already, the model will be the last step's.
      leaseEnd.forgetValidation();
    }
    leaseEnd.take(() -> endCancelled(Optional.of(checkpoints.taken().weights())));
  }

  private void endWithoutWorkers() {
    if (settings.elastic() && cancelled.isPresent()) {
      stopSlices();
    } else {
      fail("no worker is left" + quorum.lastLoss());
    }
  }

  /** What a lost worker has sent may move a slice that was to be copied for the end. */
  void sliceFailed(String cause) {
    if (cancelled.isPresent() && activity.isCopying()) {
      endWithLastCheckpoint();
    } else {
      fail(cause);
    }
  }

  private void endWithLastCheckpoint() {
    progress.goTo(checkpoints.last(), progress.position().rollbacks());
    leaseEnd.forgetValidation();
    endCancelled(keptOf(checkpoints.last()));
  }

  /** At step 0 there is nothing to keep. */
  private static Optional<float[]> keptOf(Checkpoint checkpoint) {
    return checkpoint.position().step() == 0 ? Optional.empty() : Optional.of(checkpoint.weights());
  }

  private void endCancelled(Optional<float[]> weights) {
    end(Status.CANCELLED, cancelled.orElseThrow(), weights, Optional.empty());
  }

  void fail(String cause) {
    leaseEnd.forgetValidation();
    end(Status.FAILED, cause, Optional.empty(), Optional.empty());
  }

  private void end(
      Status status, String message, Optional<float[]> weights, Optional<Statistics> train) {
    if (!ended) {
      ended = true;
      crew.leave();
      events.tell(
          new RunEvent.RunEnded(
              progress.outcome(status, message, weights, train, leaseEnd.validation())));
    }
  }

  boolean isEnded() {
    return ended;
  }
}
