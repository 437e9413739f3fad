package dev.yamabiko.job;

/**
 * The job file (or a setting) is wrong; the message is for the user: file, line, key, what was
 * expected, what was found.
 */
public final class JobException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public JobException(String message) {
    super(message);
  }

  public JobException(String message, Throwable cause) {
    super(message, cause);
  }
}
