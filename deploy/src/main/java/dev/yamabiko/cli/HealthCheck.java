package dev.yamabiko.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * Asks the node in the same container whether it is ready: what an image's HEALTHCHECK runs where
 * there is no shell and no other client. It needs so few classes, all of them in the JDK's own
 * archive, that its JVM ends within a tenth of a second or two. Exit code 0 if the node is ready,
 * else 1, with its answer on standard output.
 */
final class HealthCheck {

  private static final int LIMIT_MILLIS = 5000;

  private HealthCheck() {}

  public static void main(String[] args) {
    String answer;
    boolean ready = false;
    try {
      answer = ask(Integer.parseInt(System.getenv().getOrDefault(HealthOptions.VARIABLE, "")));
      ready = answer.startsWith("HTTP/1.1 200 ");
    } catch (NumberFormatException e) {
      answer = "no port in " + HealthOptions.VARIABLE;
    } catch (IOException e) {
      answer = e.getMessage();
    }
    System.out.println(answer);
    System.exit(ready ? 0 : 1);
  }

  /** Returns the first line and the last one, which is the reason. */
  static String ask(int port) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), LIMIT_MILLIS);
      socket.setSoTimeout(LIMIT_MILLIS);
      socket
          .getOutputStream()
          .write(
              "GET /health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      BufferedReader answer =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      String first = answer.readLine();
      String last = "";
      for (String line = answer.readLine(); line != null; line = answer.readLine()) {
        last = line;
      }
      return first == null ? "no answer" : first + " " + last;
    }
  }
}
