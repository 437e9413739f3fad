package dev.yamabiko.coordinator;

import dev.yamabiko.job.WorkerCount;
import java.util.List;
import java.util.Optional;

/**
 * Which workers the next job of the queue gets: it starts as soon as there are as many idle ones as
 * it asks for at least, and takes as many as it can use. The jobs behind wait for it meanwhile,
 * unless it asks for more workers than there are at all: they would wait for what may never come.
 *
 * @param workers to start on; none if it waits
 * @param waitingFor what it waits for, in words for people
 * @param holdsQueue whether the jobs behind wait until it has started
 */
record Allotment(List<String> workers, Optional<String> waitingFor, boolean holdsQueue) {

  /**
   * @param idle names, the longest idle first
   * @param shards of the job; more workers than that would only hold weights
   * @param registered how many workers there are, idle or not
   */
  static Allotment of(WorkerCount count, int shards, List<String> idle, int registered) {
    int least = count.least();
    if (registered < least) {
      return waiting("%d worker%s".formatted(least, least == 1 ? "" : "s"), registered, false);
    } else if (idle.size() < least) {
      return waiting("%d idle worker%s".formatted(least, least == 1 ? "" : "s"), idle.size(), true);
    }
    int useful = Math.max(least, Math.min(count.most(), shards));
    return new Allotment(
        List.copyOf(idle.subList(0, Math.min(useful, idle.size()))), Optional.empty(), false);
  }

  private static Allotment waiting(String what, int found, boolean holdsQueue) {
    String why = "waits for %s, there %s %d".formatted(what, found == 1 ? "is" : "are", found);
    return new Allotment(List.of(), Optional.of(why), holdsQueue);
  }
}
