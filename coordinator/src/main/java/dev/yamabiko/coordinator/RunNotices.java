package dev.yamabiko.coordinator;

import dev.yamabiko.coordinator.Notice.Kind;
import dev.yamabiko.protocol.RunEvent;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** What of a run is worth a notice, and what it says. Told of all of the run's events, in order. */
final class RunNotices {

  private final Clock clock;
  private final Consumer<Notice> to;

  /** The one that is open. */
  private OptionalLong step = OptionalLong.empty();

  /**
   * Why, by name, of those that have not taken part since. A node that is gone is lost once more
   * where it was offered again before the coordinator missed it, which is no news.
   */
  private final Map<String, String> lost = new HashMap<>();

  /**
   * @param to takes notices, from any thread
   */
  RunNotices(Clock clock, Consumer<Notice> to) {
    this.clock = clock;
    this.to = to;
  }

  void observe(RunEvent event) {
    if (event instanceof RunEvent.RunStarted begun) {
      lost.clear();
      step = OptionalLong.of(begun.step());
    } else if (event instanceof RunEvent.StepClosed closed) {
      step = OptionalLong.of(closed.step() + 1);
    } else if (event instanceof RunEvent.RolledBack back) {
      lost.clear();
      step = OptionalLong.of(back.to().step());
      tell(Kind.ROLLBACK, text(back), OptionalLong.of(back.step()), Optional.empty());
    } else if (event instanceof RunEvent.SlicesReturned back) {
      lost.clear();
      step = OptionalLong.of(back.to().step());
      tell(Kind.SLICES_RETURNED, text(back), OptionalLong.of(back.step()), Optional.empty());
    } else if (event instanceof RunEvent.WorkerJoined joined) {
      lost.remove(joined.worker());
      ofWorker(Kind.WORKER_JOINED, joined.worker(), "joined");
    } else if (event instanceof RunEvent.WorkerLeft left) {
      if (!left.why().equals(lost.put(left.worker(), left.why()))) {
        ofWorker(Kind.WORKER_LOST, left.worker(), left.why());
      }
    } else if (event instanceof RunEvent.ShardsReissued late) {
      Optional<String> one =
          late.workers().size() == 1 ? Optional.of(late.workers().get(0)) : Optional.empty();
      tell(Kind.SHARDS_REISSUED, text(late), OptionalLong.of(late.step()), one);
    } else if (event instanceof RunEvent.Waiting waiting) {
      tell(Kind.WAITING, "the run " + waiting.why(), step, Optional.empty());
    } else if (event instanceof RunEvent.WentOn on) {
      lost.clear();
      String text = "the run goes on, workers: " + on.workers();
      tell(Kind.WENT_ON, text, step, Optional.empty());
    }
  }

  private static String text(RunEvent.RolledBack back) {
    return "%s: the run goes back from step %d to step %d, its learning rate times %s from there"
        .formatted(back.reason(), back.step(), back.to().step(), back.rateScale());
  }

  private static String text(RunEvent.SlicesReturned back) {
    return "%s; all slices return to step %d from step %d, and go on to the same bits"
        .formatted(back.why(), back.to().step(), back.step());
  }

  private static String text(RunEvent.ShardsReissued late) {
    return "shards of step %d are computed again elsewhere: %s %s"
        .formatted(late.step(), String.join(", ", late.workers()), late.why());
  }

  private void ofWorker(Kind kind, String worker, String what) {
    tell(kind, "worker %s %s".formatted(worker, what), step, Optional.of(worker));
  }

  /** This checkpoint is on the disk; from any thread. */
  void kept(long ofStep) {
    String text = "the checkpoint of step %d is on the disk".formatted(ofStep);
    tell(Kind.CHECKPOINT, text, OptionalLong.of(ofStep), Optional.empty());
  }

  /** Of no step and no worker. */
  void say(Kind kind, String text) {
    tell(kind, text, OptionalLong.empty(), Optional.empty());
  }

  private void tell(Kind kind, String text, OptionalLong at, Optional<String> worker) {
    to.accept(new Notice(clock.instant(), kind, text, at, worker));
  }
}
