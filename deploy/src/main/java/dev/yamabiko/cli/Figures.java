package dev.yamabiko.cli;

import dev.yamabiko.data.Targets;
import dev.yamabiko.step.Statistics;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
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

  /** "1 worker", "12,000 examples". */
  static String count(long count, String noun) {
    return count(count) + " " + noun + (count == 1 ? "" : "s");
  }

  /** "8,123 samples/s". */
  static String rate(double samplesPerSecond) {
    return Double.isFinite(samplesPerSecond)
        ? count(Math.round(samplesPerSecond)) + " samples/s"
        : "- samples/s";
  }

  /** "8,123", or "-" where it is not known. */
  static String perSecond(double samplesPerSecond) {
    return Double.isFinite(samplesPerSecond) ? count(Math.round(samplesPerSecond)) : "-";
  }

  /** "72 %" of 0.723, or "-" where it is not known. */
  static String percent(double share) {
    return Double.isFinite(share) ? Math.round(100 * share) + " %" : "-";
  }

  /** "12.3 MB": three significant digits, in powers of 1,000. */
  static String bytes(long bytes) {
    if (bytes < 1000) {
      return bytes + " B";
    }
    double size = bytes / 1e3;
    int unit = 0;
    for (; size >= 999.5 && unit < 3; unit++) {
      size /= 1e3;
    }
    return threeDigits(size) + " " + List.of("kB", "MB", "GB", "TB").get(unit);
  }

  private static String threeDigits(double number) {
    int decimals = number < 9.995 ? 2 : number < 99.95 ? 1 : 0;
    return String.format(Locale.ROOT, "%." + decimals + "f", number);
  }

  /**
   * "2 min ago", in whole units; the day in UTC once it is a month ago. Another machine's clock may
   * be ahead of this one's: that is "now".
   */
  static String ago(Instant then, Instant now) {
    Duration past = Duration.between(then, now);
    if (past.toSeconds() < 1) {
      return "now";
    } else if (past.toMinutes() < 1) {
      return past.toSeconds() + " s ago";
    } else if (past.toHours() < 1) {
      return past.toMinutes() + " min ago";
    } else if (past.toDays() < 1) {
      return past.toHours() + " h ago";
    } else if (past.toDays() <= 30) {
      return past.toDays() + (past.toDays() == 1 ? " day ago" : " days ago");
    }
    return LocalDate.ofInstant(then, ZoneOffset.UTC).toString();
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
