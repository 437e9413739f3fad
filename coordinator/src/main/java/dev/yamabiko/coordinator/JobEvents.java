package dev.yamabiko.coordinator;

import akka.actor.typed.ActorRef;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A job's recent events and those who follow them. What is not urgent is told in batches, to all
 * the same one, when there is enough of it or {@link #send} is called. Older events than are kept
 * are in the run's {@code metrics.jsonl}, and all of a job that has ended: none are kept here. Of
 * states in a row the last is kept: a job that waits in a long queue has many, each as long as the
 * job.
 */
final class JobEvents {

  private static final int KEPT = 4_096;

  /** More events than a coordinator lives to see. */
  private static final int TERM_BITS = 40;

  private final Deque<JobEvent> recent = new ArrayDeque<>();
  private final Set<ActorRef<JobEventBatch>> followers = new LinkedHashSet<>();

  /** Of the recent ones those that followers have not heard of. */
  private final List<JobEvent> untold = new ArrayList<>();

  private long last;

  /**
   * @param term of the coordinator; numbers of later terms are higher, so that nobody takes an
   *     event for one of the coordinator before
   */
  JobEvents(long term) {
    last = (term - 1) << TERM_BITS;
  }

  void add(String kind, String json) {
    JobEvent event = new JobEvent(++last, kind, json);
    if (event.isStatus() && !recent.isEmpty() && recent.getLast().isStatus()) {
      recent.removeLast();
    }
    recent.add(event);
    if (recent.size() > KEPT) {
      recent.remove();
    }
    if (isFollowed()) {
      untold.add(event);
      if (event.isUrgent() || untold.size() == JobEventBatch.MOST) {
        send();
      }
    }
  }

  /** The last event, until the job is resumed. */
  void end(String json) {
    add(JobEvent.END, json);
    followers.clear();
    recent.clear();
  }

  /** Followers hear of all that has happened. */
  void send() {
    if (!untold.isEmpty()) {
      JobEventBatch batch = new JobEventBatch(untold);
      untold.clear();
      followers.forEach(follower -> follower.tell(batch));
    }
  }

  boolean isFollowed() {
    return !followers.isEmpty();
  }

  /**
   * What came after this number, and from now on what comes, of a job that has not ended. Who has
   * heard of more than there is has heard it from a coordinator with another data directory, and of
   * nothing here.
   */
  void follow(long after, ActorRef<JobEventBatch> follower) {
    send();
    long heard = after > last ? 0 : after;
    List<JobEvent> missed = recent.stream().filter(event -> event.number() > heard).toList();
    for (int from = 0; from < missed.size(); from += JobEventBatch.MOST) {
      int to = Math.min(from + JobEventBatch.MOST, missed.size());
      follower.tell(new JobEventBatch(missed.subList(from, to)));
    }
    followers.add(follower);
  }

  void forget(ActorRef<JobEventBatch> follower) {
    followers.remove(follower);
    if (!isFollowed()) {
      untold.clear();
    }
  }
}
