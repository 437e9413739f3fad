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
import java.util.concurrent.TimeoutException;

/** {@code /api/v1/jobs/ID/series}: a job's curves, few points of many steps. */
final class SeriesRoutes extends AllDirectives implements AutoCloseable {

  private static final int POINTS = 500;

  private static final int AT_ONCE = 2;
  private static final int WAITING = 64;

  /** Shorter than a request may take: what has been read counts the next time. */
  private static final Duration READING = Duration.ofSeconds(20);

  private final Queries queries;
  private final Curves curves = new Curves();
  private final Turns turns =
      new Turns(
          "curves", AT_ONCE, WAITING, "too many curves are being read at the moment; try again");

  SeriesRoutes(Queries queries) {
    this.queries = queries;
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
    long deadline = System.nanoTime() + READING.toNanos();
    return queries
        .job(JobId.checked(id))
        .thenCompose(job -> turns.take(() -> Json.ok(read(job, points, deadline))));
  }

  private String read(JobView job, int points, long deadline) {
    try {
      return curves.json(job.directory(), points, Duration.ofNanos(deadline - System.nanoTime()));
    } catch (IOException | TimeoutException e) {
      throw new CompletionException(e);
    }
  }

  @Override
  public void close() {
    turns.close();
  }
}
