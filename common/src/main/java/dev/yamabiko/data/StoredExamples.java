package dev.yamabiko.data;

import dev.yamabiko.tensor.Shape;

/**
 * Examples whose inputs lie one after the other, and so do their targets, in the heap or in a
 * mapped file.
 *
 * @param targetValues {@code targets.width()} floats per example
 */
record StoredExamples(
    Shape inputShape, Targets targets, int size, Elements inputs, Elements targetValues)
    implements Dataset {

  @Override
  public void readInput(int index, float[] into, int at) {
    int count = inputShape.size();
    inputs.read((long) index * count, into, at, count);
  }

  @Override
  public void readTarget(int index, float[] into, int at) {
    int width = targets.width();
    targetValues.read((long) index * width, into, at, width);
  }
}
