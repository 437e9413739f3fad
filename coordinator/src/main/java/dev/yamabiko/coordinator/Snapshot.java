package dev.yamabiko.coordinator;

import dev.yamabiko.protocol.RunMessage;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** The whole flat vector and the optimizer's state; each slice copies its own part into them. */
final class Snapshot {

  private final float[] weights;
  private final float[][] state;
  private final RunMessage.SliceRead[] slices;

  Snapshot(int length, int stateVectors, int slices) {
    weights = new float[length];
    state = new float[stateVectors][length];
    this.slices = new RunMessage.SliceRead[slices];
  }

  /** A slice has copied its part. */
  void accept(RunMessage.SliceRead read) {
    slices[read.slice()] = read;
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
