package dev.yamabiko.worker;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/** Why a node has not been let in, as far as a connection to each coordinator can tell. */
final class Unjoined {

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** An HTTP server answers at once, a node not at all. */
  private static final Duration ANSWER = Duration.ofSeconds(2);

  /** What each answer of an HTTP server begins with. */
  private static final String HTTP = "HTTP/";

  private static final String HEARD =
      "takes connections, but lets this node not in; is it the port that workers join, and"
          + " have both TLS, or neither? yamabiko doctor looks closer";

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

  /** Whether any takes connections; of a service nobody knows. Blocks. */
  static boolean mayListen(List<NodeSettings.Peer> coordinators) {
    return coordinators.stream().anyMatch(peer -> peer.isService() || reason(peer).equals(HEARD));
  }

  private static String reason(NodeSettings.Peer peer) {
    try (Socket socket = new Socket()) {
      InetSocketAddress address = new InetSocketAddress(peer.host(), peer.port());
      if (address.isUnresolved()) {
        return "this machine does not know that name";
      }
      socket.connect(address, (int) PATIENCE.toMillis());
      if (answersHttp(socket)) {
        return "answers HTTP; the port that workers join is another, --port of the coordinator";
      }
      return HEARD;
    } catch (IOException e) {
      return e.getMessage();
    }
  }

  /** A node ends the connection at that, or waits for the rest of what is no message to it. */
  private static boolean answersHttp(Socket socket) {
    try {
      socket.setSoTimeout((int) ANSWER.toMillis());
      socket.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(US_ASCII));
      byte[] answer = socket.getInputStream().readNBytes(HTTP.length());
      return new String(answer, US_ASCII).equals(HTTP);
    } catch (IOException e) {
      return false;
    }
  }
}
