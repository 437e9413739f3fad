package dev.yamabiko.cli.settings;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/** Who reaches a node. */
public final class Loopback {

  private Loopback() {}

  /**
   * Whether only this machine does: all addresses of the host are its own loopback's.
   *
   * @throws UnknownHostException if the name is nobody's
   */
  public static boolean isAllOf(String host) throws UnknownHostException {
    return Arrays.stream(InetAddress.getAllByName(host)).allMatch(InetAddress::isLoopbackAddress);
  }
}
