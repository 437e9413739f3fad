package dev.yamabiko.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.Test;

class UnjoinedTest {

  @Test
  void shouldTellAPortThatNobodyHasFromOneThatLetsNobodyIn() throws IOException {
    NodeSettings.Peer closed;
    try (ServerSocket gone = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      closed = new NodeSettings.Peer("127.0.0.1", gone.getLocalPort());
    }
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      NodeSettings.Peer open = new NodeSettings.Peer("127.0.0.1", socket.getLocalPort());
      String reasons = Unjoined.reasons(List.of(open, NodeSettings.Peer.service("all"), closed));
      assertTrue(reasons.startsWith(open + ": takes connections, but "), reasons);
      assertTrue(reasons.endsWith("; " + closed + ": Connection refused"), reasons);
      assertTrue(Unjoined.mayListen(List.of(closed, open)));
      assertFalse(Unjoined.mayListen(List.of(closed)));
    }
    assertEquals("", Unjoined.reasons(List.of(NodeSettings.Peer.service("all"))));
  }

  @Test
  void shouldSayThatAPortAnswersHttp() throws IOException {
    HttpServer http = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 1);
    http.start();
    try {
      NodeSettings.Peer peer = new NodeSettings.Peer("127.0.0.1", http.getAddress().getPort());
      assertEquals(
          peer + ": answers HTTP; the port that workers join is another, --port of the coordinator",
          Unjoined.reasons(List.of(peer)));
    } finally {
      http.stop(0);
    }
  }
}
