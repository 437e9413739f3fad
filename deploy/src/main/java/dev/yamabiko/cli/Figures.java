package dev.yamabiko.cli;

import dev.yamabiko.data.Targets;
import dev.yamabiko.step.Statistics;
import java.util.Locale;

/** Numbers as people read them. Files and JSON keep every digit; these do not. */
final class Figures {

  private Figures() {}

  /** "0.0513": four significant digits. */
  static String loss(double loss) {
    return Double.isFinite(loss) ? String.format(Locale.ROOT, "%.4g", loss) : "-";
  }

  /** "accuracy 98.40 %" or "rmse 2.214". */
  static String metric(Statistics statistics, Targets targets) {
    return targets instanceof Targets.Classes
        ? accuracy(statistics.accuracy())
        : rmse(statistics.rmse(targets.width()));
  }

  static String accuracy(double accuracy) {
    return String.format(Locale.ROOT, "accuracy %.2f %%", 100 * accuracy);
  }

  static String rmse(double rmse) {
    return "rmse " + loss(rmse);
  }

  /** "12,000". */
  static String count(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  /** "8,123 samples/s". */
  static String rate(double samplesPerSecond) {
    return Double.isFinite(samplesPerSecond)
        ? count(Math.round(samplesPerSecond)) + " samples/s"
        : "- samples/s";
  }

  /** "0:42", "1:02:03". */
  static String clock(double seconds) {
    if (!Double.isFinite(seconds)) {
      return "-:--";
    }
    long s = Math.round(seconds);
    return s < 3600
        ? String.format(Locale.ROOT, "%d:%02d", s / 60, s % 60)
        : String.format(Locale.ROOT, "%d:%02d:%02d", s / 3600, s / 60 % 60, s % 60);
  }

  /** "3.4 s" below a minute, else as {@link #clock}. */
  static String seconds(double seconds) {
    return seconds < 60 ? String.format(Locale.ROOT, "%.1f s", seconds) : clock(seconds);
  }
}
