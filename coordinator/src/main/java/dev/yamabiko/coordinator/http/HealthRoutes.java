package dev.yamabiko.coordinator.http;

import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.server.AllDirectives;
import akka.http.javadsl.server.Route;
import dev.yamabiko.coordinator.Seat;
import java.util.function.Supplier;

/**
 * {@code /health/alive} and {@code /health/ready}. A node is ready when it can serve requests, by
 * itself or by passing them on.
 */
final class HealthRoutes extends AllDirectives {

  private final Supplier<Seat> seat;

  HealthRoutes(Supplier<Seat> seat) {
    this.seat = seat;
  }

  Route route() {
    return pathPrefix(
        "health",
        () ->
            get(
                () ->
                    concat(
                        path("alive", () -> complete(Json.ok("{\"status\":\"alive\"}"))),
                        path("ready", () -> complete(readiness())))));
  }

  private HttpResponse readiness() {
    Seat now = seat.get();
    if (now instanceof Seat.Vacant) {
      return Problem.unavailable("the coordinator is not ready yet").response();
    }
    return Json.ok(
        now instanceof Seat.Here
            ? "{\"status\":\"ready\"}"
            : "{\"status\":\"ready\",\"stands_by\":true}");
  }
}
