package dev.yamabiko.client;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Requests to the nodes of one coordinator and their answers: one node is asked after the other
 * until one answers. For any number of threads.
 *
 * <p>The deadlines are kept here: those of the HTTP client do not cover an answer's body before
 * Java 26, and cover a body that is read as it comes, without an end, from then on.
 */
final class Exchanges implements AutoCloseable {

  /**
   * An answer, or what has come of it when its handler has made something of it.
   *
   * @param node that gave it
   */
  record Answer<T>(URI node, int status, T body) {}

  private static final Duration CONNECT = Duration.ofSeconds(10);

  /** A node without a coordinator answers so, while another may take over. */
  private static final int UNAVAILABLE = 503;

  private final ServerAddresses nodes;
  private final ServerAccess access;
  private final Pending pending = new Pending();
  private final HttpClient client;

  Exchanges(ServerAddresses nodes, ServerAccess access) {
    this.nodes = nodes;
    this.access = access;
    HttpClient.Builder builder =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT);
    access.tls().map(ServerAccess.Tls::context).ifPresent(builder::sslContext);
    client = builder.build();
  }

  private HttpRequest to(URI node, String path, HttpRequest.Builder request) {
    access.token().ifPresent(token -> request.setHeader("Authorization", "Bearer " + token));
    return request.uri(URI.create(node + path)).build();
  }

  /** What has been asked and has not come to its end; closed when this is. */
  Pending pending() {
    return pending;
  }

  URI firstNode() {
    return nodes.base(nodes.current());
  }

  /** All nodes, with commas between. */
  String allNodes() {
    return nodes.all();
  }

  /**
   * Begins with the node that answered last; of nodes that all fail, the last says why.
   *
   * @param deadline of the whole answer, as far as the handler waits for it
   * @throws ServerException if there is none
   */
  <T> Answer<T> ask(
      String path, HttpRequest.Builder request, BodyHandler<T> handler, Duration deadline) {
    return ask(path, request, handler, deadline, new Liveness());
  }

  /**
   * The same.
   *
   * @param silence after which the exchange has failed
   * @param liveness of the exchange
   */
  <T> Answer<T> ask(
      String path,
      HttpRequest.Builder request,
      BodyHandler<T> handler,
      Duration silence,
      Liveness liveness) {
    int first = nodes.current();
    for (int i = 0; ; i++) {
      int number = (first + i) % nodes.count();
      boolean last = i == nodes.count() - 1;
      URI node = nodes.base(number);
      HttpRequest next = to(node, path, request);
      liveness.beat();
      try {
        HttpResponse<T> response = send(node, next, handler, silence, liveness);
        if (response.statusCode() != UNAVAILABLE || last) {
          return new Answer<>(node, response.statusCode(), response.body());
        }
      } catch (IOException e) {
        if (!mayRepeat(next, e)) {
          throw ServerFaults.inDoubt(node, nodes.all(), e);
        } else if (last) {
          throw ServerFaults.unreachable(node, access.tls(), e);
        }
      }
      nodes.turnFrom(number);
    }
  }

  private <T> HttpResponse<T> send(
      URI node, HttpRequest request, BodyHandler<T> handler, Duration silence, Liveness liveness)
      throws IOException {
    if (pending.isClosed()) {
      throw ServerFaults.closed(node, "", null);
    }
    CompletableFuture<HttpResponse<T>> answer = client.sendAsync(request, handler);
    pending.add(answer);
    try {
      return liveness.await(answer, silence);
    } catch (ExecutionException | CancellationException e) {
      // Which of the two a cancelled exchange ends with depends on the Java version.
      if (pending.isClosed()) {
        throw ServerFaults.closed(node, doubt(request), e);
      }
      throw thrown(e.getCause());
    } catch (TimeoutException e) {
      answer.thenAccept(Exchanges::closeUnread);
      throw new HttpTimeoutException("no answer in time");
    } catch (InterruptedException e) {
      answer.thenAccept(Exchanges::closeUnread);
      Thread.currentThread().interrupt();
      throw ServerException.failed("interrupted while waiting for " + node + doubt(request), e);
    } finally {
      // Ends the exchange if it goes on.
      answer.cancel(true);
    }
  }

  /** What is to be said of a request that is given up when it is on its way. */
  private String doubt(HttpRequest request) {
    return request.method().equals("POST") ? ServerFaults.doubt(nodes.all()) : "";
  }

  /** An answer that came at the very moment at which it was given up. */
  private static void closeUnread(HttpResponse<?> late) {
    if (late.body() instanceof AutoCloseable body) {
      try {
        body.close();
      } catch (Exception ignored) {
        // Nobody is left to be told.
      }
    }
  }

  private static IOException thrown(Throwable e) {
    if (e instanceof RuntimeException unchecked) {
      throw unchecked;
    } else if (e instanceof Error error) {
      throw error;
    }
    return e instanceof IOException io ? io : new IOException(e);
  }

  /** Not what may have had its effect already. */
  private static boolean mayRepeat(HttpRequest request, IOException e) {
    return !request.method().equals("POST")
        || ServerFaults.isOtherThanHttp(e)
        || TlsFaults.isBefore(e)
        || e instanceof ConnectException
        || e instanceof HttpConnectTimeoutException;
  }

  /** Asks without waiting, and the node alone that answered last. */
  <T> CompletableFuture<Answer<T>> tell(
      String path, HttpRequest.Builder request, BodyHandler<T> handler, Duration deadline) {
    URI node = firstNode();
    HttpRequest next = to(node, path, request);
    CompletableFuture<HttpResponse<T>> answer = client.sendAsync(next, handler);
    pending.add(answer);
    CompletableFuture<Answer<T>> given =
        answer.thenApply(r -> new Answer<>(node, r.statusCode(), r.body()));
    given.orTimeout(deadline.toMillis(), TimeUnit.MILLISECONDS);
    given.whenComplete((a, e) -> answer.cancel(true));
    return given;
  }

  /**
   * Ends what is under way and the connections. The client's own {@code close}, which there is from
   * Java 21 on, waits until everything has ended by itself, unless the thread is interrupted: then
   * it ends everything. Before, idle connections and the client's threads, all daemons, end by
   * themselves when it is forgotten.
   */
  @Override
  public void close() {
    pending.close();
    if ((Object) client instanceof AutoCloseable closeable) {
      Thread thread = new Thread(() -> closeNow(closeable), "close-connections");
      thread.setDaemon(true);
      thread.start();
    }
  }

  private static void closeNow(AutoCloseable closeable) {
    Thread.currentThread().interrupt();
    try {
      closeable.close();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
