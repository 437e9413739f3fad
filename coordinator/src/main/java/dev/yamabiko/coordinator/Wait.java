package dev.yamabiko.coordinator;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/**
 * One wait of a run: for what, how long at most, and for whose answers. Its limit passes in two
 * halves, so that a process that was suspended has half of it left to go on, and so that it can be
 * asked in between who is silent.
 */
final class Wait {

  private final String what;
  private final Duration half;
  private final TreeSet<String> awaited;
  private final TreeSet<String> silent = new TreeSet<>();
  private boolean halfPassed;

  /**
   * @param awaited who has to answer; empty where something else ends the wait
   */
  Wait(String what, Duration limit, Collection<String> awaited) {
    this.what = what;
    this.half = limit.dividedBy(2);
    this.awaited = new TreeSet<>(awaited);
  }

  Duration half() {
    return half;
  }

  /** Whether this answer was awaited; not when it comes a second time. */
  boolean answered(String by) {
    return awaited.remove(by);
  }

  /** Who has not answered yet. */
  List<String> awaited() {
    return List.copyOf(awaited);
  }

  boolean isAnswered() {
    return awaited.isEmpty();
  }

  /** Something is missing from them now; what was missing from others before has come. */
  void silent(Collection<String> names) {
    silent.clear();
    silent.addAll(names);
  }

  /** Whether nothing is known to be missing from anybody. */
  boolean isNobodySilent() {
    return awaited.isEmpty() && silent.isEmpty();
  }

  /** Half of the limit has passed; true if that was the second half. */
  boolean passHalf() {
    boolean over = halfPassed;
    halfPassed = true;
    return over;
  }

  /** What to say when it is over. */
  String overdue() {
    TreeSet<String> all = new TreeSet<>(awaited);
    all.addAll(silent);
    return "waited too long for %s%s"
        .formatted(what, all.isEmpty() ? "" : "; nothing came from " + String.join(", ", all));
  }
}
