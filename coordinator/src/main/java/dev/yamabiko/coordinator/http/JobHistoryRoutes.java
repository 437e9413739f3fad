package dev.yamabiko.coordinator.http;

import static akka.http.javadsl.server.PathMatchers.segment;

import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.server.AllDirectives;
import akka.http.javadsl.server.Route;
import dev.yamabiko.coordinator.CoordinatorCommand;
import dev.yamabiko.coordinator.JobView;
import dev.yamabiko.coordinator.NoticeFile;
import dev.yamabiko.coordinator.TimelineView;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** {@code /api/v1/jobs/ID/timeline} and {@code notices}: what went on in a job's run. */
final class JobHistoryRoutes extends AllDirectives {

  private static final int MOST_NOTICES = 500;

  private final Queries queries;
  private final Executor blocking;

  /**
   * @param blocking for reading
   */
  JobHistoryRoutes(Queries queries, Executor blocking) {
    this.queries = queries;
    this.blocking = blocking;
  }

  /** Below {@code jobs}. */
  Route route() {
    return pathPrefix(segment(), this::ofJob);
  }

  private Route ofJob(String id) {
    return concat(
        path("timeline", () -> get(() -> completeWithFuture(timeline(JobId.checked(id))))),
        path("notices", () -> get(() -> completeWithFuture(notices(JobId.checked(id))))));
  }

  private CompletionStage<HttpResponse> timeline(String id) {
    return queries
        .<Optional<TimelineView>>ask(replyTo -> new CoordinatorCommand.GetTimeline(id, replyTo))
        .thenApply(view -> view.orElseThrow(() -> JobId.unknown(id).exception()))
        .thenApply(view -> Json.ok(Json.list("steps", view.json())));
  }

  private CompletionStage<HttpResponse> notices(String id) {
    return queries.job(id).thenApplyAsync(JobHistoryRoutes::notices, blocking);
  }

  private static HttpResponse notices(JobView job) {
    try {
      return Json.ok(Json.list("notices", NoticeFile.newest(job.directory(), MOST_NOTICES)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
