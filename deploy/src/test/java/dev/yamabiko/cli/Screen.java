package dev.yamabiko.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a terminal shows once it has got a text, as far as the command steers terminals. */
final class Screen {

  private static final Pattern CONTROL = Pattern.compile("\u001b\\[(\\d*)([A-Za-z])");

  private final List<StringBuilder> lines = new ArrayList<>(List.of(new StringBuilder()));
  private int row;
  private int column;

  private Screen() {}

  /** Without blanks at the ends of lines, and without empty lines at the end. */
  static List<String> lines(String text) {
    Screen screen = new Screen();
    Matcher control = CONTROL.matcher(text);
    int i = 0;
    while (i < text.length()) {
      if (text.charAt(i) == '\u001b') {
        if (!control.find(i) || control.start() != i) {
          throw new IllegalArgumentException("unknown control sequence at " + text.substring(i));
        }
        screen.control(control.group(1), control.group(2).charAt(0));
        i = control.end();
      } else {
        screen.character(text.charAt(i));
        i++;
      }
    }
    List<String> shown = new ArrayList<>();
    screen.lines.forEach(line -> shown.add(line.toString().stripTrailing()));
    while (!shown.isEmpty() && shown.get(shown.size() - 1).isEmpty()) {
      shown.remove(shown.size() - 1);
    }
    return shown;
  }

  private void control(String number, char what) {
    switch (what) {
      case 'A' -> row -= Integer.parseInt(number);
      case 'K' -> clearFrom(column);
      case 'J' -> {
        clearFrom(column);
        lines.subList(row + 1, lines.size()).clear();
      }
      case 'm' -> {
        // A colour.
      }
      default -> throw new IllegalArgumentException("unknown control " + what);
    }
    if (row < 0) {
      throw new IllegalArgumentException("the cursor has left the screen");
    }
  }

  private void clearFrom(int first) {
    StringBuilder line = lines.get(row);
    line.setLength(Math.min(line.length(), first));
  }

  private void character(char c) {
    if (c == '\r') {
      column = 0;
    } else if (c == '\n') {
      column = 0;
      row++;
      if (row == lines.size()) {
        lines.add(new StringBuilder());
      }
    } else {
      StringBuilder line = lines.get(row);
      while (line.length() <= column) {
        line.append(' ');
      }
      line.setCharAt(column++, c);
    }
  }
}
