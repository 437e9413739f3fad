package dev.yamabiko.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.yamabiko.cli.settings.Port;
import dev.yamabiko.wire.UnusableAddressException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Answers probes: {@code GET /health/alive} and {@code /health/ready}, 200 or 503 and one word or
 * the reason. It is apart from the HTTP API, which workers do not have, and which may want a
 * certificate or a token that no probe can show; so it tells nothing that a stranger may not know.
 */
final class HealthPort implements AutoCloseable {

  /** For messages. */
  static final String USE = "probes";

  /** As a request that comes in bit by bit holds one until it is ended. */
  private static final int MOST_THREADS = 64;

  private static final int MOST_WAITING = 64;

  /** Of those that say nothing, too, which the server ends after half a minute. */
  static final int MOST_CONNECTIONS = 256;

  /** For a request to come in, and for its answer to go out. */
  private static final int SECONDS = 5;

  private static final int NO_BODY = -1;

  private final HttpServer server;
  private final ThreadPoolExecutor threads;

  private HealthPort(HttpServer server, ThreadPoolExecutor threads) {
    this.server = server;
    this.threads = threads;
  }

  /**
   * Listens at all addresses of this machine: probes come from outside of a container, or from its
   * loopback.
   *
   * @param ill why the node had better be started anew, if so
   * @param unready why it cannot do its work at the moment, if so
   * @throws UnusableAddressException if the port is taken
   */
  static HealthPort open(
      int port, Supplier<Optional<String>> ill, Supplier<Optional<String>> unready) {
    // Nobody can hold a thread for long by saying nothing.
    System.setProperty("sun.net.httpserver.maxReqTime", String.valueOf(SECONDS));
    System.setProperty("sun.net.httpserver.maxRspTime", String.valueOf(SECONDS));
    // Whoever reaches the port could open as many as the process may have files.
    System.setProperty("jdk.httpserver.maxConnections", String.valueOf(MOST_CONNECTIONS));
    HttpServer server;
    try {
      server = HttpServer.create(new InetSocketAddress(port), 0);
    } catch (IOException e) {
      throw new UnusableAddressException(Port.ANYWHERE, port, USE, e);
    }
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            MOST_THREADS,
            MOST_THREADS,
            SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MOST_WAITING),
            work -> {
              Thread thread = new Thread(work, "health");
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
    server.setExecutor(threads);
    server.createContext("/health/alive", exchange -> answer(exchange, "alive", ill));
    server.createContext("/health/ready", exchange -> answer(exchange, "ready", unready));
    server.start();
    return new HealthPort(server, threads);
  }

  private static void answer(
      HttpExchange exchange, String good, Supplier<Optional<String>> otherwise) throws IOException {
    try (exchange) {
      String method = exchange.getRequestMethod();
      if (!method.equals("GET") && !method.equals("HEAD")) {
        exchange.getResponseHeaders().set("Allow", "GET, HEAD");
        exchange.sendResponseHeaders(405, NO_BODY);
        return;
      }
      Optional<String> fault = otherwise.get();
      byte[] text = (fault.orElse(good) + "\n").getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
      exchange.getResponseHeaders().set("Connection", "close");
      boolean body = method.equals("GET");
      exchange.sendResponseHeaders(fault.isEmpty() ? 200 : 503, body ? text.length : NO_BODY);
      if (body) {
        exchange.getResponseBody().write(text);
      }
    }
  }

  int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
