package dev.yamabiko.data;

import dev.yamabiko.tensor.Shape;

/**
 * Examples that can be read in any order, from any thread. An example is an input (its values in
 * the row-major order of {@link #inputShape}) and a target ({@link #targets}).
 */
public interface Dataset {

  int size();

  Shape inputShape();

  Targets targets();

  /** Writes the input of example {@code index} to {@code into}, from {@code at} on. */
  void readInput(int index, float[] into, int at);

  /** Writes {@code targets().width()} floats: the class number, or the values. */
  void readTarget(int index, float[] into, int at);
}
