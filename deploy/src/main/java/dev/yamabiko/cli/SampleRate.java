package dev.yamabiko.cli;

import java.util.ArrayDeque;
import java.util.Deque;

/** Samples per second over about the last ten seconds, so that a JVM's slow start is forgotten. */
final class SampleRate {

  private static final long WINDOW = 10_000_000_000L;
  private static final long SPACING = WINDOW / 40;

  private record Mark(long nanos, long samples) {}

  private final Deque<Mark> marks = new ArrayDeque<>();
  private Mark latest;

  /**
   * @param samples applied since the run began
   */
  void at(long nanos, long samples) {
    latest = new Mark(nanos, samples);
    if (marks.isEmpty() || nanos - marks.getLast().nanos >= SPACING) {
      marks.addLast(latest);
    }
    while (marks.size() > 1 && nanos - marks.getFirst().nanos > WINDOW) {
      marks.removeFirst();
    }
  }

  /** NaN until two moments are known. */
  double perSecond() {
    if (latest == null || latest.nanos == marks.getFirst().nanos) {
      return Double.NaN;
    }
    Mark first = marks.getFirst();
    return (latest.samples - first.samples) * 1e9 / (latest.nanos - first.nanos);
  }
}
