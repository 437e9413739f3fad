package dev.yamabiko.data;

/** The user's data cannot be used; the message says where, what was expected and what was found. */
public final class DataException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DataException(String message) {
    super(OneLine.of(message));
  }

  public DataException(String message, Throwable cause) {
    super(OneLine.of(message), cause);
  }
}
