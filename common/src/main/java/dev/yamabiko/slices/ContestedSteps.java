package dev.yamabiko.slices;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** What is left of the last closed steps of which shards were handed out twice. */
final class ContestedSteps {

  /** Some numbers for each; what comes later than that tells nothing any more. */
  private static final int MOST = 64;

  private final Deque<StepEvidence> steps = new ArrayDeque<>();

  void add(StepEvidence closed) {
    steps.add(closed);
    if (steps.size() > MOST) {
      steps.remove();
    }
  }

  /** Empty where nothing was handed out twice, or that is too long ago. */
  Optional<StepEvidence> of(long step) {
    return steps.stream().filter(closed -> closed.step() == step).findFirst();
  }
}
