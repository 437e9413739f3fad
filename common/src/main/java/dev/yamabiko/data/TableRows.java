package dev.yamabiko.data;

import dev.yamabiko.tensor.Shape;
import java.util.List;

/**
 * Examples cut from a table, whose cells become what the model sees only when they are read: scaled
 * in double and rounded to float, or a 0 or 1 for each category. So a table takes no more room than
 * its cells, however its windows overlap and however many categories it has.
 *
 * <p>Example i belongs to row {@code rows[i]}; its input is that row or, with lags, the {@code
 * lags} rows before it, oldest first.
 *
 * @param rows owned by this record
 */
record TableRows(
    Shape inputShape,
    Targets targets,
    List<Seen> inputs,
    List<Seen> targetValues,
    int lags,
    int[] rows)
    implements Dataset {

  /** What the model sees of a column: some floats for each row. */
  sealed interface Seen {
    int width();

    /** Writes {@code width} floats. */
    void read(int row, float[] into, int at);
  }

  /** (x - offset) / scale of an input, where the mean may take the place of x. */
  record Numbers(CsvTable table, int place, FittedNumbers fitted) implements Seen {
    @Override
    public int width() {
      return 1;
    }

    @Override
    public void read(int row, float[] into, int at) {
      into[at] = fitted.scaled(table.number(row, place));
    }
  }

  /**
   * One float per category: 1 for the cell's own, 0 for all others.
   *
   * @param numbers the category of each of the column's texts, or FittedCategories.UNKNOWN; owned
   *     by this record
   */
  record Categories(CsvTable table, int place, FittedCategories fitted, int[] numbers)
      implements Seen {
    @Override
    public int width() {
      return fitted.categories().size();
    }

    /** The category, or FittedCategories.UNKNOWN. */
    int category(int row) {
      int text = table.category(row, place);
      return text == TableLayout.MISSING ? fitted.mostFrequent() : numbers[text];
    }

    @Override
    public void read(int row, float[] into, int at) {
      int own = category(row);
      for (int category = 0; category < width(); category++) {
        into[at + category] = category == own ? 1 : 0;
      }
    }
  }

  /**
   * The number of the row's class.
   *
   * @param numbers the class of each of the label column's texts; owned by this record
   */
  record ClassNumber(CsvTable table, float[] numbers) implements Seen {
    @Override
    public int width() {
      return 1;
    }

    @Override
    public void read(int row, float[] into, int at) {
      into[at] = numbers[table.label(row)];
    }
  }

  TableRows {
    inputs = List.copyOf(inputs);
    targetValues = List.copyOf(targetValues);
  }

  @Override
  public int size() {
    return rows.length;
  }

  @Override
  public void readInput(int index, float[] into, int at) {
    int row = rows[index] - lags;
    for (int end = row + Math.max(1, lags); row < end; row++) {
      at = read(inputs, row, into, at);
    }
  }

  @Override
  public void readTarget(int index, float[] into, int at) {
    read(targetValues, rows[index], into, at);
  }

  private static int read(List<Seen> columns, int row, float[] into, int at) {
    for (int i = 0; i < columns.size(); i++) { // without an iterator's garbage for each row
      Seen column = columns.get(i);
      column.read(row, into, at);
      at += column.width();
    }
    return at;
  }
}
