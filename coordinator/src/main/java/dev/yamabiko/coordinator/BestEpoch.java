package dev.yamabiko.coordinator;

import dev.yamabiko.job.Selection;
import dev.yamabiko.model.Checkpoint;
import dev.yamabiko.model.Checkpoint.Best;
import dev.yamabiko.step.Statistics;
import java.util.Optional;

/** Which epoch was the best so far, and whether to look for a better one. */
final class BestEpoch {

  private final Selection selection;
  private final int values;
  private Optional<Best> best;

  /** Epochs; as long as there is no best one, none of them had a metric that is a number. */
  private int closed;

  /**
   * @param values of one target; where classes are told apart, 1
   */
  BestEpoch(Selection selection, int values) {
    this(selection, values, Optional.empty(), 0);
  }

  private BestEpoch(Selection selection, int values, Optional<Best> best, int closed) {
    this.selection = selection;
    this.values = values;
    this.best = best;
    this.closed = closed;
  }

  /** As it was when the checkpoint was taken. */
  BestEpoch at(Checkpoint checkpoint) {
    BestEpoch then =
        new BestEpoch(selection, values, checkpoint.best(), checkpoint.position().epochs());
    if (checkpoint.best().filter(b -> b.step() == checkpoint.position().step()).isPresent()) {
      then.keep(checkpoint.weights());
    }
    return then;
  }

  /**
   * An epoch has closed.
   *
   * @return whether it is the best one by now
   */
  boolean close(int epoch, long step, Statistics train, Optional<Statistics> validation) {
    double value = value(train, validation);
    double before = best.map(Best::value).orElse(selection.worst());
    boolean better = selection.isBetter(value, before);
    closed++;
    if (better) {
      best = Optional.of(new Best(epoch, step, value, 0, Optional.empty()));
    } else {
      best = best.map(b -> new Best(b.epoch(), b.step(), b.value(), b.since() + 1, b.weights()));
    }
    return better;
  }

  private double value(Statistics train, Optional<Statistics> validation) {
    return switch (selection.metric()) {
      case TRAIN_LOSS -> train.meanLoss();
      case VALIDATION_LOSS -> validation.orElseThrow().meanLoss();
      case VALIDATION_ACCURACY -> validation.orElseThrow().accuracy();
      case VALIDATION_RMSE -> validation.orElseThrow().rmse(values);
    };
  }

  /** The weights of the epoch that has just turned out to be the best. */
  void keep(float[] weights) {
    if (selection.restoreBest()) {
      best =
          best.map(b -> new Best(b.epoch(), b.step(), b.value(), b.since(), Optional.of(weights)));
    }
  }

  Optional<Best> best() {
    return best;
  }

  /** Whether patience is at its end. */
  boolean isOver() {
    int since = best.map(Best::since).orElse(closed);
    return selection.patience().isPresent() && since >= selection.patience().getAsInt();
  }
}
