package dev.yamabiko.coordinator.http;

import static akka.http.javadsl.server.PathMatchers.segment;

import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.server.AllDirectives;
import akka.http.javadsl.server.Route;
import dev.yamabiko.coordinator.JobView;
import dev.yamabiko.coordinator.curves.Curves;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;

/** {@code /api/v1/jobs/ID/series}: a job's curves, few points of many steps. */
final class SeriesRoutes extends AllDirectives {

  private static final int POINTS = 500;

  /** Shorter than a request may take: what has been read counts the next time. */
  private static final Duration READING = Duration.ofSeconds(20);

  private final Queries queries;
  private final Executor blocking;
  private final Curves curves = new Curves();

  /**
   * @param blocking for reading
   */
  SeriesRoutes(Queries queries, Executor blocking) {
    this.queries = queries;
    this.blocking = blocking;
  }

  /** Below {@code jobs}. */
  Route route() {
    return path(
        segment().slash("series"),
        id -> get(() -> extractRequest(request -> completeWithFuture(series(id, request)))));
  }

  private CompletionStage<HttpResponse> series(String id, HttpRequest request) {
    int points =
        (int)
            Query.of(request, List.of("points"))
                .whole("points", Curves.FEWEST_POINTS, Curves.MOST_POINTS, POINTS);
    return queries
        .job(JobId.checked(id))
        .thenApplyAsync(job -> Json.ok(read(job, points)), blocking);
  }

  private String read(JobView job, int points) {
    try {
      return curves.json(job.directory(), points, READING);
    } catch (IOException | TimeoutException e) {
      throw new CompletionException(e);
    }
  }
}
