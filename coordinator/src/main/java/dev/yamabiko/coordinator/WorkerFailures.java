package dev.yamabiko.coordinator;

import dev.yamabiko.protocol.RunMessage.WorkerFailed;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Failures in the open step. One may be the worker's or the shards'; a second worker tells. That a
 * worker could not get ready, or has too little memory, is its own affair, as long as others are
 * there; where one has got ready before, others can be waited for.
 */
final class WorkerFailures {

  private final List<WorkerFailed> failures = new ArrayList<>();

  void clear() {
    failures.clear();
  }

  /**
   * @param alone whether nobody else is left to tell, or can be waited for
   * @return why the run has to end; empty if others may try
   */
  Optional<String> add(WorkerFailed failed, boolean alone) {
    String cause = "worker %s failed: %s".formatted(failed.worker(), failed.cause());
    Optional<WorkerFailed> before =
        failures.stream().filter(other -> isSameWork(other, failed)).findFirst();
    failures.add(failed);
    if (before.isPresent()) {
      return Optional.of(
          "%s; so did worker %s before, at the same work: %s"
              .formatted(cause, before.get().worker(), before.get().cause()));
    }
    return alone ? Optional.of(cause) : Optional.empty();
  }

  private static boolean isSameWork(WorkerFailed a, WorkerFailed b) {
    if (a.worker().equals(b.worker()) || a.step() != b.step() || a.step() < 0) {
      return false;
    }
    return isEvaluation(a) && isEvaluation(b)
        ? a.cause().equals(b.cause())
        : a.blocks().stream().anyMatch(x -> b.blocks().stream().anyMatch(x::overlaps));
  }

  /** It does not say of which part; the same cause is taken for the same part's. */
  private static boolean isEvaluation(WorkerFailed failed) {
    return failed.blocks().isEmpty();
  }
}
