package dev.yamabiko.coordinator.http;

import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.server.Directives;
import akka.http.javadsl.server.Route;
import akka.stream.Materializer;
import akka.stream.javadsl.Sink;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Has answers wait for a body that nobody has read, since a connection ends with an answer that
 * comes before: a client that is still sending takes that for the end of the node. Whoever has
 * asked whether to send it is answered at once, and need not. Of a body without a length that turns
 * out too large the beginning has been read, and the rest is not heard.
 */
final class HeardOut {

  /** Else whoever reaches the port could hold its connections by sending slowly. */
  private static final Duration LONGEST = Duration.ofSeconds(10);

  /** Whoever sends nothing for so long may be waiting for the answer. */
  private static final Duration PAUSE = Duration.ofSeconds(2);

  private HeardOut() {}

  static Route of(Materializer materializer, Route route) {
    return Directives.extractRequest(
        request ->
            Directives.mapRouteResultFuture(
                answer ->
                    answer.thenCompose(
                        given -> rest(request, materializer).thenApply(heard -> given)),
                () -> route));
  }

  /** Ends at once where somebody reads it, or has: a body can be read once. */
  private static CompletionStage<Object> rest(HttpRequest request, Materializer materializer) {
    if (request.entity().isStrict() || request.getHeader("Expect").isPresent()) {
      return CompletableFuture.completedFuture(null);
    }
    return request
        .entity()
        .withoutSizeLimit()
        .getDataBytes()
        .takeWithin(LONGEST)
        .idleTimeout(PAUSE)
        .runWith(Sink.ignore(), materializer)
        .handle((done, failure) -> null);
  }
}
