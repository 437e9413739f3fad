package dev.yamabiko.data;

import java.util.List;

/**
 * Where a row of a table, as it is kept, holds what its cells mean. Rows have one width and lie one
 * after the other; all numbers are little-endian:
 *
 * <pre>
 *   float64 per column of numbers, in the order of {@link CsvColumns#valued}; NaN where missing
 *   int32   the line of the file that the row begins at
 *   int32   per categorical column, in the same order: the number of the cell's text, or -1
 *   int32   the number of the label's text, or -1, if there is a label
 *   ...     zero, up to a multiple of 8 bytes
 * </pre>
 *
 * @param places the first byte of each valued column's value in a row
 */
record TableLayout(int[] places, int linePlace, int labelPlace, int rowBytes) {

  /** The number of no text. */
  static final int MISSING = -1;

  static TableLayout of(CsvColumns columns) {
    List<CsvColumns.Used> valued = columns.valued();
    int[] places = new int[valued.size()];
    int at = 0;
    for (int i = 0; i < places.length; i++) {
      if (!valued.get(i).categorical()) {
        places[i] = at;
        at += Double.BYTES;
      }
    }
    int line = at;
    at += Integer.BYTES;
    for (int i = 0; i < places.length; i++) {
      if (valued.get(i).categorical()) {
        places[i] = at;
        at += Integer.BYTES;
      }
    }
    int label = at;
    at += columns.label().isPresent() ? Integer.BYTES : 0;
    return new TableLayout(
        places, line, label, (at + Double.BYTES - 1) / Double.BYTES * Double.BYTES);
  }
}
