package dev.yamabiko.data;

import de.siegmar.fastcsv.reader.CsvParseException;
import java.nio.file.Path;

/** Says in the words of all messages what the CSV library found where it could read no further. */
final class CsvBreak {

  /** Of the library, as are the beginnings that are looked for here. */
  private static final int MOST_CHARACTERS = 1 << 24;

  private static final String AFTER_QUOTE = "Unexpected character after closing quote: ";
  private static final String IN_LINE = "Exception when reading record that started in line ";

  private CsvBreak() {}

  static DataException of(Path path, CsvParseException e) {
    String outer = String.valueOf(e.getMessage());
    String line = outer.startsWith(IN_LINE) ? outer.substring(IN_LINE.length()) : "1";
    String reason = String.valueOf((e.getCause() == null ? e : e.getCause()).getMessage());
    return new DataException(path + ", line " + line + ": " + inWords(reason), e);
  }

  private static String inWords(String reason) {
    if (reason.startsWith(AFTER_QUOTE)) {
      return "expected a separator or the end of the line after a closing quote but found "
          + reason.substring(AFTER_QUOTE.length());
    }
    if (reason.endsWith(" fields")) {
      return "expected at most %d cells but found more".formatted(CsvRecords.MOST_CELLS);
    }
    if (reason.contains("max field size") || reason.contains("buffer")) {
      return "expected cells of at most %d characters but found a longer one; is a quote left open?"
          .formatted(MOST_CHARACTERS);
    }
    return OneLine.of(reason);
  }
}
