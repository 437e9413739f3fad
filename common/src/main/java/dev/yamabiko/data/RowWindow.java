package dev.yamabiko.data;

import dev.yamabiko.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The rows of a table that make one input, as the model sees them: a row by itself or, with lags,
 * the last rows, oldest first. A number is scaled as training scaled its column, a category becomes
 * a 0 or 1 for each that training knew. What is missing matters only to an input that it is in.
 */
final class RowWindow {

  private static final int MAX_CATEGORIES_SHOWN = 10;

  /** The cells of one row, in the order of the columns. */
  interface Cells {

    /** A text as a file would hold it, or a number; null if there is none. */
    Object value(int column);

    /** How a message about a cell begins. */
    String where(int column);
  }

  /** A row as the model sees it. */
  private static final class Row {
    private final float[] values;
    private String missing;

    Row(int size) {
      values = new float[size];
    }
  }

  private final List<FittedColumn> fitted;
  private final List<Map<String, Integer>> categories = new ArrayList<>();
  private final DataSource.UnknownCategories unknown;

  /** The rows last taken; row r lies at r modulo their number. */
  private final Row[] window;

  private final float[] input;
  private long rows;

  /**
   * @param source for messages: where the rows come from
   * @param scaling of each column
   * @param trainedOn the training table, of which only the options count
   * @throws DataException if such rows do not give inputs of this shape
   */
  RowWindow(
      Object source, List<LoadedData.Scaling> scaling, DataSource.Csv trainedOn, Shape shape) {
    unknown = trainedOn.unknownCategories();
    boolean filled =
        trainedOn.missing() == DataSource.MissingValues.MEAN && trainedOn.offsetsAreMeans();
    fitted =
        scaling.stream().map(filled ? FittedColumn::ofStandardised : FittedColumn::of).toList();
    long rowSize = 0;
    for (LoadedData.Scaling column : scaling) {
      rowSize += Math.max(1, column.categories().size());
      Map<String, Integer> numbers = new HashMap<>();
      column.categories().forEach(category -> numbers.put(category, numbers.size()));
      categories.add(numbers);
    }
    int length = Math.max(1, trainedOn.lags());
    if (shape.rank() != 1 || rowSize * length != shape.size()) {
      throw new DataException(
          "%s: the model takes inputs of shape %s, which its %d rows of %d columns do not give"
              .formatted(source, shape, length, scaling.size()));
    }
    window = new Row[length];
    for (int i = 0; i < length; i++) {
      window[i] = new Row((int) rowSize);
    }
    input = new float[shape.size()];
  }

  /** How many rows it has taken. */
  long rows() {
    return rows;
  }

  /** Takes the next row, in place of the oldest. */
  void add(Cells cells) {
    Row into = window[(int) (rows % window.length)];
    into.missing = null;
    int at = 0;
    for (int i = 0; i < fitted.size(); i++) {
      Object value = cells.value(i);
      int width = Math.max(1, categories.get(i).size());
      if (value == null || value instanceof String text && CsvCell.isMissing(text)) {
        if (fitted.get(i) instanceof FittedNumbers numbers && !Double.isNaN(numbers.mean())) {
          into.values[at] = numbers.scaled(Double.NaN);
        } else if (into.missing == null) {
          String found = value == null ? "none" : CsvCell.quote((String) value);
          into.missing = cells.where(i) + ": the value is missing (found " + found + ")";
        }
      } else if (fitted.get(i) instanceof FittedNumbers numbers) {
        into.values[at] = scaled(value, numbers, cells, i);
      } else {
        int category = category(value.toString().strip(), cells, i);
        for (int k = 0; k < width; k++) {
          into.values[at + k] = k == category ? 1 : 0;
        }
      }
      at += width;
    }
    rows++;
  }

  /** Passes the rows on as one input. */
  void emit(InputOrigin origin, InputSink sink) {
    int size = window[0].values.length;
    for (int i = 0; i < window.length; i++) {
      Row part = window[(int) ((rows + i) % window.length)];
      if (part.missing != null) {
        throw new DataException(part.missing + "; a prediction needs every input");
      }
      System.arraycopy(part.values, 0, input, i * size, size);
    }
    sink.accept(origin, input);
  }

  private static float scaled(Object value, FittedNumbers numbers, Cells cells, int column) {
    double number;
    if (value instanceof Number given) {
      number = given.doubleValue();
      if (!Double.isFinite(number)) {
        throw new DataException(
            cells.where(column) + ": expected a finite number but found " + value);
      }
    } else {
      try {
        number = CsvCell.number(value.toString());
      } catch (NumberFormatException e) {
        throw new DataException(cells.where(column) + ": " + e.getMessage(), e);
      }
    }
    float scaled = numbers.scaled(number);
    if (Float.isInfinite(scaled)) {
      throw new DataException(
          "%s: expected a number that fits 32-bit floats but found %s"
              .formatted(cells.where(column), CsvCell.quote(value.toString())));
    }
    return scaled;
  }

  private int category(String name, Cells cells, int column) {
    Integer number = categories.get(column).get(name);
    if (number != null) {
      return number;
    }
    if (unknown == DataSource.UnknownCategories.ZEROS) {
      return FittedCategories.UNKNOWN;
    }
    List<String> known = ((FittedCategories) fitted.get(column)).categories();
    throw new DataException(
        "%s: category %s does not occur in the training part, whose categories are %s"
            .formatted(
                cells.where(column),
                CsvCell.quote(name),
                CsvCell.list(known, MAX_CATEGORIES_SHOWN)));
  }
}
