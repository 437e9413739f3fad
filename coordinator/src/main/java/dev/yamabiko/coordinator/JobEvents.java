package dev.yamabiko.coordinator;

import akka.actor.typed.ActorRef;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * A job's recent events and those who follow them. Older events than are kept are in the run's
 * {@code metrics.jsonl}, and all of a job that has ended, but for its end.
 */
final class JobEvents {

  private static final int KEPT = 4_096;

  private final Deque<JobEvent> recent = new ArrayDeque<>();
  private final Set<ActorRef<JobEvent>> followers = new LinkedHashSet<>();
  private long last;

  void add(String kind, String json) {
    JobEvent event = new JobEvent(++last, kind, json);
    recent.add(event);
    if (recent.size() > KEPT) {
      recent.remove();
    }
    followers.forEach(follower -> follower.tell(event));
    if (event.isLast()) {
      followers.clear();
      recent.clear();
      recent.add(event);
    }
  }

  /**
   * What came after this number, and from now on what comes. An end that a resumed job has left
   * behind is none. Numbers begin anew when the coordinator does: who has heard of more than there
   * is has heard it from the one before, and of nothing here.
   */
  void follow(long after, ActorRef<JobEvent> follower) {
    long heard = after > last ? 0 : after;
    recent.stream()
        .filter(event -> event.number() > heard)
        .filter(event -> !event.isLast() || event == recent.getLast())
        .forEach(follower::tell);
    if (recent.isEmpty() || !recent.getLast().isLast()) {
      followers.add(follower);
    }
  }

  void forget(ActorRef<JobEvent> follower) {
    followers.remove(follower);
  }
}
