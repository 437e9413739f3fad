package dev.yamabiko.data;

import de.siegmar.fastcsv.reader.CsvRecord;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Parses a CSV file once into the bytes that {@link CsvTable} reads. Of the file no more than one
 * line is held in memory, and of categories and classes each text once.
 */
final class CsvParser {

  /** More texts can hardly be meant, and each one takes memory. */
  private static final int MOST_TEXTS = 1 << 20;

  private static final int MOST_ROWS = Integer.MAX_VALUE - 8;

  private final DataSource.Csv source;
  private final OutputStream out;
  private CsvColumns columns;
  private List<String> firstLine;
  private List<CsvColumns.Used> valued;
  private TableLayout layout;
  private ByteBuffer row;
  private final List<TextNumbers> categories = new ArrayList<>();
  private final TextNumbers classes = new TextNumbers();
  private int rows;

  private CsvParser(DataSource.Csv source, OutputStream out) {
    this.source = source;
    this.out = out;
  }

  /** Returns the number of rows. */
  static long parse(DataSource.Csv source, OutputStream out) throws IOException {
    CsvParser parser = new CsvParser(source, out);
    SourceFile.read(
        source.path(),
        content -> {
          CsvRecords.read(source, content, parser::readAll);
          return null;
        });
    List<List<String>> categories = parser.categories.stream().map(TextNumbers::texts).toList();
    new TableTexts(parser.firstLine, categories, parser.classes.texts()).writeTo(out);
    return parser.rows;
  }

  private void readAll(Iterator<CsvRecord> records) {
    BlankLines blank = new BlankLines();
    while (records.hasNext()) {
      CsvRecord record = records.next();
      if (CsvRecords.isBlank(record)) {
        blank.add(record);
        continue;
      }
      if (columns == null) {
        begin(record.getFields());
        blank.clear();
        if (columns.header()) {
          continue;
        }
      }
      // Blank lines at the end mean nothing; one that other lines follow is a line of its own.
      blank.becomeRows(this::addRow);
      addRow(record, record.getStartingLineNumber());
    }
    CsvRecords.checkNotEmpty(source, columns, rows);
  }

  private void begin(List<String> cells) {
    firstLine = cells;
    columns = CsvColumns.resolve(source, cells);
    valued = columns.valued();
    layout = TableLayout.of(columns);
    row = ByteBuffer.allocate(layout.rowBytes()).order(ByteOrder.LITTLE_ENDIAN);
    valued.forEach(column -> categories.add(new TextNumbers()));
  }

  private void addRow(CsvRecord record, long line) {
    CsvRecords.checkCells(source, record, columns.count());
    if (rows == MOST_ROWS) {
      throw new DataException(
          String.format("%s: the table is too large: more than %d rows", source.path(), rows));
    }
    for (int i = 0; i < valued.size(); i++) {
      CsvColumns.Used column = valued.get(i);
      String text = record.getField(column.index());
      int place = layout.places()[i];
      if (column.categorical()) {
        row.putInt(place, number(text, "a category", categories.get(i), line, column));
      } else {
        row.putDouble(place, number(text, line, column));
      }
    }
    row.putInt(layout.linePlace(), Math.toIntExact(line));
    columns
        .label()
        .ifPresent(
            column -> {
              String text = record.getField(column.index());
              row.putInt(layout.labelPlace(), number(text, "a class", classes, line, column));
            });
    try {
      out.write(row.array());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    rows++;
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

  /** The number of a category or a class. */
  private int number(
      String text, String what, TextNumbers known, long line, CsvColumns.Used column) {
    if (CsvCell.isMissing(text)) {
      checkMayMiss(text, line, column);
      return TableLayout.MISSING;
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
    int number = known.of(name);
    if (number == MOST_TEXTS) {
      throw new DataException(
          String.format(
              "%s: expected %s but found more than %d different ones; does every row have its own?",
              at(line, column), what, MOST_TEXTS));
    }
    return number;
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

  private String at(long line, CsvColumns.Used column) {
    return columns.where(source, line, column);
  }
}
