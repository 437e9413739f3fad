package dev.yamabiko.coordinator;

import dev.yamabiko.protocol.DataPart;
import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.step.Measures;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What is done where a lease has ended and slices are at rest: the validation data is evaluated and
 * the epoch closed at its end; a checkpoint is taken, or the weights are looked at, where that is
 * due.
 */
final class LeaseEnd {

  private final RunSettings settings;
  private final Activity activity;
  private final SliceGroup slices;
  private final EvaluationRounds evaluations;
  private final CheckpointTaking checkpoints;
  private final RunProgress progress;
  private final Runnable goOn;
  private final Consumer<String> fail;

  /** Of the weights that slices hold. */
  private Optional<Measures> validation = Optional.empty();

  /**
   * @param goOn once all is done
   * @param fail where the run cannot go on, with the cause
   */
  LeaseEnd(
      RunSettings settings,
      Activity activity,
      SliceGroup slices,
      EvaluationRounds evaluations,
      CheckpointTaking checkpoints,
      RunProgress progress,
      Runnable goOn,
      Consumer<String> fail) {
    this.settings = settings;
    this.activity = activity;
    this.slices = slices;
    this.evaluations = evaluations;
    this.checkpoints = checkpoints;
    this.progress = progress;
    this.goOn = goOn;
    this.fail = fail;
  }

  void closeEpochOr(Runnable otherwise) {
    if (progress.isEpochAtItsEnd()) {
      evaluateValidation(progress.hasTakenAllSteps(), this::closeEpoch);
    } else {
      otherwise.run();
    }
  }

  /**
   * @param all what the result tells, too, and not only what epochs need: of very many classes or
   *     targets that is much to send
   */
  void evaluateValidation(boolean all, Runnable then) {
    if (settings.validation().isEmpty()) {
      then.run();
      return;
    }
    activity.evaluate(
        DataPart.VALIDATION,
        all,
        () -> {
          validation = Optional.of(evaluations.sum());
          then.run();
        });
  }

  /** What is known of the weights that slices hold. */
  Optional<Measures> validation() {
    return validation;
  }

  /** Slices hold other weights, or will. */
  void forgetValidation() {
    validation = Optional.empty();
  }

  private void closeEpoch() {
    Optional<String> unaccounted = progress.unaccounted();
    if (unaccounted.isPresent()) {
      fail.accept(unaccounted.get());
      return;
    }
    settings.events().tell(progress.closeEpoch(validation.map(Measures::statistics)));
    if (!progress.isBest()) {
      keepIfDue();
      return;
    }
    take(
        () -> {
          progress.keepBest(checkpoints.taken().weights());
          goOn.run();
        });
  }

  void keepIfDue() {
    if (progress.isCheckpointDue()) {
      take(goOn);
    } else if (progress.isLookDue()) {
      look(goOn);
    } else {
      goOn.run();
    }
  }

  private void look(Runnable then) {
    activity.look(
        isGradientDue(),
        () -> {
          settings.events().tell(checkpoints.look(progress.position()));
          then.run();
        });
  }

  /** Where a run goes on from a checkpoint, nobody knows the gradient that has led there. */
  private boolean isGradientDue() {
    return settings.job().tensorBoard().gradients()
        && progress.isLookDue()
        && slices.step() == progress.position().step()
        && slices.haveMoved();
  }

  /** Takes a checkpoint, unless the last one was taken here, and goes on while it is written. */
  void take(Runnable then) {
    if (checkpoints.isTakenAt(progress.position())) {
      then.run();
      return;
    }
    activity.copy(
        isGradientDue(),
        () -> {
          RunEvent taken =
              checkpoints.take(progress.position(), progress.best(), progress.isCheckpointDue());
          settings.events().tell(taken);
          then.run();
        });
  }
}
