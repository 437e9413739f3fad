package dev.yamabiko.coordinator.http;

import akka.NotUsed;
import akka.actor.typed.ActorSystem;
import akka.http.javadsl.Http;
import akka.http.javadsl.HttpsConnectionContext;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.Uri;
import akka.http.javadsl.model.headers.RawHeader;
import akka.stream.KillSwitches;
import akka.stream.SharedKillSwitch;
import akka.stream.StreamTcpException;
import akka.stream.javadsl.Flow;
import akka.stream.javadsl.Source;
import akka.util.ByteString;
import dev.yamabiko.coordinator.Seat;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes requests on to the node that has the coordinator, and its answers back, both as they come:
 * so a client need not be able to reach, or know, more than one node. A request is passed on once.
 * Nobody is left waiting for a node that does not have the coordinator any more; whoever wanted a
 * change from it hears that it may have been made.
 */
final class PassedOn {

  private static final Logger LOG = LoggerFactory.getLogger(PassedOn.class);
  private static final String MARK = "X-Yamabiko-Passed-On";

  /** Whoever asked the node that has passed it on has shown a certificate. */
  private static final String CERTIFIED = "X-Yamabiko-Certified";

  /** Who asked that node: his address and, where he has shown a certificate, its name. */
  private static final String ASKER = "X-Yamabiko-Asker";

  /** Headers hold no more than ASCII. */
  private static final Pattern UNPRINTABLE = Pattern.compile("[^ -~]");

  /** Said by whoever sends the message, or of one connection only; the origin has been checked. */
  private static final Set<String> NOT_PASSED =
      Set.of(
          "connection",
          "host",
          "keep-alive",
          "origin",
          "te",
          "timeout-access",
          "tls-session-info",
          "transfer-encoding",
          "upgrade",
          "x-yamabiko-asker",
          "x-yamabiko-certified");

  /** To one node, for as long as that has the coordinator. */
  static final class Way {

    private final String url;
    private final SharedKillSwitch streams;

    /** One for each request that waits for its answer: such a node may keep its place for years. */
    private final Set<CompletableFuture<Void>> waiting = ConcurrentHashMap.newKeySet();

    private volatile boolean hasEnded;

    private Way(String url) {
      this.url = url;
      this.streams = KillSwitches.shared(url);
    }

    static Way to(String url) {
      return new Way(url);
    }

    /** Whoever enters while it ends hears of that from one side or the other, or from both. */
    void end() {
      hasEnded = true;
      waiting.forEach(left -> left.complete(null));
      streams.shutdown();
    }

    /** The answer, or {@code lost} where the way ends before there is one. */
    CompletionStage<HttpResponse> untilLeft(
        CompletionStage<HttpResponse> answer, Supplier<HttpResponse> lost) {
      CompletableFuture<Void> left = new CompletableFuture<>();
      waiting.add(left);
      if (hasEnded) {
        left.complete(null);
      }
      return answer
          .applyToEither(left.thenApply(gone -> lost.get()), Function.identity())
          .whenComplete((response, failure) -> waiting.remove(left));
    }

    int waiting() {
      return waiting.size();
    }

    /**
     * Events that break off end as if the coordinator had ended: their reader comes back. A part of
     * anything else is not to be taken for the whole.
     */
    HttpResponse untilItEnds(HttpResponse response) {
      if (!response.entity().getContentType().mediaType().equals(JobEventStream.MEDIA_TYPE)) {
        return response;
      }
      Flow<ByteString, ByteString, NotUsed> flow =
          Flow.of(ByteString.class)
              .recoverWithRetries(1, Exception.class, Source::empty)
              .via(streams.flow());
      return response.withEntity(
          HttpEntities.createChunked(
              response.entity().getContentType(), response.entity().getDataBytes().via(flow)));
    }
  }

  private final ActorSystem<?> system;
  private final Optional<HttpsConnectionContext> tls;
  private Optional<Way> way = Optional.empty();

  PassedOn(ActorSystem<?> system, Optional<HttpTls> tls) {
    this.system = system;
    this.tls = tls.map(HttpTls::client);
  }

  /** Whether another node has passed this request on to here. */
  static boolean is(HttpRequest request) {
    return request.getHeader(MARK).isPresent();
  }

  /**
   * Whether it is passed on for somebody who has shown no certificate; the certificate of its
   * connection is that of the node that passes it on, whose word counts because of it.
   */
  static boolean isForOthers(HttpRequest request) {
    return is(request) && request.getHeader(CERTIFIED).isEmpty();
  }

  /** Who asked the node that has passed it on, as that says: for people to read. */
  static Optional<String> asker(HttpRequest request) {
    return is(request) ? request.getHeader(ASKER).map(HttpHeader::value) : Optional.empty();
  }

  /** What is under way to another node ends. */
  synchronized void moved(Seat now) {
    String url = now instanceof Seat.There there ? there.url() : "";
    if (way.isPresent() && !way.get().url.equals(url)) {
      way.get().end();
      way = Optional.empty();
    }
  }

  private synchronized Way wayTo(Seat.There there) {
    moved(there);
    way = way.or(() -> Optional.of(Way.to(there.url())));
    return way.get();
  }

  CompletionStage<HttpResponse> to(Seat.There there, HttpRequest request) {
    Uri base = Uri.create(there.url());
    List<HttpHeader> headers = new ArrayList<>();
    request.getHeaders().forEach(headers::add);
    headers.removeIf(header -> NOT_PASSED.contains(header.lowercaseName()));
    headers.add(RawHeader.create(MARK, "yes"));
    String asker = AccessLog.address(request);
    Optional<String> certified = HttpTls.peer(request);
    if (certified.isPresent()) {
      headers.add(RawHeader.create(CERTIFIED, "yes"));
      asker += ", " + UNPRINTABLE.matcher(certified.get()).replaceAll("?");
    }
    headers.add(RawHeader.create(ASKER, asker));
    HttpRequest passed =
        HttpRequest.create()
            .withMethod(request.method())
            .withUri(request.getUri().scheme(base.getScheme()).host(base.host()).port(base.port()))
            .withHeaders(headers)
            .withEntity(request.entity());
    Way onThis = wayTo(there);
    CompletionStage<HttpResponse> answer =
        send(passed)
            .thenApply(onThis::untilItEnds)
            .exceptionally(
                e -> {
                  LOG.warn(
                      "a request cannot be passed on to {} cause={}", there.url(), e.toString());
                  return isUnsent(e) ? Problem.noCoordinator() : lost(request);
                });
    return onThis.untilLeft(answer, () -> lost(request));
  }

  private CompletionStage<HttpResponse> send(HttpRequest request) {
    return tls.isPresent()
        ? Http.get(system).singleRequest(request, tls.get())
        : Http.get(system).singleRequest(request);
  }

  private static boolean isUnsent(Throwable e) {
    Throwable cause = e instanceof CompletionException ? e.getCause() : e;
    return cause instanceof StreamTcpException && cause.getMessage().contains("[Connect(");
  }

  /** The request has gone, and no answer will come. */
  private static HttpResponse lost(HttpRequest request) {
    return request.method().isIdempotent()
        ? Problem.noCoordinator()
        : Problem.unanswered().response();
  }
}
