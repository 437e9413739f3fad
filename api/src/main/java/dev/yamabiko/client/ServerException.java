package dev.yamabiko.client;

/** A coordinator cannot be reached, or refuses what it was asked; the message is for the user. */
public final class ServerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean usersFault;

  private ServerException(String message, boolean usersFault, Throwable cause) {
    super(message, cause);
    this.usersFault = usersFault;
  }

  public static ServerException refused(String message) {
    return new ServerException(message, true, null);
  }

  public static ServerException failed(String message, Throwable cause) {
    return new ServerException(message, false, cause);
  }

  /** Whether the same request would be refused again. */
  public boolean usersFault() {
    return usersFault;
  }
}
