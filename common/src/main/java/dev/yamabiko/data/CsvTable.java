package dev.yamabiko.data;

import java.util.List;

/**
 * The used cells of a CSV file, in file order, in the heap or on disk: values of the columns {@link
 * CsvColumns#valued} row by row, and the class in the label column. They lie as {@link TableLayout}
 * says, with {@link TableTexts} behind them.
 */
final class CsvTable {

  private final DataSource.Csv source;
  private final CsvColumns columns;
  private final List<CsvColumns.Used> valued;
  private final TableLayout layout;
  private final TableTexts texts;
  private final Segments content;
  private final int rows;

  private CsvTable(DataSource.Csv source, DataStore.Kept kept) {
    this.source = source;
    content = kept.content();
    rows = Math.toIntExact(kept.rows());
    texts = TableTexts.read(content);
    columns = CsvColumns.resolve(source, texts.firstLine());
    valued = columns.valued();
    layout = TableLayout.of(columns);
  }

  static CsvTable read(DataSource.Csv source, DataStore store) {
    return new CsvTable(
        source,
        store.rows(description(source), source.path(), out -> CsvParser.parse(source, out)));
  }

  /** All that decides what parsing yields, besides the file. */
  private static String description(DataSource.Csv source) {
    StringBuilder text = new StringBuilder("table, header ").append(source.header());
    text.append(", separator ").append((int) source.separator());
    text.append(", missing cells ").append(source.missing() != DataSource.MissingValues.ERROR);
    text.append(", lags ").append(source.lags() > 0);
    add("columns", source.columns(), text);
    add("targets", source.targets(), text);
    add("label", source.label().stream().toList(), text);
    add("categorical", source.categorical(), text);
    return text.toString();
  }

  /** With each name's length, so that no two lists of names are the same text. */
  private static void add(String key, List<DataSource.Column> columns, StringBuilder text) {
    text.append(", ").append(columns.size()).append(' ').append(key);
    for (DataSource.Column column : columns) {
      if (column instanceof DataSource.Column.Named named) {
        text.append(' ').append(named.name().length()).append(':').append(named.name());
      } else {
        text.append(' ').append(((DataSource.Column.Indexed) column).index());
      }
    }
  }

  DataSource.Csv source() {
    return source;
  }

  CsvColumns columns() {
    return columns;
  }

  List<CsvColumns.Used> valuedColumns() {
    return valued;
  }

  int rows() {
    return rows;
  }

  /** The cell of a column of numbers; NaN if it is missing. */
  double number(int row, int valuedColumn) {
    return content.getDouble(place(row) + layout.places()[valuedColumn]);
  }

  /** The number of a cell's text among {@link #categories}; TableLayout.MISSING if it has none. */
  int category(int row, int valuedColumn) {
    return content.getInt(place(row) + layout.places()[valuedColumn]);
  }

  boolean isMissing(int row, int valuedColumn) {
    return valued.get(valuedColumn).categorical()
        ? category(row, valuedColumn) == TableLayout.MISSING
        : Double.isNaN(number(row, valuedColumn));
  }

  /** The number of a row's class among {@link #classes}; TableLayout.MISSING if it has none. */
  int label(int row) {
    return content.getInt(place(row) + layout.labelPlace());
  }

  private long place(int row) {
    return (long) row * layout.rowBytes();
  }

  /** The texts in a categorical column, by number. */
  List<String> categories(int valuedColumn) {
    return texts.categories().get(valuedColumn);
  }

  /** The texts in the label column, by number. */
  List<String> classes() {
    return texts.classes();
  }

  /** File, line and column of a cell, as messages begin. */
  String where(int row, CsvColumns.Used column) {
    return columns.where(source, content.getInt(place(row) + layout.linePlace()), column);
  }

  /** File and column, as messages begin. */
  String where(CsvColumns.Used column) {
    return source.path() + ", " + columns.inWords(column);
  }
}
