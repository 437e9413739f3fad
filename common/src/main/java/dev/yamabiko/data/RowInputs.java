package dev.yamabiko.data;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Rows that a program has at hand, one after the other, as inputs of a model that was trained on a
 * table. Each row makes an input; with lags, each makes one with the rows before it as soon as they
 * are enough, and that one asks for the row behind it. What a model says of them has the bits of
 * what it says of the same cells in a file.
 */
public final class RowInputs {

  private static final int MAX_NAMES_SHOWN = 30;

  private final List<InputColumn> columns;
  private final List<String> names;
  private final Set<String> known;
  private final int lags;
  private final RowWindow window;
  private final InputSink sink;

  RowInputs(List<InputColumn> columns, int lags, RowWindow window, InputSink sink) {
    this.columns = columns;
    names = columns.stream().map(InputColumn::name).toList();
    known = new HashSet<>(names);
    this.lags = lags;
    this.window = window;
    this.sink = sink;
  }

  /** What a row has to have. */
  public List<InputColumn> columns() {
    return columns;
  }

  /**
   * Takes the next row.
   *
   * @param row by the columns' names, all of them and no others: numbers, or texts that mean what
   *     they would in a file; in a column of categories a number or a truth value counts as its
   *     text
   * @throws DataException if it is no such row; rows are numbered from 0
   */
  public void add(Map<String, ?> row) {
    if (row == null) {
      throw new DataException(
          "row %d: expected values of the input columns %s but found null"
              .formatted(window.rows(), CsvCell.list(names, MAX_NAMES_SHOWN)));
    }
    Cells cells = new Cells(window.rows(), row);
    cells.check();
    window.add(cells);
    if (window.rows() >= lags) {
      window.emit(new InputOrigin.Row(lags == 0 ? cells.number : window.rows()), sink);
    }
  }

  /**
   * Says that there are no more rows.
   *
   * @throws DataException if there were too few for one input
   */
  public void end() {
    if (window.rows() == 0) {
      throw new DataException("expected at least one row but found none");
    }
    if (window.rows() < lags) {
      throw new DataException(
          "lags = %d needs at least %d rows, oldest first, but found %d"
              .formatted(lags, lags, window.rows()));
    }
  }

  private final class Cells implements RowWindow.Cells {
    private final long number;
    private final Map<String, ?> row;

    Cells(long number, Map<String, ?> row) {
      this.number = number;
      this.row = row;
    }

    void check() {
      for (String name : row.keySet()) {
        if (!known.contains(name)) {
          throw new DataException(
              "row %d: there is no column %s%s; %s"
                  .formatted(
                      number,
                      CsvCell.quote(String.valueOf(name)),
                      NearestName.of(String.valueOf(name), names)
                          .map(near -> " (did you mean '" + near + "'?)")
                          .orElse(""),
                      existing()));
        }
      }
      if (row.size() < names.size()) {
        String missing =
            names.stream()
                .filter(name -> !row.containsKey(name))
                .limit(MAX_NAMES_SHOWN)
                .map(CsvCell::quote)
                .collect(Collectors.joining(", "));
        throw new DataException(
            "row %d: there is no value of %s; %s".formatted(number, missing, existing()));
      }
    }

    private String existing() {
      return "the input columns are " + CsvCell.list(names, MAX_NAMES_SHOWN);
    }

    @Override
    public Object value(int column) {
      Object value = row.get(names.get(column));
      boolean isCell =
          value == null
              || value instanceof String
              || value instanceof Number
              || value instanceof Boolean && !columns.get(column).categories().isEmpty();
      if (!isCell) {
        throw new DataException(
            "%s: expected %s but found %s"
                .formatted(
                    where(column),
                    columns.get(column).categories().isEmpty() ? "a number" : "a text",
                    CsvCell.quote(value.toString())));
      }
      return value;
    }

    @Override
    public String where(int column) {
      return "row %d, column %s".formatted(number, CsvCell.quote(names.get(column)));
    }
  }
}
