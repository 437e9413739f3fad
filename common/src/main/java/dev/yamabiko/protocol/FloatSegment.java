package dev.yamabiko.protocol;

import java.util.Arrays;

/**
 * A part of a float array, {@code values[at .. at + length)}, passed by reference inside one JVM.
 * The sender does not write to it until the step that it belongs to has closed on all slices.
 */
public record FloatSegment(float[] values, int at, int length) {

  /** In an array of its own. */
  public FloatSegment copy() {
    return new FloatSegment(Arrays.copyOfRange(values, at, at + length), 0, length);
  }
}
