package dev.yamabiko.data;

/** The user's data cannot be used; the message says where, what was expected and what was found. */
public final class DataException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DataException(String message) {
    super(oneLine(message));
  }

  public DataException(String message, Throwable cause) {
    super(oneLine(message), cause);
  }

  /** Names and cells come from files: what they say must not steer a terminal. */
  private static String oneLine(String message) {
    return message.replaceAll("\\p{Cc}", " ");
  }
}
