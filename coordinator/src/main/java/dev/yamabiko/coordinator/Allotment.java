package dev.yamabiko.coordinator;

import dev.yamabiko.job.WorkerCount;
import java.util.List;
import java.util.Optional;

/**
 * Which workers the job at the head of the queue gets: it starts as soon as there are as many idle
 * ones as it asks for at least, and takes as many as it can use. Jobs start in the order in which
 * they were submitted; none overtakes another, but for one that asks for more workers than there
 * are: idle ones would not help it.
 *
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
