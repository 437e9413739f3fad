package dev.yamabiko.wire;

import java.util.HashSet;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Keeps a log short to which others give cause: a few lines of each period, and one of each kind,
 * so that whoever tries again and again does not hide what is wrong with somebody else. For any
 * number of threads.
 */
public final class FewLines {

  private static final int LINES_PER_PERIOD = 5;
  private static final int KINDS_PER_PERIOD = 20;
  static final long PERIOD_NANOS = 10_000_000_000L;

  /**
   * @param isShown whether this line is one of the few
   * @param leftOut lines of a period that has ended since the last call, of which nobody has heard
   */
  public record Turn(boolean isShown, long leftOut) {}

  private final LongSupplier nanoTime;

  /** Of this period. */
  private final Set<String> kinds = new HashSet<>();

  private long periodStart;
  private int lines;
  private long left;

  FewLines(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    periodStart = nanoTime.getAsLong();
  }

  public FewLines() {
    this(System::nanoTime);
  }

  public synchronized Turn take(String kind) {
    long now = nanoTime.getAsLong();
    long before = 0;
    if (now - periodStart > PERIOD_NANOS) {
      before = left;
      periodStart = now;
      kinds.clear();
      lines = 0;
      left = 0;
    }
    boolean isNews = kinds.size() < KINDS_PER_PERIOD && kinds.add(kind);
    boolean isShown = lines++ < LINES_PER_PERIOD || isNews;
    if (!isShown) {
      left++;
    }
    return new Turn(isShown, before);
  }
}
