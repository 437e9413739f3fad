package dev.yamabiko.coordinator;

import dev.yamabiko.job.WorkerCount;
import java.util.List;
import java.util.Optional;

/**
 * Which workers the job at the head of the queue gets: it starts as soon as there are as many idle
 * ones as it asks for at least, and takes as many as it can use. Jobs start in the order in which
 * they were submitted; none overtakes another.
 */
record Allotment(List<String> workers, Optional<String> waitingFor) {

  /**
   * @param idle names, the longest idle first
   * @param shards of the job; more workers than that would only hold weights
   */
  static Allotment of(WorkerCount count, int shards, List<String> idle) {
    if (idle.size() < count.least()) {
      return new Allotment(
          List.of(),
          Optional.of(
              "waits for %d idle worker%s, there %s %d"
                  .formatted(
                      count.least(),
                      count.least() == 1 ? "" : "s",
                      idle.size() == 1 ? "is" : "are",
                      idle.size())));
    }
    int useful = Math.max(count.least(), Math.min(count.most(), shards));
    return new Allotment(
        List.copyOf(idle.subList(0, Math.min(useful, idle.size()))), Optional.empty());
  }
}
