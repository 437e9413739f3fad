package dev.yamabiko.data;

import de.siegmar.fastcsv.reader.CsvRecord;
import dev.yamabiko.tensor.Shape;
import java.util.Iterator;
import java.util.List;

/**
 * The rows of a table, or its windows of rows, one after the other. Other columns than the inputs
 * are not looked at, and of the rows only as many are kept as a window has. With lags a row's input
 * is the rows before it: its own cells may be missing, so that the next value of a series is
 * forecast by a row that has no value yet.
 */
final class CsvInputs {

  private final DataSource.Csv source;
  private final List<String> names;
  private final RowWindow window;

  /**
   * @param source all of whose columns are inputs
   * @param scaling of each of them
   */
  CsvInputs(DataSource.Csv source, List<LoadedData.Scaling> scaling, Shape shape) {
    this.source = source;
    names = scaling.stream().map(LoadedData.Scaling::column).toList();
    window = new RowWindow(source.path(), scaling, source, shape);
    if (scaling.size() != source.columns().size()) {
      throw new DataException(
          "%s: the model knows %d columns, but the scaling of %d"
              .formatted(source.path(), source.columns().size(), scaling.size()));
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
    BlankLines blank = new BlankLines();
    while (records.hasNext()) {
      CsvRecord record = records.next();
      if (CsvRecords.isBlank(record)) {
        blank.add(record);
        continue;
      }
      if (columns == null) {
        columns = CsvColumns.resolveInputs(source, names, record.getFields());
        blank.clear();
        if (columns.header()) {
          continue;
        }
      }
      CsvColumns used = columns;
      // Blank lines at the end mean nothing; one that other lines follow is a line of its own.
      blank.becomeRows((row, line) -> addRow(used, row, line, sink));
      addRow(used, record, record.getStartingLineNumber(), sink);
    }
    checkRows(columns);
  }

  private void addRow(CsvColumns columns, CsvRecord record, long line, InputSink sink) {
    CsvRecords.checkCells(source, record, columns.count());
    InputOrigin origin = new InputOrigin.Row(window.rows());
    Cells cells = new Cells(source, columns, record, line);
    if (source.lags() == 0) {
      window.add(cells);
      window.emit(origin, sink);
    } else {
      if (window.rows() >= source.lags()) {
        window.emit(origin, sink);
      }
      window.add(cells);
    }
  }

  private void checkRows(CsvColumns columns) {
    CsvRecords.checkNotEmpty(source, columns, window.rows());
    if (window.rows() <= source.lags()) {
      throw new DataException(
          "%s: lags = %d needs %d rows before the one that is predicted but the table has %d in all; to forecast the next, append a row with NA for its value"
              .formatted(source.path(), source.lags(), source.lags(), window.rows()));
    }
  }

  /** The inputs among a line's cells. */
  private record Cells(DataSource.Csv source, CsvColumns columns, CsvRecord record, long line)
      implements RowWindow.Cells {

    @Override
    public Object value(int column) {
      return record.getField(columns.inputs().get(column).index());
    }

    @Override
    public String where(int column) {
      return columns.where(source, line, columns.inputs().get(column));
    }
  }
}
