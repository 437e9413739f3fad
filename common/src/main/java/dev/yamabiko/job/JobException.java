package dev.yamabiko.job;

import dev.yamabiko.data.OneLine;

/**
 * The job file (or a setting) is wrong; the message is for the user: file, line, key, what was
 * expected, what was found, in one line.
 */
public class JobException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public JobException(String message) {
    super(OneLine.of(message));
  }

  public JobException(String message, Throwable cause) {
    super(OneLine.of(message), cause);
  }
}
