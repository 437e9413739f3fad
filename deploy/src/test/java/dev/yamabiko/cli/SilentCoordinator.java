package dev.yamabiko.cli;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Takes every job, and answers no other question. Not the JDK's server: whichever of these is the
 * first of a JVM fixes the limits of all, and {@link HealthPort} has some of its own.
 */
final class SilentCoordinator implements AutoCloseable {

  private final AtomicInteger jobs = new AtomicInteger();
  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch end = new CountDownLatch(1);
  private final ServerSocket socket;

  SilentCoordinator() throws IOException {
    socket = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    start(this::accept);
  }

  String url() {
    return "http://127.0.0.1:" + socket.getLocalPort();
  }

  /** Waits until it has been asked something that it does not answer. */
  boolean isAsked() throws InterruptedException {
    return asked.await(60, TimeUnit.SECONDS);
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(work, "silent-coordinator");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    try {
      while (true) {
        Socket connection = socket.accept();
        start(() -> serve(connection));
      }
    } catch (IOException e) {
      // It has been closed.
    }
  }

  private void serve(Socket connection) {
    try (connection) {
      InputStream in = new BufferedInputStream(connection.getInputStream());
      for (String first = line(in); first.startsWith("POST "); first = line(in)) {
        int length = 0;
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
          if (header.toLowerCase().startsWith("content-length:")) {
            length = Integer.parseInt(header.substring(header.indexOf(':') + 1).strip());
          }
        }
        in.skipNBytes(length);
        String body = "{\"id\":\"a-%d\"}".formatted(jobs.incrementAndGet());
        String answer =
            "HTTP/1.1 201 Created\r\nContent-Length: %d\r\n\r\n%s".formatted(body.length(), body);
        connection.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
      }
      asked.countDown();
      end.await();
    } catch (IOException | InterruptedException e) {
      // Whoever asked has gone.
    }
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new IOException("the connection has ended");
      }
      line.append((char) c);
    }
    return line.toString().strip();
  }

  @Override
  public void close() throws IOException {
    end.countDown();
    socket.close();
  }
}
