package dev.yamabiko.cluster;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/** What comes to an open port that is not meant for it. */
enum Noise {
  /** A browser or a scanner. */
  HTTP {
    @Override
    byte[] bytes(Random random) {
      return "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    }
  },

  /** A TLS 1.2 record with a client's hello that never ends. */
  TLS {
    @Override
    byte[] bytes(Random random) {
      byte[] bytes = new byte[200];
      random.nextBytes(bytes);
      byte[] head = {0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, (byte) 0xfc, 0x03, 0x03};
      System.arraycopy(head, 0, bytes, 0, head.length);
      return bytes;
    }
  },

  RANDOM {
    @Override
    byte[] bytes(Random random) {
      byte[] bytes = new byte[1 + random.nextInt(100_000)];
      random.nextBytes(bytes);
      return bytes;
    }
  },

  /** Akka's own magic, a control stream, and one frame of nothing. */
  ARTERY {
    @Override
    byte[] bytes(Random random) {
      byte[] head = {'A', 'K', 'K', 'A', 1, 32, 0, 0, 0};
      byte[] bytes = new byte[head.length + 32];
      random.nextBytes(bytes);
      System.arraycopy(head, 0, bytes, 0, head.length);
      return bytes;
    }
  };

  private static final int ANSWER_MILLIS = 50;

  abstract byte[] bytes(Random random);

  /** Connects, sends, looks whether there is an answer, and goes. */
  void sendTo(String host, int port, long seed) throws IOException {
    try (Socket socket = new Socket(host, port)) {
      socket.setSoTimeout(ANSWER_MILLIS);
      OutputStream out = socket.getOutputStream();
      out.write(bytes(new Random(seed)));
      out.flush();
      socket.getInputStream().read();
    } catch (SocketTimeoutException e) {
      // Whoever listens waits for more of the same.
    } catch (IOException e) {
      if (!isHungUp(e)) {
        throw e;
      }
    }
  }

  private static boolean isHungUp(IOException e) {
    String message = String.valueOf(e.getMessage());
    return message.contains("reset") || message.contains("Broken pipe");
  }
}
