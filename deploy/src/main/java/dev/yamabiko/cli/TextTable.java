package dev.yamabiko.cli;

import dev.yamabiko.data.OneLine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Lines of cells in columns: the first flush left, the others, being numbers, flush right. */
final class TextTable {

  private final List<String[]> rows = new ArrayList<>();
  private final BitSet left = new BitSet();
  private final Map<Integer, UnaryOperator<String>> inks = new HashMap<>();

  TextTable(String... header) {
    row(header);
    left.set(0);
  }

  /** These columns, from 0 on, are words and no numbers: flush left. */
  TextTable words(int... columns) {
    Arrays.stream(columns).forEach(left::set);
    return this;
  }

  /**
   * @param ink gives a cell of this column its colour, and leaves its width
   */
  TextTable ink(int column, UnaryOperator<String> ink) {
    inks.put(column, ink);
    return this;
  }

  void row(String... cells) {
    rows.add(Arrays.stream(cells).map(OneLine::of).toArray(String[]::new));
  }

  /** Each line ends with a line break. */
  String text() {
    StringBuilder text = new StringBuilder();
    lines().forEach(line -> text.append(line).append('\n'));
    return text.toString();
  }

  List<String> lines() {
    int[] widths = new int[rows.get(0).length];
    for (String[] row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], length(row[i]));
      }
    }
    return rows.stream().map(row -> line(row, widths)).toList();
  }

  private String line(String[] row, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String cell = inks.getOrDefault(i, UnaryOperator.identity()).apply(row[i]);
      String blanks = " ".repeat(widths[i] - length(row[i]));
      line.append(i == 0 ? "" : "  ").append(left.get(i) ? cell + blanks : blanks + cell);
    }
    return line.toString().stripTrailing();
  }

  private static int length(String cell) {
    return cell.codePointCount(0, cell.length());
  }
}
