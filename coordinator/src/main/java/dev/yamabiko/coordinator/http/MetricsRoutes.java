package dev.yamabiko.coordinator.http;

import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.server.AllDirectives;
import akka.http.javadsl.server.Route;
import dev.yamabiko.coordinator.NodeMetrics;
import java.nio.charset.StandardCharsets;

/**
 * {@code /metrics}, for Prometheus: of the node that is asked, whether it has the coordinator or
 * stands by. In the text format of version 0.0.4, or as OpenMetrics where the client accepts it.
 */
final class MetricsRoutes extends AllDirectives {

  private final NodeMetrics metrics;
  private final Gate gate;

  MetricsRoutes(NodeMetrics metrics, Gate gate) {
    this.metrics = metrics;
    this.gate = gate;
  }

  Route route() {
    return path("metrics", () -> get(() -> extractRequest(request -> complete(answer(request)))));
  }

  private HttpResponse answer(HttpRequest request) {
    return gate.refusal(request).orElseGet(() -> page(request));
  }

  private HttpResponse page(HttpRequest request) {
    boolean openMetrics =
        request
            .getHeader("Accept")
            .map(HttpHeader::value)
            .filter(accepted -> accepted.contains(NodeMetrics.Format.OPEN_METRICS.mediaType()))
            .isPresent();
    NodeMetrics.Format format =
        openMetrics ? NodeMetrics.Format.OPEN_METRICS : NodeMetrics.Format.TEXT;
    return HttpResponse.create()
        .withEntity(
            HttpEntities.create(
                contentType(format), metrics.page(format).getBytes(StandardCharsets.UTF_8)));
  }

  private static ContentType contentType(NodeMetrics.Format format) {
    return ContentTypes.parse(format.contentType());
  }
}
