package dev.yamabiko.job;

/**
 * The job file (or a setting) is wrong; the message is for the user: file, line, key, what was
 * expected, what was found, in one line.
 */
public class JobException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public JobException(String message) {
    super(oneLine(message));
  }

  public JobException(String message, Throwable cause) {
    super(oneLine(message), cause);
  }

  /** Keys, values and file names can hold line ends and other control characters. */
  private static String oneLine(String message) {
    return message.replaceAll("\\p{Cc}+", " ");
  }
}
