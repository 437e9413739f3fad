package dev.yamabiko.coordinator.http;

import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.server.AllDirectives;
import akka.http.javadsl.server.Route;
import dev.yamabiko.coordinator.Seat;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * {@code /health/alive} and {@code /health/ready}. A node is ready when it can serve requests, by
 * itself or by passing them on.
 */
final class HealthRoutes extends AllDirectives {

  private final Supplier<Seat> seat;
  private final Supplier<Optional<String>> fault;

  /**
   * @param fault what is wrong with the node, if anything is
   */
  HealthRoutes(Supplier<Seat> seat, Supplier<Optional<String>> fault) {
    this.seat = seat;
    this.fault = fault;
  }

  Route route() {
    return pathPrefix("health", () -> concat(get(this::states), head(this::states)));
  }

  private Route states() {
    return concat(
        path("alive", () -> complete(Json.ok("{\"status\":\"alive\"}"))),
        path("ready", () -> complete(readiness())));
  }

  private HttpResponse readiness() {
    Optional<String> wrong = fault.get();
    if (wrong.isPresent()) {
      return Problem.unavailable(wrong.get()).response();
    }
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
