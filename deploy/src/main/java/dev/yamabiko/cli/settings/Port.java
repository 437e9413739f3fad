package dev.yamabiko.cli.settings;

import dev.yamabiko.wire.UnusableAddressException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Which numbers are ports, and whether one can be had. */
public final class Port {

  private static final int LAST = 65_535;

  /** For messages; 0 is any that is free. */
  public static final String EXPECTED = "a port from 0 to " + LAST;

  /** All addresses of this machine, as those where probes are answered. */
  public static final String ANYWHERE = "0.0.0.0";

  private Port() {}

  public static boolean isPort(long number) {
    return number >= 0 && number <= LAST;
  }

  public static boolean isPort(String text) {
    return text.matches("\\d{1,5}") && isPort(Integer.parseInt(text));
  }

  /**
   * Takes it for a moment.
   *
   * @throws IOException if that cannot be
   */
  public static void tryOut(String host, int port) throws IOException {
    try (ServerSocket socket = new ServerSocket()) {
      // A port whose last connections are still being forgotten is as good as free.
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(host, port));
    }
  }

  /**
   * The same before a node begins with anything else.
   *
   * @param use what would be sent there
   */
  public static void requireFree(String host, int port, String use) {
    try {
      tryOut(host, port);
    } catch (IOException e) {
      throw new UnusableAddressException(host, port, use, e);
    }
  }
}
