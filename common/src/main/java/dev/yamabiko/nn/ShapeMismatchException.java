package dev.yamabiko.nn;

/** Shapes that do not fit together; the message says what was expected and what was found. */
public final class ShapeMismatchException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ShapeMismatchException(String message) {
    super(message);
  }

  public ShapeMismatchException(String message, Throwable cause) {
    super(message, cause);
  }
}
