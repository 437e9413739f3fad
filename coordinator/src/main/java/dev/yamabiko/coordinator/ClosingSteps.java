package dev.yamabiko.coordinator;

import dev.yamabiko.protocol.RunMessage;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Collects the slices' word on each step. A step closes when all of them have updated, and steps
 * close in order, although slices run ahead of each other and a worker's word that a step diverged
 * can overtake theirs that the step before has closed.
 */
final class ClosingSteps {

  /** What the slices have said of one step. */
  private static final class Word {
    final RunMessage.SliceUpdated[] updates;
    RunMessage.SliceUpdated last;
    int missing;

    Word(int slices) {
      updates = new RunMessage.SliceUpdated[slices];
      missing = slices;
    }

    void add(RunMessage.SliceUpdated update) {
      if (updates[update.slice()] == null) {
        last = update;
        missing--;
      }
      updates[update.slice()] = update;
    }
  }

  private final int slices;
  private final Map<Long, Word> words = new HashMap<>();
  private final long first;
  private long step;
  private Optional<RunMessage.Diverged> divergence = Optional.empty();

  /**
   * @param first to close
   */
  ClosingSteps(int slices, long first) {
    this.slices = slices;
    this.first = first;
    step = first;
  }

  long first() {
    return first;
  }

  /** All steps before it have closed: whose weights the slices hold. */
  long step() {
    return step;
  }

  /** Late word on a step that has closed is dropped. */
  void accept(RunMessage.SliceUpdated updated) {
    if (updated.step() >= step) {
      words.computeIfAbsent(updated.step(), s -> new Word(slices)).add(updated);
    }
  }

  /**
   * Closes the next step, if all slices have updated: what the first of them said, and how long the
   * step took the last.
   */
  Optional<RunMessage.SliceUpdated> close() {
    Word word = words.get(step);
    if (word == null || word.missing > 0) {
      return Optional.empty();
    }
    words.remove(step++);
    RunMessage.SliceUpdated first = word.updates[0];
    return Optional.of(first == word.last ? first : first.timed(word.last.timing()));
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
