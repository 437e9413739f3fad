package dev.yamabiko.model;

/** A model file cannot be used; the message says which, what was expected and what was found. */
public class ModelException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ModelException(String message) {
    super(oneLine(message));
  }

  public ModelException(String message, Throwable cause) {
    super(oneLine(message), cause);
  }

  /** Names come from files: what they say must not steer a terminal. */
  private static String oneLine(String message) {
    return message.replaceAll("\\p{Cc}", " ");
  }
}
