package dev.yamabiko.wire.tls;

/**
 * Certificates or a key cannot be used; the message is for the user: which file, what was expected,
 * what was found, in one line.
 */
public final class TlsException extends RuntimeException {

  private static final long serialVersionUID = 1;

  public TlsException(String message) {
    super(message);
  }

  public TlsException(String message, Throwable cause) {
    super(message, cause);
  }
}
