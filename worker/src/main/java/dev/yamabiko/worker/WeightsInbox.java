package dev.yamabiko.worker;

import dev.yamabiko.protocol.FloatSegment;
import dev.yamabiko.protocol.WorkerMessage.InstallWeights;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Collects the slices of the newest weights. Slices of step t + 1 may come while some of step t are
 * still missing elsewhere, but never while this worker misses some of step t for good: a slice
 * moves on only when step t has closed, so the newest step is all that is ever needed.
 */
final class WeightsInbox {

  private final FloatSegment[] slices;
  private long step = -1;

  WeightsInbox(int slices) {
    this.slices = new FloatSegment[slices];
  }

  void accept(InstallWeights message) {
    if (message.step() < step) {
      return;
    }
    if (message.step() > step) {
      step = message.step();
      Arrays.fill(slices, null);
    }
    slices[message.slice()] = message.weights();
  }

  /** The step of the newest weights, complete or not; -1 before the first. */
  long step() {
    return step;
  }

  boolean isComplete() {
    return step >= 0 && Arrays.stream(slices).allMatch(Objects::nonNull);
  }

  /** All slices of weights[step], in order. */
  List<FloatSegment> slices() {
    return List.of(slices);
  }
}
