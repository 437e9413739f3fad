package dev.yamabiko.cli;

import java.io.PrintStream;
import java.util.List;

/**
 * The last lines on a terminal, drawn again in place. Each has to be narrower than the terminal.
 * The cursor stays at the end of the last one. A single line takes no more than a carriage return;
 * several take a terminal whose cursor moves.
 */
final class LiveLines {

  private static final String TO_THE_LINES_END = "\u001b[K";
  private static final String TO_THE_SCREENS_END = "\u001b[J";

  private final PrintStream err;
  private List<String> drawn = List.of();

  LiveLines(PrintStream err) {
    this.err = err;
  }

  /** In place of what was drawn before; of several lines only those are written that changed. */
  void draw(List<String> lines) {
    if (lines.size() <= 1 && drawn.size() <= 1) {
      drawOne(String.join("", lines));
    } else {
      drawAll(lines);
    }
    drawn = List.copyOf(lines);
  }

  /** Over what was drawn before, blanks up to its end. */
  private void drawOne(String line) {
    int before = drawn.isEmpty() ? 0 : drawn.get(0).length();
    write("\r" + line + " ".repeat(Math.max(0, before - line.length())));
  }

  private void drawAll(List<String> lines) {
    StringBuilder text = new StringBuilder(toTheTop());
    int last = lines.size() - 1;
    for (int i = 0; i <= last; i++) {
      text.append(i == 0 ? "" : "\n");
      if (i == last || i >= drawn.size() || !drawn.get(i).equals(lines.get(i))) {
        text.append('\r').append(lines.get(i)).append(TO_THE_LINES_END);
      }
    }
    write(text + (drawn.size() > lines.size() ? TO_THE_SCREENS_END : ""));
  }

  private String toTheTop() {
    return drawn.size() <= 1 ? "\r" : "\r\u001b[%dA".formatted(drawn.size() - 1);
  }

  /** Leaves the first line as it is, for good; those below go. */
  void leave() {
    if (drawn.size() > 1) {
      draw(drawn.subList(0, 1));
    }
    if (!drawn.isEmpty()) {
      err.println();
      drawn = List.of();
    }
  }

  /** A line for good, above what is drawn. */
  void above(String line) {
    List<String> lines = drawn;
    if (!lines.isEmpty()) {
      if (lines.size() == 1) {
        draw(List.of(""));
        write("\r");
      } else {
        write(toTheTop() + TO_THE_SCREENS_END);
      }
      drawn = List.of();
    }
    err.println(line);
    if (!lines.isEmpty()) {
      draw(lines);
    }
  }

  private void write(String text) {
    err.print(text);
    err.flush();
  }
}
