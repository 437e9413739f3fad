package dev.yamabiko.data;

import dev.yamabiko.tensor.Shape;

/**
 * Examples cut from a table of floats. Example i belongs to row {@code rows[i]}; its input is that
 * row or, with lags, the {@code lags} rows before it, which lie in one piece.
 *
 * @param inputs all rows one after the other; like the other arrays owned by this record
 * @param targetValues {@code targets.width()} values per row
 */
record FloatRows(
    Shape inputShape, Targets targets, float[] inputs, float[] targetValues, int lags, int[] rows)
    implements Dataset {

  @Override
  public int size() {
    return rows.length;
  }

  @Override
  public void readInput(int index, float[] into, int at) {
    int size = inputShape.size();
    int rowSize = lags == 0 ? size : size / lags;
    System.arraycopy(inputs, (rows[index] - lags) * rowSize, into, at, size);
  }

  @Override
  public void readTarget(int index, float[] into, int at) {
    int width = targets.width();
    System.arraycopy(targetValues, rows[index] * width, into, at, width);
  }
}
