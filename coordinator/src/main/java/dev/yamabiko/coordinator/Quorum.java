package dev.yamabiko.coordinator;

import dev.yamabiko.protocol.RunEvent;
import java.util.Optional;

/** Whether there are workers enough to hand anything out, and whether the run waits for them. */
final class Quorum {

  private final Attendance workers;
  private final int least;
  private boolean waiting;
  private boolean anyWillDo;
  private String lastLoss = "";

  /**
   * @param least how many workers the job asks for at least
   * @param elastic whether others may come; if not, any that are left will do
   */
  Quorum(Attendance workers, int least, boolean elastic) {
    this.workers = workers;
    this.least = least;
    anyWillDo = !elastic;
  }

  /** From now on one worker is enough: the run only finishes what it has begun. */
  void letAnyDo() {
    anyWillDo = true;
  }

  boolean isMet() {
    return workers.connected().size() >= (anyWillDo ? 1 : least) && !workers.available().isEmpty();
  }

  /** Whether others may come, and there is more to do for them than to finish. */
  boolean isWorthWaiting() {
    return !anyWillDo;
  }

  boolean isWaiting() {
    return waiting;
  }

  /** There are too few. Returns what to say, unless it has been said. */
  Optional<RunEvent> miss() {
    if (waiting) {
      return Optional.empty();
    }
    waiting = true;
    return Optional.of(
        new RunEvent.Waiting(
            "waits for workers: %d of at least %d%s"
                .formatted(workers.connected().size(), least, lastLoss),
            workers.connected()));
  }

  /** There are enough. Returns what to say if the run has waited for them. */
  Optional<RunEvent> meet() {
    boolean waited = waiting;
    waiting = false;
    return waited ? Optional.of(new RunEvent.WentOn(workers.size())) : Optional.empty();
  }

  void lost(String worker, String why) {
    lastLoss = "; worker %s %s".formatted(worker, why);
  }

  /** For a message that says that there are too few; empty if none was lost. */
  String lastLoss() {
    return lastLoss;
  }
}
