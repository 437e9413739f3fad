package dev.yamabiko.cli;

/** A coordinator cannot be reached, or refuses what it was asked; the message is for the user. */
final class ServerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean usersFault;

  private ServerException(String message, boolean usersFault, Throwable cause) {
    super(message, cause);
    this.usersFault = usersFault;
  }

  static ServerException refused(String message) {
    return new ServerException(message, true, null);
  }

  static ServerException failed(String message, Throwable cause) {
    return new ServerException(message, false, cause);
  }

  /** Whether the same request would be refused again. */
  boolean usersFault() {
    return usersFault;
  }
}
