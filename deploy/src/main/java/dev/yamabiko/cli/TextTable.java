package dev.yamabiko.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Lines of cells in columns: the first flush left, the others, being numbers, flush right. */
final class TextTable {

  private final List<String[]> rows = new ArrayList<>();

  TextTable(String... header) {
    row(header);
  }

  void row(String... cells) {
    // Names come from files: what they say must not steer a terminal.
    rows.add(Arrays.stream(cells).map(c -> c.replaceAll("\\p{Cntrl}", " ")).toArray(String[]::new));
  }

  /** Each line ends with a line break. */
  String text() {
    int[] widths = new int[rows.get(0).length];
    for (String[] row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], length(row[i]));
      }
    }
    StringBuilder text = new StringBuilder();
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder(row[0] + blanks(widths[0] - length(row[0])));
      for (int i = 1; i < widths.length; i++) {
        line.append("  ").append(blanks(widths[i] - length(row[i]))).append(row[i]);
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }

  private static int length(String cell) {
    return cell.codePointCount(0, cell.length());
  }

  private static String blanks(int count) {
    return " ".repeat(count);
  }
}
