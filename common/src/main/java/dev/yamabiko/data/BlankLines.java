package dev.yamabiko.data;

import de.siegmar.fastcsv.reader.CsvRecord;
import java.util.ArrayList;
import java.util.List;

/** Blank lines of which nobody knows yet whether they mean anything: many take no more room. */
final class BlankLines {

  /** What is done with a record that begins at a line. */
  interface Row {
    void add(CsvRecord record, long line);
  }

  /** Lines [from, to), one right after another. */
  private record Run(long from, long to) {}

  private CsvRecord first;
  private final List<Run> runs = new ArrayList<>();

  void add(CsvRecord blank) {
    long line = blank.getStartingLineNumber();
    int last = runs.size() - 1;
    if (last < 0) {
      first = blank;
    }
    if (last >= 0 && runs.get(last).to() == line) {
      runs.set(last, new Run(runs.get(last).from(), line + 1));
    } else {
      runs.add(new Run(line, line + 1));
    }
  }

  /** Forgets them, once each has been a row; which blanks they hold makes no difference. */
  void becomeRows(Row row) {
    for (Run run : runs) {
      for (long line = run.from(); line < run.to(); line++) {
        row.add(first, line);
      }
    }
    clear();
  }

  void clear() {
    runs.clear();
  }
}
