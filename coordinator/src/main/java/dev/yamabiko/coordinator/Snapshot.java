package dev.yamabiko.coordinator;

import dev.yamabiko.protocol.RunMessage;

/** The whole flat vector and the optimizer's state, copied together from the slices. */
final class Snapshot {

  private final float[] weights;
  private final float[][] state;
  private final boolean[] present;

  Snapshot(int length, int stateVectors, int slices) {
    weights = new float[length];
    state = new float[stateVectors][length];
    present = new boolean[slices];
  }

  void accept(RunMessage.SliceRead read) {
    int length = read.weights().length;
    System.arraycopy(read.weights(), 0, weights, read.from(), length);
    for (int i = 0; i < state.length; i++) {
      System.arraycopy(read.state()[i], 0, state[i], read.from(), length);
    }
    present[read.slice()] = true;
  }

  boolean isComplete() {
    for (boolean slice : present) {
      if (!slice) {
        return false;
      }
    }
    return true;
  }

  float[] weights() {
    return weights;
  }

  float[][] state() {
    return state;
  }
}
