package dev.yamabiko.data;

import dev.yamabiko.tensor.Shape;

/**
 * Examples whose rows hold the numbers of categories, which become 0/1 inputs only when they are
 * read: a table with many categories needs no more memory than one with few.
 *
 * @param rows an input value per column; of a categorical one the category's number, or -1 for none
 * @param categories how many inputs each categorical column becomes; 0 for a column of numbers
 */
record OneHotRows(Shape inputShape, FloatRows rows, int[] categories) implements Dataset {

  @Override
  public int size() {
    return rows.size();
  }

  @Override
  public Targets targets() {
    return rows.targets();
  }

  @Override
  public void readInput(int index, float[] into, int at) {
    int columns = categories.length;
    int from = (rows.rows()[index] - rows.lags()) * columns;
    int end = from + Math.max(1, rows.lags()) * columns;
    for (int i = from; i < end; i++) {
      float value = rows.inputs()[i];
      int width = categories[(i - from) % columns];
      if (width == 0) {
        into[at++] = value;
        continue;
      }
      for (int category = 0; category < width; category++) {
        into[at++] = category == value ? 1 : 0;
      }
    }
  }

  @Override
  public void readTarget(int index, float[] into, int at) {
    rows.readTarget(index, into, at);
  }
}
