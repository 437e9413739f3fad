package dev.yamabiko.coordinator.http;

import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpMethods;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.StatusCodes;
import akka.http.javadsl.server.AllDirectives;
import akka.http.javadsl.server.Route;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import scala.concurrent.duration.Duration;

/** All routes, and what holds for each of them. */
final class Routes extends AllDirectives {

  private static final Duration REQUEST = Duration.create(30, TimeUnit.SECONDS);

  private final JobRoutes jobs;
  private final UploadRoutes uploads;
  private final ClusterRoutes cluster;
  private final Supplier<Optional<String>> fault;

  /**
   * @param fault why nothing can be changed, if that is so
   */
  Routes(
      JobRoutes jobs,
      UploadRoutes uploads,
      ClusterRoutes cluster,
      Supplier<Optional<String>> fault) {
    this.jobs = jobs;
    this.uploads = uploads;
    this.cluster = cluster;
    this.fault = fault;
  }

  Route all() {
    Route routes =
        concat(
            pathPrefix(
                "api",
                () ->
                    pathPrefix(
                        "v1", () -> concat(jobs.route(), uploads.route(), cluster.workers()))),
            cluster.health());
    Route own = extractRequest(request -> of(request, routes));
    return withRequestTimeout(
        REQUEST,
        request ->
            Problem.unavailable("the coordinator did not answer in time; try again").response(),
        () ->
            handleExceptions(
                Failures.exceptions(), () -> handleRejections(Failures.rejections(), () -> own)));
  }

  private Route of(HttpRequest request, Route routes) {
    if (List.of(HttpMethods.GET, HttpMethods.HEAD).contains(request.method())) {
      return routes;
    }
    if (!isOwn(request)) {
      return complete(foreign());
    }
    return fault
        .get()
        .<Route>map(why -> complete(Problem.unavailable(why).response()))
        .orElse(routes);
  }

  /**
   * A browser that shows somebody else's page can reach a coordinator behind a firewall; it says
   * whose page asks, and whatever changes something is refused then.
   */
  private static boolean isOwn(HttpRequest request) {
    String host = request.getHeader("Host").map(HttpHeader::value).orElse("");
    return request
        .getHeader("Origin")
        .map(origin -> origin.value().replaceFirst("^https?://", "").equalsIgnoreCase(host))
        .orElse(true);
  }

  private static HttpResponse foreign() {
    return new Problem(StatusCodes.FORBIDDEN, "pages of another site may not do this").response();
  }
}
