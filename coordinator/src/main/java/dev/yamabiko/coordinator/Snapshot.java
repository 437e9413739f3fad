package dev.yamabiko.coordinator;

import dev.yamabiko.protocol.RunMessage;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * The whole flat vector and the optimizer's state, copied together from the slices: by several
 * threads, because the run waits meanwhile.
 */
final class Snapshot {

  private final float[] weights;
  private final float[][] state;
  private final RunMessage.SliceRead[] slices;

  Snapshot(int length, int stateVectors, int slices) {
    weights = new float[length];
    state = new float[stateVectors][length];
    this.slices = new RunMessage.SliceRead[slices];
  }

  /** The last one is answered when all are copied; until then no slice changes. */
  void accept(RunMessage.SliceRead read) {
    slices[read.slice()] = read;
    if (isComplete()) {
      Arrays.stream(slices).parallel().forEach(this::copy);
    }
  }

  private void copy(RunMessage.SliceRead read) {
    int length = read.weights().length;
    System.arraycopy(read.weights(), 0, weights, read.from(), length);
    for (int i = 0; i < state.length; i++) {
      System.arraycopy(read.state()[i], 0, state[i], read.from(), length);
    }
  }

  boolean isComplete() {
    return Arrays.stream(slices).allMatch(Objects::nonNull);
  }

  float[] weights() {
    return weights;
  }

  float[][] state() {
    return state;
  }

  /** Where each slice begins. */
  List<Integer> cuts() {
    return Arrays.stream(slices).map(RunMessage.SliceRead::from).toList();
  }
}
