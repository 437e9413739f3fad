package dev.yamabiko.tensor.vector;

/** An array that grows and is kept, so that steady work allocates nothing. */
final class Scratch {
  private float[] array = {};

  /** At least this long; the contents are of no meaning after it grew. */
  float[] atLeast(int length) {
    if (array.length < length) {
      array = new float[length];
    }
    return array;
  }
}
