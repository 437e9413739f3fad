package dev.yamabiko.cluster;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** What somebody learns who talks plain text to a port that wants TLS. */
public final class PlainTextProbe {

  private static final String REQUEST = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
  private static final int ALERT = 21;
  private static final int ALERT_BYTES = 7;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private PlainTextProbe() {}

  /** That it wants TLS, at most, and then the connection ends. */
  public static void assertLearnsNothing(InetSocketAddress where) throws IOException {
    byte[] answer = answer(where);
    assertTrue(
        answer.length == 0 || answer.length == ALERT_BYTES && answer[0] == ALERT,
        () -> where + " said: " + new String(answer, StandardCharsets.ISO_8859_1));
  }

  /** What is said until the other side closes. */
  private static byte[] answer(InetSocketAddress where) throws IOException {
    try (Socket socket = new Socket(where.getAddress(), where.getPort())) {
      socket.setSoTimeout((int) PATIENCE.toMillis());
      socket.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
      ByteArrayOutputStream answer = new ByteArrayOutputStream();
      try {
        socket.getInputStream().transferTo(answer);
      } catch (SocketTimeoutException e) {
        throw new AssertionError(where + " keeps the connection of a stranger", e);
      } catch (SocketException e) {
        // Reset, since what it was sent was not read to the end.
      }
      return answer.toByteArray();
    }
  }
}
