package dev.yamabiko.nn;

/** A layer with a bug threw while it computed or was asked something: says which, and what. */
public final class LayerException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private LayerException(String message, Throwable cause) {
    super(message, cause);
  }

  static LayerException of(Node node, Throwable thrown) {
    return new LayerException(
        "%s, of class %s, threw %s"
            .formatted(node.describe(), node.layer().getClass().getName(), inOneLine(thrown)),
        thrown);
  }

  /** Of somebody else's code: its message may be none, or several lines. */
  public static String inOneLine(Throwable thrown) {
    return thrown.toString().replaceAll("\\s+", " ");
  }
}
