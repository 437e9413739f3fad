package dev.yamabiko.data;

import de.siegmar.fastcsv.reader.CsvRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The used cells of a CSV file, in file order: values of the columns {@link CsvColumns#valued} row
 * by row, NaN where one is missing, and the text of the label column, null where it is missing. The
 * value of a cell in a categorical column is the number of its text among {@link #categories}.
 */
final class CsvTable {

  private final DataSource.Csv source;
  private CsvColumns columns;
  private List<CsvColumns.Used> valued = List.of();
  private final Map<Integer, TextNumbers> categories = new HashMap<>();
  private int rows;
  private double[] cells = {};
  private int[] lines = {};
  private final List<String> labels = new ArrayList<>();

  private CsvTable(DataSource.Csv source) {
    this.source = source;
  }

  static CsvTable read(DataSource.Csv source) {
    CsvTable table = new CsvTable(source);
    SourceFile.read(
        source.path(),
        content -> {
          CsvRecords.read(source, content, table::readAll);
          return table;
        });
    return table;
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

  double cell(int row, int valuedColumn) {
    return cells[row * valued.size() + valuedColumn];
  }

  /** The texts in a categorical column, by number. */
  List<String> categories(CsvColumns.Used column) {
    return categories.computeIfAbsent(column.index(), c -> new TextNumbers()).texts();
  }

  /** The class of a row. */
  Optional<String> label(int row) {
    return Optional.ofNullable(labels.get(row));
  }

  /** File, line and column of a cell, as messages begin. */
  String where(int row, CsvColumns.Used column) {
    return at(lines[row], column);
  }

  /** File and column, as messages begin. */
  String where(CsvColumns.Used column) {
    return source.path() + ", " + inWords(column);
  }

  private String at(long line, CsvColumns.Used column) {
    return source.path() + ", line " + line + ", " + inWords(column);
  }

  private String inWords(CsvColumns.Used column) {
    return columns.header() ? "column '" + column.name() + "'" : "column " + column.index();
  }

  private void readAll(Iterator<CsvRecord> records) {
    Map<String, String> classTexts = new HashMap<>();
    List<CsvRecord> blank = new ArrayList<>();
    while (records.hasNext()) {
      CsvRecord record = records.next();
      if (CsvRecords.isBlank(record)) {
        blank.add(record);
        continue;
      }
      if (columns == null) {
        columns = CsvColumns.resolve(source, record.getFields());
        valued = columns.valued();
        blank.clear();
        if (columns.header()) {
          continue;
        }
      }
      // Blank lines at the end mean nothing; one that other lines follow is a line of its own.
      blank.forEach(line -> addRow(line, classTexts));
      blank.clear();
      addRow(record, classTexts);
    }
    if (rows == 0) {
      throw new DataException(
          source.path()
              + (columns == null
                  ? ": expected a table but the file is empty"
                  : ": expected lines of data but found only a header"));
    }
  }

  private void addRow(CsvRecord record, Map<String, String> classTexts) {
    long line = record.getStartingLineNumber();
    CsvRecords.checkCells(source, record, columns.count());
    makeRoom();
    for (int i = 0; i < valued.size(); i++) {
      CsvColumns.Used column = valued.get(i);
      String text = record.getField(column.index());
      cells[rows * valued.size() + i] =
          column.categorical() ? category(text, line, column) : number(text, line, column);
    }
    columns
        .label()
        .ifPresent(
            column -> {
              String text = lineOfText(record.getField(column.index()), "a class", line, column);
              labels.add(text == null ? null : classTexts.computeIfAbsent(text, t -> t));
            });
    lines[rows++] = Math.toIntExact(line);
  }

  private void makeRoom() {
    if (rows < lines.length) {
      return;
    }
    long capacity = Math.max(64L, 2L * lines.length);
    if (capacity * Math.max(1, valued.size()) > Integer.MAX_VALUE - 8) {
      capacity = (Integer.MAX_VALUE - 8) / Math.max(1, valued.size());
    }
    if (capacity <= rows) {
      throw new DataException(
          String.format(
              "%s: the table is too large: more than %d rows of %d numbers",
              source.path(), rows, valued.size()));
    }
    lines = Arrays.copyOf(lines, (int) capacity);
    cells = Arrays.copyOf(cells, (int) capacity * valued.size());
  }

  private double number(String text, long line, CsvColumns.Used column) {
    double number;
    try {
      number = CsvCell.number(text);
    } catch (NumberFormatException e) {
      throw new DataException(at(line, column) + ": " + e.getMessage() + hint(text, column), e);
    }
    if (Double.isNaN(number)) {
      checkMayMiss(text, line, column);
    }
    return number;
  }

  private String hint(String text, CsvColumns.Used column) {
    if (rows == 0 && !columns.header() && source.header() == DataSource.Header.AUTO) {
      return " (if this line is a header, set header = true)";
    }
    boolean input = columns.targets().stream().noneMatch(t -> t.index() == column.index());
    return input && CsvCell.isText(text)
        ? " (if this column holds categories, list it in categorical)"
        : "";
  }

  private double category(String text, long line, CsvColumns.Used column) {
    String name = lineOfText(text, "a category", line, column);
    return name == null
        ? Double.NaN
        : categories.computeIfAbsent(column.index(), c -> new TextNumbers()).of(name);
  }

  private String lineOfText(String text, String what, long line, CsvColumns.Used column) {
    if (CsvCell.isMissing(text)) {
      checkMayMiss(text, line, column);
      return null;
    }
    String name = text.strip();
    if (name.indexOf('\n') >= 0) {
      throw new DataException(
          at(line, column)
              + ": expected "
              + what
              + " on one line but found "
              + CsvCell.quote(name)
              + "; is a quote left open?");
    }
    return name;
  }

  private void checkMayMiss(String text, long line, CsvColumns.Used column) {
    if (source.missing() == DataSource.MissingValues.ERROR) {
      throw new DataException(
          at(line, column)
              + ": the value is missing (found "
              + CsvCell.quote(text)
              + "); set missing to drop or mean to allow that");
    }
  }
}
