package dev.yamabiko.data;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.CsvRecordHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Cuts a CSV file into records, and says what went wrong. */
final class CsvRecords {

  /** In a line; wide tables, of genes or spectra, have some 100,000. */
  static final int MOST_CELLS = 1 << 20;

  private static final List<String> SEPARATORS = List.of(";", "\t", ",", "|");

  private CsvRecords() {}

  /**
   * @param reader takes the records while the file is open, blank lines among them
   */
  static void read(DataSource.Csv source, InputStream content, Consumer<Iterator<CsvRecord>> reader)
      throws IOException {
    Uncut records = new Uncut(source);
    try (CsvReader<CsvRecord> csv = open(source, content)) {
      records.all = csv.iterator();
      reader.accept(records);
    } catch (DataException e) {
      String hint = separatorHint(source, records);
      throw hint.isEmpty() ? e : new DataException(e.getMessage() + hint, e);
    } catch (CsvParseException e) {
      Throwable reason = e.getCause() == null ? e : e.getCause();
      if (reason instanceof DataException broken) {
        throw broken;
      }
      throw CsvBreak.of(source.path(), e);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static CsvReader<CsvRecord> open(DataSource.Csv source, InputStream content)
      throws IOException {
    try {
      return CsvReader.builder()
          .fieldSeparator(source.separator())
          .skipEmptyLines(false)
          .allowExtraFields(true)
          .allowMissingFields(true)
          .build(
              CsvRecordHandler.of(handler -> handler.maxFields(MOST_CELLS)),
              new CsvText(source.path(), content));
    } catch (IllegalArgumentException e) {
      throw new DataException(
          source.path()
              + ": expected a separator such as a comma, semicolon or tab but found "
              + CsvCell.quote(String.valueOf(source.separator())),
          e);
    }
  }

  static boolean isBlank(CsvRecord record) {
    return record.getFieldCount() == 1 && record.getField(0).isBlank();
  }

  /** Every line has as many cells as the first. */
  static void checkCells(DataSource.Csv source, CsvRecord record, int expected) {
    if (record.getFieldCount() != expected) {
      throw new DataException(
          String.format(
              "%s, line %d: expected %d cells, as in the first line, but found %s",
              source.path(),
              record.getStartingLineNumber(),
              expected,
              isBlank(record) ? "a blank line" : record.getFieldCount() + openQuote(record)));
    }
  }

  /** A quote that nobody closes makes one cell of all lines that follow. */
  private static String openQuote(CsvRecord record) {
    return lineEnds(lastCell(record)) == 0
        ? ""
        : ", the last of which goes on over several lines: is the quote in line %d closed?"
            .formatted(lineOfLastCell(record));
  }

  private static long lineOfLastCell(CsvRecord record) {
    long within = record.getFields().stream().mapToLong(CsvRecords::lineEnds).sum();
    return record.getStartingLineNumber() + within - lineEnds(lastCell(record));
  }

  private static String lastCell(CsvRecord record) {
    return record.getField(record.getFieldCount() - 1);
  }

  private static long lineEnds(String cell) {
    return cell.chars().filter(c -> c == '\n').count();
  }

  /**
   * @param columns null if not even a header was found
   */
  static void checkNotEmpty(DataSource.Csv source, CsvColumns columns, long rows) {
    if (rows == 0) {
      throw new DataException(
          source.path()
              + (columns == null
                  ? ": expected a table but the file is empty"
                  : ": expected lines of data but found only a header"));
    }
  }

  /** No line was cut so far, though one holds what often separates cells. */
  private static String separatorHint(DataSource.Csv source, Uncut records) {
    for (CsvRecord uncut : records.firstAndLast()) {
      String line =
          uncut == records.first ? "the first line" : "line " + uncut.getStartingLineNumber();
      for (String separator : SEPARATORS) {
        if (uncut.getField(0).contains(separator)) {
          return String.format(
              " (%s holds no %s but %s: should separator be \"%s\"?)",
              line,
              CsvCell.quote(String.valueOf(source.separator())),
              CsvCell.quote(separator),
              separator.equals("\t") ? "\\t" : separator);
        }
      }
    }
    return "";
  }

  /** Remembers the first line that is not blank and, while no line was cut, the last one. */
  private static final class Uncut implements Iterator<CsvRecord> {
    private final DataSource.Csv source;
    private Iterator<CsvRecord> all;
    private CsvRecord first;
    private CsvRecord last;

    private Uncut(DataSource.Csv source) {
      this.source = source;
    }

    @Override
    public boolean hasNext() {
      return all.hasNext();
    }

    @Override
    public CsvRecord next() {
      CsvRecord record = all.next();
      checkClosed(record);
      if (isBlank(record)) {
        return record;
      }
      if (first == null) {
        first = record;
        last = record;
      }
      last = last == null || record.getFieldCount() > 1 ? null : record;
      return record;
    }

    /** The blank line that ends every file is a record of its own, unless a quote is open. */
    private void checkClosed(CsvRecord record) {
      if (lastCell(record).endsWith(CsvText.END) && !all.hasNext()) {
        throw new DataException(
            "%s, line %d: expected the quote that opens here to be closed but found the end of the file"
                .formatted(source.path(), lineOfLastCell(record)));
      }
    }

    /** Those of them that were not cut. */
    List<CsvRecord> firstAndLast() {
      return Stream.of(first, last)
          .filter(record -> record != null && record.getFieldCount() == 1)
          .toList();
    }
  }
}
