package dev.yamabiko.cli;

import dev.yamabiko.data.Targets;
import dev.yamabiko.step.Statistics;
import java.util.Optional;

/** What progress looks like, as a function of numbers. Epochs are counted from 1 here. */
record ProgressLine(int epochs, int stepsPerEpoch, Targets targets) {

  private static final int BAR = 24;

  /**
   * Within an epoch.
   *
   * @param epoch from 0
   * @param taken steps of this epoch
   * @param train of this epoch's batches so far
   * @param secondsLeft of the run
   */
  record Moment(
      int epoch, int taken, Statistics train, double samplesPerSecond, double secondsLeft) {}

  /** "epoch 2/5 step 40/94 loss 0.1234 accuracy 96.40 % 8,123 samples/s 0:42 left". */
  String within(Moment moment) {
    return "%s  step %d/%d  %s"
        .formatted(epoch(moment.epoch()), moment.taken(), stepsPerEpoch, figures(moment));
  }

  /** The same as a bar no wider than the terminal; what does not fit goes from the right. */
  String bar(Moment moment, int columns, boolean unicode) {
    int percent = (int) (100L * moment.taken() / stepsPerEpoch);
    String head = epoch(moment.epoch()) + " ";
    String tail = " %3d %%  %s".formatted(percent, figures(moment));
    int room = Math.max(0, Math.min(BAR, columns - 1 - head.length() - tail.length() - 2));
    int full = room * percent / 100;
    String bar = (unicode ? "█" : "#").repeat(full) + (unicode ? "░" : "-").repeat(room - full);
    String line = head + (unicode ? bar : "[" + bar + "]") + tail;
    return line.length() < columns ? line : line.substring(0, Math.max(0, columns - 1));
  }

  /** "epoch 2/5 loss 0.1234 accuracy 96.40 % validation loss 0.1011 accuracy 97.10 % ...". */
  String epochEnd(
      int epoch,
      Statistics train,
      Optional<Statistics> validation,
      double samplesPerSecond,
      double seconds) {
    return epoch(epoch)
        + "  "
        + lossAndMetric(train)
        + validation.map(v -> "  validation " + lossAndMetric(v)).orElse("")
        + "  "
        + Figures.rate(samplesPerSecond)
        + "  "
        + Figures.seconds(seconds);
  }

  private String epoch(int epoch) {
    int width = Integer.toString(epochs).length();
    return ("epoch %" + width + "d/%d").formatted(epoch + 1, epochs);
  }

  private String figures(Moment moment) {
    return lossAndMetric(moment.train())
        + "  "
        + Figures.rate(moment.samplesPerSecond())
        + "  "
        + Figures.clock(moment.secondsLeft())
        + " left";
  }

  private String lossAndMetric(Statistics statistics) {
    return "loss "
        + Figures.loss(statistics.meanLoss())
        + "  "
        + Figures.metric(statistics, targets);
  }
}
