package dev.yamabiko.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The Python dict literal in a .npy header, such as {@code {'descr': '<f4', 'fortran_order': False,
 * 'shape': (3, 4), }}: these three keys, each once, and nothing else but blanks.
 *
 * @param shape the digits of each dimension
 */
record NpyLiteral(String descr, boolean fortranOrder, List<String> shape) {

  static NpyLiteral parse(Path file, int offset, String text) {
    return new Parser(file, offset, text).dict();
  }

  private static final class Parser {
    private static final List<String> KEYS = List.of("descr", "fortran_order", "shape");
    private static final int SHOWN = 12;

    private final Path file;

    /** Where the text begins in the file. */
    private final int offset;

    private final String text;
    private int at;

    Parser(Path file, int offset, String text) {
      this.file = file;
      this.offset = offset;
      this.text = text;
    }

    NpyLiteral dict() {
      String descr = "";
      boolean fortranOrder = false;
      List<String> shape = List.of();
      Set<String> seen = new HashSet<>();
      expect('{');
      while (!accept('}')) {
        int start = at;
        String key = string();
        if (!KEYS.contains(key) || !seen.add(key)) {
          at = start;
          throw expected("each of " + String.join(", ", KEYS) + " once");
        }
        expect(':');
        switch (key) {
          case "descr" -> descr = descr();
          case "shape" -> shape = tuple();
          default -> fortranOrder = bool();
        }
        if (!accept(',')) {
          expect('}');
          break;
        }
      }
      if (seen.size() < KEYS.size()) {
        throw expected("each of " + String.join(", ", KEYS) + " once");
      }
      blanks();
      if (at < text.length()) {
        throw expected("nothing but blanks");
      }
      return new NpyLiteral(descr, fortranOrder, shape);
    }

    private String descr() {
      blanks();
      if (text.startsWith("[", at)) {
        throw expected("one dtype for all elements, not a structured one,");
      }
      return string();
    }

    private String string() {
      blanks();
      char quote = at < text.length() ? text.charAt(at) : 0;
      int end = quote == '\'' || quote == '"' ? text.indexOf(quote, at + 1) : -1;
      if (end < 0 || text.substring(at, end).indexOf('\\') >= 0) {
        throw expected("a string in quotes");
      }
      String string = text.substring(at + 1, end);
      at = end + 1;
      return string;
    }

    private boolean bool() {
      blanks();
      for (String word : List.of("True", "False")) {
        if (text.startsWith(word, at)) {
          at += word.length();
          return word.equals("True");
        }
      }
      throw expected("True or False");
    }

    /** Python 2 wrote large dimensions with an L behind them. */
    private List<String> tuple() {
      List<String> numbers = new ArrayList<>();
      expect('(');
      while (!accept(')')) {
        blanks();
        int start = at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
          at++;
        }
        if (at == start) {
          throw expected("a dimension");
        }
        numbers.add(text.substring(start, at).replaceFirst("^0+(?=.)", ""));
        if (text.startsWith("L", at)) {
          at++;
        }
        if (!accept(',')) {
          if (numbers.size() == 1) {
            throw expected("a comma, as in (3,),");
          }
          expect(')');
          break;
        }
      }
      return List.copyOf(numbers);
    }

    private void expect(char c) {
      if (!accept(c)) {
        throw expected(String.valueOf(c));
      }
    }

    private boolean accept(char c) {
      blanks();
      if (at < text.length() && text.charAt(at) == c) {
        at++;
        return true;
      }
      return false;
    }

    private void blanks() {
      while (at < text.length() && " \n\t\r".indexOf(text.charAt(at)) >= 0) {
        at++;
      }
    }

    private DataException expected(String what) {
      String rest = text.substring(at, Math.min(text.length(), at + SHOWN));
      return new DataException(
          String.format(
              "%s, byte %d: expected %s in the header but found %s",
              file, offset + at, what, rest.isEmpty() ? "its end" : CsvCell.quote(rest)));
    }
  }
}
