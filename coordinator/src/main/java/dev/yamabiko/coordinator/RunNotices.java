package dev.yamabiko.coordinator;

import dev.yamabiko.coordinator.Notice.Kind;
import dev.yamabiko.protocol.RunEvent;
import java.time.Clock;
import java.util.Optional;
import java.util.OptionalLong;

/** Which of a run's events are worth a notice, and what it says. Told of all of them, in order. */
final class RunNotices {

  private final Clock clock;

  /** The one that is open. */
  private OptionalLong step = OptionalLong.empty();

  RunNotices(Clock clock) {
    this.clock = clock;
  }

  Optional<Notice> observe(RunEvent event) {
    if (event instanceof RunEvent.RunStarted begun) {
      step = OptionalLong.of(begun.step());
    } else if (event instanceof RunEvent.StepClosed closed) {
      step = OptionalLong.of(closed.step() + 1);
    } else if (event instanceof RunEvent.RolledBack back) {
      step = OptionalLong.of(back.to().step());
      return notice(Kind.ROLLBACK, text(back), OptionalLong.of(back.step()), Optional.empty());
    } else if (event instanceof RunEvent.SlicesReturned back) {
      step = OptionalLong.of(back.to().step());
      return notice(
          Kind.SLICES_RETURNED, text(back), OptionalLong.of(back.step()), Optional.empty());
    } else if (event instanceof RunEvent.WorkerJoined joined) {
      return ofWorker(
          Kind.WORKER_JOINED, joined.worker(), "worker %s joined".formatted(joined.worker()));
    } else if (event instanceof RunEvent.WorkerLeft left) {
      return ofWorker(
          Kind.WORKER_LOST, left.worker(), "worker %s %s".formatted(left.worker(), left.why()));
    } else if (event instanceof RunEvent.ShardsReissued late) {
      return notice(
          Kind.SHARDS_REISSUED,
          text(late),
          OptionalLong.of(late.step()),
          late.workers().size() == 1 ? Optional.of(late.workers().get(0)) : Optional.empty());
    } else if (event instanceof RunEvent.Waiting waiting) {
      return notice(Kind.WAITING, "the run " + waiting.why(), step, Optional.empty());
    } else if (event instanceof RunEvent.WentOn on) {
      String text = "the run goes on, workers: " + on.workers();
      return notice(Kind.WENT_ON, text, step, Optional.empty());
    }
    return Optional.empty();
  }

  private static String text(RunEvent.RolledBack back) {
    return "%s: the run goes back from step %d to step %d, its learning rate times %s from there"
        .formatted(back.reason(), back.step(), back.to().step(), back.rateScale());
  }

  private static String text(RunEvent.SlicesReturned back) {
    return "%s in step %d: all slices return to step %d, and go on to the same bits"
        .formatted(back.why(), back.step(), back.to().step());
  }

  private static String text(RunEvent.ShardsReissued late) {
    return "shards of step %d are computed again elsewhere: %s %s"
        .formatted(late.step(), String.join(", ", late.workers()), late.why());
  }

  private Optional<Notice> ofWorker(Kind kind, String worker, String text) {
    return notice(kind, text, step, Optional.of(worker));
  }

  private Optional<Notice> notice(
      Kind kind, String text, OptionalLong at, Optional<String> worker) {
    return Optional.of(new Notice(clock.instant(), kind, text, at, worker));
  }
}
