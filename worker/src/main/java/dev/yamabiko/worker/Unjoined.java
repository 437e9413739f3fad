package dev.yamabiko.worker;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/** Why a node has not been let in, as far as a connection to each coordinator can tell. */
final class Unjoined {

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private Unjoined() {}

  /**
   * Of coordinators that are named one by one; nothing of a service, which may have no node yet.
   * Blocks.
   */
  static String reasons(List<NodeSettings.Peer> coordinators) {
    return coordinators.stream()
        .filter(peer -> !peer.isService())
        .map(peer -> peer + ": " + reason(peer))
        .collect(Collectors.joining("; "));
  }

  private static String reason(NodeSettings.Peer peer) {
    try (Socket socket = new Socket()) {
      InetSocketAddress address = new InetSocketAddress(peer.host(), peer.port());
      if (address.isUnresolved()) {
        return "this machine does not know that name";
      }
      socket.connect(address, (int) PATIENCE.toMillis());
      return "takes connections, but lets this node not in; is it the port that workers join, and"
          + " have both TLS, or neither? yamabiko doctor looks closer";
    } catch (IOException e) {
      return e.getMessage();
    }
  }
}
