package dev.yamabiko.wire;

/**
 * A node cannot listen where it was told to: another process has the port, or the address is none
 * of this machine's. The message says where, what for, and why.
 */
public final class UnusableAddressException extends RuntimeException {

  private static final long serialVersionUID = 1;

  /**
   * @param use what would be sent there
   */
  public UnusableAddressException(String host, int port, String use, Throwable cause) {
    super("%s:%d cannot be used for %s: %s".formatted(host, port, use, reason(cause)), cause);
  }

  private static String reason(Throwable cause) {
    if (cause.getCause() != null) {
      return reason(cause.getCause());
    }
    if (String.valueOf(cause.getMessage()).contains("Cannot assign requested address")) {
      return "it is no address of this machine";
    }
    // Some of Netty's exceptions say all by their name.
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }
}
