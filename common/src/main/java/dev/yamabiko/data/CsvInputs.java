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
    CsvRecord blank = null;
    while (records.hasNext()) {
      CsvRecord record = records.next();
      if (CsvRecords.isBlank(record)) {
        blank = blank == null ? record : blank;
        continue;
      }
      if (columns == null) {
        columns = CsvColumns.resolveInputs(source, names, record.getFields());
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
      InputOrigin origin = new InputOrigin.Row(window.rows());
      if (source.lags() == 0) {
        window.add(new Cells(source, columns, record));
        window.emit(origin, sink);
      } else {
        if (window.rows() >= source.lags()) {
          window.emit(origin, sink);
        }
        window.add(new Cells(source, columns, record));
      }
    }
    checkRows(columns);
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
  private record Cells(DataSource.Csv source, CsvColumns columns, CsvRecord record)
      implements RowWindow.Cells {

    @Override
    public Object value(int column) {
      return record.getField(columns.inputs().get(column).index());
    }

    @Override
    public String where(int column) {
      return columns.where(source, record.getStartingLineNumber(), columns.inputs().get(column));
    }
  }
}
