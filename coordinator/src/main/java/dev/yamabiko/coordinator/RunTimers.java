package dev.yamabiko.coordinator;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.TimerScheduler;
import dev.yamabiko.coordinator.TrainingRun.Command;
import dev.yamabiko.protocol.WorkerMessage;
import java.time.Duration;
import java.util.Collection;
import java.util.List;

/**
 * The timers of a run. At any time it waits for one thing, which has a deadline, and in an elastic
 * run a time from which it is late. While the run waits for workers neither runs: that may take as
 * long as it takes.
 */
final class RunTimers {

  /** Key of the timer for this worker's connection. */
  private record Reconnection(String worker) {}

  private static final Object DEADLINE = "deadline";
  private static final Duration RECONNECT = Duration.ofMillis(250);
  private static final Duration INVITE_INTERVAL = Duration.ofSeconds(5);

  /** Far longer than to connect takes on a busy machine, which it would undo. */
  private static final Duration CONNECT_INTERVAL = Duration.ofSeconds(15);

  private final TimerScheduler<Command> timers;
  private final boolean elastic;
  private Wait wait;
  private boolean held;

  RunTimers(TimerScheduler<Command> timers, boolean elastic) {
    this.timers = timers;
    this.elastic = elastic;
    if (elastic) {
      timers.startTimerWithFixedDelay(new TrainingRun.InviteAgain(), INVITE_INTERVAL);
      timers.startTimerWithFixedDelay(new TrainingRun.ConnectAnew(), CONNECT_INTERVAL);
    }
  }

  /** What was awaited before is awaited no more. */
  void await(String what, Duration limit, Collection<String> whom) {
    timers.cancel(new TrainingRun.Late());
    wait = new Wait(what, limit, whom);
    startHalf();
  }

  /**
   * The same, of those who hear the run's events. Where it is not elastic that is the user himself,
   * by a program's listener or a terminal that stands still: nothing has failed, however long it
   * takes.
   */
  void awaitObservers(String what, Duration limit) {
    if (!elastic) {
      hold();
    }
    await(what, limit, List.of());
  }

  private void startHalf() {
    if (!held) {
      timers.startSingleTimer(DEADLINE, new TrainingRun.HalfPassed(), wait.half());
    }
  }

  /** Whether this answer was awaited; not when it comes a second time. */
  boolean answered(String by) {
    return wait.answered(by);
  }

  /** Whether all have answered who were to. */
  boolean isAnswered() {
    return wait.isAnswered();
  }

  /** Who has not answered yet. */
  List<String> awaited() {
    return wait.awaited();
  }

  /** Something is missing from them, by the last answer; from nobody if empty. */
  void silent(Collection<String> names) {
    wait.silent(names);
  }

  /** Whether nothing is missing from anybody. */
  boolean isNobodySilent() {
    return wait.isNobodySilent();
  }

  /** Half of the deadline has passed; true if that was the second half. */
  boolean passHalf() {
    if (wait.passHalf()) {
      return true;
    }
    startHalf();
    return false;
  }

  /** What to say when the deadline has passed. */
  String overdue() {
    return wait.overdue();
  }

  /** What is awaited is late then. */
  void late(Duration after) {
    if (elastic && !held) {
      timers.startSingleTimer(new TrainingRun.Late(), new TrainingRun.Late(), after);
    }
  }

  /** Until {@link #release} nothing has a deadline. */
  void hold() {
    held = true;
    timers.cancel(DEADLINE);
    timers.cancel(new TrainingRun.Late());
  }

  /** What is awaited has a deadline again; the half of it that was held begins anew. */
  void release() {
    if (held) {
      held = false;
      startHalf();
    }
  }

  /** A lost connection may come back at once; then nothing has happened. */
  void disconnected(String worker, ActorRef<WorkerMessage> ref) {
    timers.startSingleTimer(
        new Reconnection(worker), new TrainingRun.StillDisconnected(worker, ref), RECONNECT);
  }

  void connected(String worker) {
    timers.cancel(new Reconnection(worker));
  }
}
