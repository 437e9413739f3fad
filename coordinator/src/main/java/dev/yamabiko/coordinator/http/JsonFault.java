package dev.yamabiko.coordinator.http;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Says what is wrong with a body that is no JSON; the parser speaks to programmers. */
final class JsonFault {

  private static final String CHARACTER = "Unexpected character \\((?<found>'.{1,2}') [^:]*\\)";

  /**
   * What the parser says, and what that means.
   *
   * @param found instead of what the pattern calls so; may refer to its groups
   */
  private record Complaint(Pattern pattern, String expected, Optional<String> found) {

    static Complaint of(String pattern, String expected) {
      return new Complaint(compiled(pattern), expected, Optional.empty());
    }

    static Complaint of(String pattern, String expected, String found) {
      return new Complaint(compiled(pattern), expected, Optional.of(found));
    }

    private static Pattern compiled(String beginning) {
      return Pattern.compile(beginning + ".*", Pattern.DOTALL);
    }

    Optional<String> translated(String message) {
      Matcher m = pattern.matcher(message);
      if (!m.matches()) {
        return Optional.empty();
      }
      String thing = found.isEmpty() ? m.group("found") : m.replaceFirst(found.get());
      return Optional.of("expected %s but found %s".formatted(m.replaceFirst(expected), thing));
    }
  }

  private static final List<Complaint> COMPLAINTS =
      List.of(
          Complaint.of(CHARACTER + ": was expecting double-quote", "a name in double quotes"),
          Complaint.of(CHARACTER + ": was expecting comma to separate Object", "',' or '}'"),
          Complaint.of(CHARACTER + ": was expecting comma to separate Array", "',' or ']'"),
          Complaint.of(CHARACTER + ": was expecting a colon", "':'"),
          Complaint.of(CHARACTER + ": expected a hex-digit", "four digits from 0 to f after \\\\u"),
          Complaint.of(CHARACTER + " in numeric value", "a number"),
          Complaint.of(CHARACTER, "a value"),
          Complaint.of("(Unrecognized|Non-standard) token '(?<found>[^']*)'", "a value"),
          Complaint.of("Unexpected end-of-input", "more", "the end"),
          Complaint.of(
              "Unexpected close marker (?<found>'.'): no open", "nothing after the last value"),
          Complaint.of(
              "Unexpected close marker (?<found>'.'): expected (?<open>'.')", "',' or ${open}"),
          Complaint.of("Duplicate field (?<name>'.*')$", "each name once", "${name} again"),
          Complaint.of("Invalid numeric value: Leading zeroes", "a number", "a leading zero"),
          Complaint.of(
              "Illegal unquoted character .*code (?<code>\\d+)",
              "no control character in a text but as \\\\u and four digits",
              "character ${code}"),
          Complaint.of(
              "Unrecognized character escape (?<found>'.')",
              "one of \" \\\\ / b f n r t u after a backslash"),
          Complaint.of("Invalid UTF-8 .*byte (?<byte>0x..)", "UTF-8", "the byte ${byte}"),
          Complaint.of(
              "Number value length \\((?<length>\\d+)\\).*allowed \\((?<most>\\d+)",
              "a number of at most ${most} characters",
              "one of ${length}"),
          Complaint.of(
              "Name length \\((?<length>\\d+)\\).*allowed \\((?<most>\\d+)",
              "a name of at most ${most} characters",
              "one of ${length}"),
          Complaint.of(
              "Document nesting depth .*allowed \\((?<most>\\d+)",
              "at most ${most} lists and objects within each other",
              "more"));

  private JsonFault() {}

  /** What was expected and what was found, and where. */
  static String describe(JsonProcessingException e) {
    String message = e.getOriginalMessage();
    String what =
        COMPLAINTS.stream()
            .flatMap(complaint -> complaint.translated(message).stream())
            .findFirst()
            .orElse("expected JSON but found something else");
    JsonLocation at = e.getLocation();
    return at == null
        ? what
        : "line %d, column %d: %s".formatted(at.getLineNr(), at.getColumnNr(), what);
  }
}
