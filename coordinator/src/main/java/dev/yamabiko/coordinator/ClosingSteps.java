package dev.yamabiko.coordinator;

import dev.yamabiko.protocol.RunMessage;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Collects the slices' word on each step. A step closes when all of them have updated, and steps
 * close in order, although slices run ahead of each other and a worker's word that a step diverged
 * can overtake theirs that the step before has closed.
 */
final class ClosingSteps {

  private final int slices;
  private final Map<Long, RunMessage.SliceUpdated[]> updates = new HashMap<>();
  private long step;
  private Optional<RunMessage.Diverged> divergence = Optional.empty();

  /**
   * @param step the first to close
   */
  ClosingSteps(int slices, long step) {
    this.slices = slices;
    this.step = step;
  }

  /** All steps before it have closed: whose weights the slices hold. */
  long step() {
    return step;
  }

  /** Late word on a step that has closed is dropped. */
  void accept(RunMessage.SliceUpdated updated) {
    if (updated.step() >= step) {
      updates
              .computeIfAbsent(updated.step(), s -> new RunMessage.SliceUpdated[slices])[
              updated.slice()] =
          updated;
    }
  }

  /** Closes the next step, if all slices have updated: what the first of them said. */
  Optional<RunMessage.SliceUpdated> close() {
    RunMessage.SliceUpdated[] all = updates.get(step);
    if (all == null || Arrays.stream(all).anyMatch(Objects::isNull)) {
      return Optional.empty();
    }
    updates.remove(step++);
    return Optional.of(all[0]);
  }

  /** Word on a step that has closed is a late worker's, who may have met half-sent weights. */
  void diverged(RunMessage.Diverged diverged) {
    if (diverged.step() >= step) {
      divergence = Optional.of(diverged);
    }
  }

  /** That the run diverged, once the steps before have closed. */
  Optional<RunMessage.Diverged> divergence() {
    return divergence.filter(diverged -> diverged.step() == step);
  }
}
