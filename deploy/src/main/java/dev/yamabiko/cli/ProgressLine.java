package dev.yamabiko.cli;

import dev.yamabiko.data.Targets;
import dev.yamabiko.step.Statistics;
import java.util.Optional;

/** What progress looks like, as a function of numbers. Epochs are counted from 1 here. */
record ProgressLine(int epochs, int stepsPerEpoch, Targets targets) {

  private static final int BAR = 24;
  private static final int FIGURES = 60;

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

  /** The same as a bar, narrower than the terminal; what does not fit goes from the right. */
  String bar(Moment moment, int columns, boolean unicode) {
    return bar(moment.epoch(), moment.taken(), "  " + figures(moment), columns, unicode);
  }

  /** Of an epoch, from 0, of which no step is known yet. */
  String bar(int epoch, int columns, boolean unicode) {
    return bar(epoch, 0, "", columns, unicode);
  }

  private String bar(int epoch, int taken, String tail, int columns, boolean unicode) {
    String head = epoch(epoch) + " ";
    // Figures grow and shrink; a bar that follows them would twitch.
    int room = columns - 1 - head.length() - Math.max(FIGURES, tail.length()) - 2;
    int width = Math.max(0, Math.min(BAR, room));
    String line = head + (unicode ? blocks(taken, width) : hashes(taken, width)) + tail;
    return line.length() < columns ? line : line.substring(0, Math.max(0, columns - 1));
  }

  private String blocks(int taken, int width) {
    int eighths = (int) (8L * width * taken / stepsPerEpoch);
    String full = "█".repeat(eighths / 8);
    String partly = eighths % 8 == 0 ? "" : "▏▎▍▌▋▊▉".substring(eighths % 8 - 1, eighths % 8);
    return "▕" + full + partly + " ".repeat(width - full.length() - partly.length()) + "▏";
  }

  private String hashes(int taken, int width) {
    int full = (int) ((long) width * taken / stepsPerEpoch);
    return "[" + "#".repeat(full) + "-".repeat(width - full) + "]";
  }

  /** "epoch 2/5 loss 0.1234 accuracy 96.40 % validation loss 0.1011 accuracy 97.10 % ...". */
  String epochEnd(
      int epoch,
      Statistics train,
      Optional<Statistics> validation,
      double samplesPerSecond,
      double seconds) {
    return epochEnd(epoch, train, validation, samplesPerSecond) + "  " + Figures.seconds(seconds);
  }

  /** Where only the end of it was seen. */
  String epochEnd(
      int epoch, Statistics train, Optional<Statistics> validation, double samplesPerSecond) {
    return epochEnd(epoch, train, validation) + "  " + Figures.rate(samplesPerSecond);
  }

  /** Where nothing is known of its speed. */
  String epochEnd(int epoch, Statistics train, Optional<Statistics> validation) {
    return epoch(epoch)
        + "  "
        + lossAndMetric(train)
        + validation.map(v -> "  validation " + lossAndMetric(v)).orElse("");
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
