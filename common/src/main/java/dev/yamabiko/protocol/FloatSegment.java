package dev.yamabiko.protocol;

import java.util.Arrays;

/**
 * A part of a float array, {@code values[at .. at + length)}, passed by reference inside one JVM.
 * The sender does not write to it until the step that it belongs to has closed on all slices.
 *
 * @param narrow how many of the first floats travel between JVMs as bfloat16, rounded to nearest;
 *     the others, and all inside one JVM, stay as they are
 */
public record FloatSegment(float[] values, int at, int length, int narrow) {

  /** Travels as it is. */
  public FloatSegment(float[] values, int at, int length) {
    this(values, at, length, 0);
  }

  /** In an array of its own. */
  public FloatSegment copy() {
    return new FloatSegment(Arrays.copyOfRange(values, at, at + length), 0, length, narrow);
  }
}
