package dev.yamabiko.model;

import dev.yamabiko.data.OneLine;

/** A model file cannot be used; the message says which, what was expected and what was found. */
public class ModelException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ModelException(String message) {
    super(OneLine.of(message));
  }

  public ModelException(String message, Throwable cause) {
    super(OneLine.of(message), cause);
  }
}
