package dev.yamabiko.coordinator;

import dev.yamabiko.protocol.RunMessage;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Whole vectors of what is copied of a run; each slice copies its own part into them. */
final class Snapshot {

  private final float[] weights;
  private final float[][] state;
  private final Optional<float[]> gradient;
  private final RunMessage.SliceRead[] slices;

  /**
   * @param length of the flat vector
   * @param stateVectors of the optimizer that are copied
   * @param gradient whether the last step's mean gradient is
   */
  Snapshot(int length, int stateVectors, boolean gradient, int slices) {
    weights = new float[length];
    state = new float[stateVectors][length];
    this.gradient = gradient ? Optional.of(new float[length]) : Optional.empty();
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

  Optional<float[]> gradient() {
    return gradient;
  }

  /** Where each slice begins. */
  List<Integer> cuts() {
    return Arrays.stream(slices).map(RunMessage.SliceRead::from).toList();
  }
}
