package dev.yamabiko.coordinator;

import dev.yamabiko.protocol.SliceMessage;
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

  /**
   * That this differs from what its step was closed with; empty if it does not, or none can tell.
   */
  Optional<String> contradiction(SliceMessage.Contribute late) {
    StepEvidence.Witness witness =
        new StepEvidence.Witness(late.block(), late.gradient(), late.statistics(), late.worker());
    return steps.stream()
        .filter(closed -> closed.step() == late.step())
        .flatMap(closed -> closed.contradiction(witness).stream())
        .findFirst();
  }
}
