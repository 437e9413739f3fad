package dev.yamabiko.data;

import de.siegmar.fastcsv.reader.CsvRecord;
import dev.yamabiko.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * The rows of a table, or its windows of rows, one after the other. Other columns than the inputs
 * are not looked at, and of the rows only as many are kept as a window has. With lags a row's input
 * is the rows before it: its own cells may be missing, so that the next value of a series is
 * forecast by a row that has no value yet.
 */
final class CsvInputs {

  private static final int MAX_CATEGORIES_SHOWN = 10;

  /**
   * A row as the model sees it; what is missing makes it useless, but only to those who need it.
   */
  private static final class Row {
    private final float[] values;
    private String missing;

    Row(int size) {
      values = new float[size];
    }
  }

  private final DataSource.Csv source;
  private final List<FittedColumn> fitted;
  private final List<Map<String, Integer>> categories = new ArrayList<>();
  private final Shape shape;

  /** The rows last read; row r lies at r modulo their number. */
  private final Row[] window;

  /**
   * @param source all of whose columns are inputs
   * @param scaling of each of them
   */
  CsvInputs(DataSource.Csv source, List<LoadedData.Scaling> scaling, Shape shape) {
    this.source = source;
    this.shape = shape;
    fitted = scaling.stream().map(FittedColumn::of).toList();
    long rowSize = 0;
    for (LoadedData.Scaling column : scaling) {
      rowSize += Math.max(1, column.categories().size());
      Map<String, Integer> numbers = new HashMap<>();
      column.categories().forEach(category -> numbers.put(category, numbers.size()));
      categories.add(numbers);
    }
    int rows = Math.max(1, source.lags());
    if (shape.rank() != 1
        || rowSize * rows != shape.size()
        || scaling.size() != source.columns().size()) {
      throw new DataException(
          "%s: the model takes inputs of shape %s, which its %d rows of %d columns do not give"
              .formatted(source.path(), shape, rows, source.columns().size()));
    }
    window = new Row[rows];
    for (int i = 0; i < rows; i++) {
      window[i] = new Row((int) rowSize);
    }
  }

  void read(InputSink sink) {
    SourceFile.read(
        source.path(),
        content -> {
          CsvRecords.read(source, content, records -> read(records, sink));
          return null;
        });
  }

  private void read(Iterator<CsvRecord> records, InputSink sink) {
    CsvColumns columns = null;
    CsvRecord blank = null;
    float[] input = new float[shape.size()];
    long row = 0;
    while (records.hasNext()) {
      CsvRecord record = records.next();
      if (CsvRecords.isBlank(record)) {
        blank = blank == null ? record : blank;
        continue;
      }
      if (columns == null) {
        columns = CsvColumns.resolveInputs(source, record.getFields());
        blank = null;
        if (columns.header()) {
          continue;
        }
      }
      if (blank != null) {
        // Blank lines at the end mean nothing; this one is a line of its own.
        throw new DataException(
            "%s, line %d: expected %d cells, as in the first line, but found a blank line"
                .formatted(source.path(), blank.getStartingLineNumber(), columns.count()));
      }
      CsvRecords.checkCells(source, record, columns.count());
      if (source.lags() == 0) {
        encode(record, columns, window[0]);
        emit(row, input, sink);
      } else {
        if (row >= source.lags()) {
          emit(row, input, sink);
        }
        encode(record, columns, window[(int) (row % window.length)]);
      }
      row++;
    }
    checkRows(columns, row);
  }

  private void checkRows(CsvColumns columns, long rows) {
    CsvRecords.checkNotEmpty(source, columns, rows);
    if (rows <= source.lags()) {
      throw new DataException(
          "%s: lags = %d needs at least %d rows but the table has %d"
              .formatted(source.path(), source.lags(), source.lags() + 1L, rows));
    }
  }

  /** Joins the window, oldest row first. */
  private void emit(long row, float[] input, InputSink sink) {
    int size = window[0].values.length;
    for (int i = 0; i < window.length; i++) {
      Row part = window[(int) ((row + i) % window.length)];
      if (part.missing != null) {
        throw new DataException(part.missing + "; a prediction needs every input");
      }
      System.arraycopy(part.values, 0, input, i * size, size);
    }
    sink.accept(new InputOrigin.Row(row), input);
  }

  private void encode(CsvRecord record, CsvColumns columns, Row into) {
    into.missing = null;
    int at = 0;
    for (int i = 0; i < fitted.size(); i++) {
      CsvColumns.Used column = columns.inputs().get(i);
      String text = record.getField(column.index());
      String where = columns.where(source, record.getStartingLineNumber(), column);
      int width = Math.max(1, categories.get(i).size());
      if (CsvCell.isMissing(text)) {
        if (into.missing == null) {
          into.missing = where + ": the value is missing (found " + CsvCell.quote(text) + ")";
        }
      } else if (fitted.get(i) instanceof FittedNumbers numbers) {
        into.values[at] = number(text, where, numbers);
      } else {
        int category = category(text.strip(), where, i);
        for (int k = 0; k < width; k++) {
          into.values[at + k] = k == category ? 1 : 0;
        }
      }
      at += width;
    }
  }

  private static float number(String text, String where, FittedNumbers numbers) {
    float scaled;
    try {
      scaled = numbers.scaled(CsvCell.number(text));
    } catch (NumberFormatException e) {
      throw new DataException(where + ": " + e.getMessage(), e);
    }
    if (Float.isInfinite(scaled)) {
      throw new DataException(
          where + ": expected a number that fits 32-bit floats but found " + CsvCell.quote(text));
    }
    return scaled;
  }

  private int category(String name, String where, int column) {
    Integer number = categories.get(column).get(name);
    if (number != null) {
      return number;
    }
    if (source.unknownCategories() == DataSource.UnknownCategories.ZEROS) {
      return FittedCategories.UNKNOWN;
    }
    List<String> known = ((FittedCategories) fitted.get(column)).categories();
    throw new DataException(
        "%s: category %s does not occur in the training part, whose categories are %s"
            .formatted(where, CsvCell.quote(name), CsvCell.list(known, MAX_CATEGORIES_SHOWN)));
  }
}
