package dev.yamabiko.coordinator.http;

import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpMethods;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.StatusCodes;
import akka.http.javadsl.server.AllDirectives;
import akka.http.javadsl.server.Route;
import java.util.List;
import java.util.concurrent.TimeUnit;
import scala.concurrent.duration.Duration;

/** All routes, and what holds for each of them. */
final class Routes extends AllDirectives {

  private static final Duration REQUEST = Duration.create(30, TimeUnit.SECONDS);

  private final JobRoutes jobs;
  private final UploadRoutes uploads;
  private final ClusterRoutes cluster;

  Routes(JobRoutes jobs, UploadRoutes uploads, ClusterRoutes cluster) {
    this.jobs = jobs;
    this.uploads = uploads;
    this.cluster = cluster;
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
    Route own = extractRequest(request -> isOwn(request) ? routes : complete(foreign()));
    return withRequestTimeout(
        REQUEST,
        request ->
            Problem.unavailable("the coordinator did not answer in time; try again").response(),
        () ->
            handleExceptions(
                Failures.exceptions(), () -> handleRejections(Failures.rejections(), () -> own)));
  }

  /**
   * A browser that shows somebody else's page can reach a coordinator behind a firewall; it says
   * whose page asks, and whatever changes something is refused then.
   */
  private static boolean isOwn(HttpRequest request) {
    if (List.of(HttpMethods.GET, HttpMethods.HEAD).contains(request.method())) {
      return true;
    }
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
