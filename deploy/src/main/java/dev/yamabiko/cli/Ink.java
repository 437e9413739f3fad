package dev.yamabiko.cli;

/**
 * A few colours, each with one meaning, by the names of SGR: the terminal's own theme decides how
 * they look. Where a stream takes none, text stays as it is.
 */
enum Ink {
  PLAIN,
  COLOURED;

  private static final int RED = 31;
  private static final int GREEN = 32;
  private static final int YELLOW = 33;
  private static final int CYAN = 36;

  /** What went wrong. */
  String bad(String text) {
    return in(RED, text);
  }

  /** A job's status, as {@code running}. */
  String status(String status) {
    return switch (status) {
      case "completed" -> in(GREEN, status);
      case "running" -> in(CYAN, status);
      case "queued", "waiting" -> in(YELLOW, status);
      case "failed" -> bad(status);
      default -> status;
    };
  }

  private String in(int colour, String text) {
    return this == PLAIN ? text : "\u001b[" + colour + "m" + text + "\u001b[0m";
  }
}
