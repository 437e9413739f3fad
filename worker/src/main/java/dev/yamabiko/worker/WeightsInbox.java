package dev.yamabiko.worker;

import dev.yamabiko.protocol.FloatSegment;
import dev.yamabiko.protocol.WorkerMessage.InstallWeights;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * Collects the slices of weights of the two newest steps. A slice that has closed step t sends
 * weights[t + 1] while others may still wait for contributions to t, which can be computed from
 * weights[t] only: so these stay until weights[t + 1] are complete. No slice is ever two steps
 * ahead of another.
 */
final class WeightsInbox {

  private final FloatSegment[][] slices;
  private final long[] steps = {-1, -1};

  WeightsInbox(int slices) {
    this.slices = new FloatSegment[2][slices];
  }

  void accept(InstallWeights message) {
    int place = place(message.step());
    if (message.step() < steps[place]) {
      return;
    }
    if (message.step() > steps[place]) {
      steps[place] = message.step();
      Arrays.fill(slices[place], null);
    }
    slices[place][message.slice()] = message.weights();
  }

  private static int place(long step) {
    return (int) (step & 1);
  }

  /** The newest step whose weights are complete. */
  OptionalLong complete() {
    long newest = Math.max(steps[0], steps[1]);
    if (isComplete(newest)) {
      return OptionalLong.of(newest);
    }
    return isComplete(newest - 1) ? OptionalLong.of(newest - 1) : OptionalLong.empty();
  }

  private boolean isComplete(long step) {
    return step >= 0
        && steps[place(step)] == step
        && Arrays.stream(slices[place(step)]).allMatch(Objects::nonNull);
  }

  /** All slices of complete weights, in order. */
  List<FloatSegment> slices(long step) {
    return List.of(slices[place(step)]);
  }
}
