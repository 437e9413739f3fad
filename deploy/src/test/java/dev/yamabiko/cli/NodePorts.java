package dev.yamabiko.cli;

import java.io.IOException;
import java.net.ServerSocket;

/** Where a coordinator in a process of its own listens, whenever it is started. */
public record NodePorts(int control, int http) {

  /** Both are taken at once: one after the other may be one and the same. */
  public static NodePorts free() throws IOException {
    try (ServerSocket one = new ServerSocket(0);
        ServerSocket two = new ServerSocket(0)) {
      return new NodePorts(one.getLocalPort(), two.getLocalPort());
    }
  }
}
