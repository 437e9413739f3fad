package dev.yamabiko.coordinator.http;

import akka.http.javadsl.model.HttpMethods;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.server.AllDirectives;
import akka.http.javadsl.server.Route;
import dev.yamabiko.coordinator.Seat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import scala.concurrent.duration.Duration;

/**
 * All routes, and what holds for each of them. The API's own routes serve where the coordinator is;
 * elsewhere its requests are passed on.
 */
final class Routes extends AllDirectives {

  private static final Duration REQUEST = Duration.create(30, TimeUnit.SECONDS);

  private final Supplier<Seat> seat;
  private final Supplier<Optional<String>> fault;
  private final HealthRoutes health;
  private final PageRoutes page = new PageRoutes();
  private final OpenApiRoutes openApi = new OpenApiRoutes();
  private final PassedOn passedOn;
  private final Supplier<Route> api;
  private final MetricsRoutes metrics;
  private final Entrance entrance;

  /**
   * @param fault why nothing can be changed, if that is so
   * @param api asked for when the coordinator is on this node
   */
  Routes(
      Supplier<Seat> seat,
      Supplier<Optional<String>> fault,
      PassedOn passedOn,
      Supplier<Route> api,
      MetricsRoutes metrics,
      Entrance entrance) {
    this.seat = seat;
    this.fault = fault;
    this.health = new HealthRoutes(seat, fault);
    this.passedOn = passedOn;
    this.api = api;
    this.metrics = metrics;
    this.entrance = entrance;
  }

  Route all() {
    Route routes =
        concat(
            pathPrefix(
                "api",
                () ->
                    concat(
                        openApi.route(),
                        pathPrefix(
                            "v1",
                            () ->
                                respondWithDefaultHeader(
                                    SecurityHeaders.UNSTORED,
                                    () -> extractRequest(this::byCoordinator))))),
            metrics.route(),
            health.route(),
            extractRequest(this::page));
    Route own = extractRequest(request -> of(request, routes));
    return withRequestTimeout(
        REQUEST,
        request -> SecurityHeaders.of(late(request).response()),
        () ->
            respondWithDefaultHeaders(
                SecurityHeaders.OF_ALL,
                () ->
                    handleExceptions(
                        Failures.exceptions(),
                        () -> handleRejections(Failures.rejections(), () -> own))));
  }

  private static Problem late(HttpRequest request) {
    return request.method().isIdempotent()
        ? Problem.unavailable("the coordinator did not answer in time; try again")
        : Problem.unanswered();
  }

  private Route byCoordinator(HttpRequest request) {
    Seat now = seat.get();
    if (now instanceof Seat.Here) {
      return entrance.route(api);
    } else if (now instanceof Seat.There there && !PassedOn.is(request)) {
      return passedOn(there);
    }
    return complete(Problem.noCoordinator());
  }

  /**
   * Of the node that answers the page's requests, so that they fit. While there is none, the page
   * itself says so, and waits.
   */
  private Route page(HttpRequest request) {
    return PageRoutes.isOf(request)
            && seat.get() instanceof Seat.There there
            && !PassedOn.is(request)
        ? passedOn(there)
        : page.route();
  }

  private Route passedOn(Seat.There there) {
    return withoutRequestTimeout(
        () ->
            withoutSizeLimit(
                () -> extractRequest(whole -> completeWithFuture(passedOn.to(there, whole)))));
  }

  private Route of(HttpRequest request, Route routes) {
    Optional<Problem> foreign = entrance.foreign(request);
    if (foreign.isPresent()) {
      return complete(foreign.get().response());
    }
    if (List.of(HttpMethods.GET, HttpMethods.HEAD).contains(request.method())) {
      return routes;
    }
    return fault
        .get()
        .<Route>map(why -> complete(Problem.unavailable(why).response()))
        .orElse(routes);
  }
}
