package dev.yamabiko.coordinator.http;

import static akka.http.javadsl.server.PathMatchers.segment;

import akka.actor.typed.ActorRef;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.StatusCodes;
import akka.http.javadsl.model.headers.Location;
import akka.http.javadsl.server.AllDirectives;
import akka.http.javadsl.server.Route;
import dev.yamabiko.coordinator.CoordinatorCommand;
import dev.yamabiko.coordinator.CoordinatorCommand.Answer;
import dev.yamabiko.coordinator.JobPage;
import dev.yamabiko.coordinator.JobView;
import dev.yamabiko.coordinator.KeptEvaluation;
import dev.yamabiko.model.CanonicalJson;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;

/** {@code /api/v1/jobs}: submit, list, look at, follow, cancel and resume. */
final class JobRoutes extends AllDirectives {

  private static final int MOST_LISTED = 1_000;

  /** Twice what a sweep may have; each is in memory with its job file. */
  static final int MOST_OPEN = 2_000;

  private final Gate gate;
  private final Queries queries;
  private final RequestBody body;
  private final JobSubmission submission;
  private final JobEventStream events;
  private final Executor blocking;

  /**
   * @param blocking for reading
   */
  JobRoutes(
      Gate gate,
      Queries queries,
      RequestBody body,
      JobSubmission submission,
      JobEventStream events,
      Executor blocking) {
    this.gate = gate;
    this.queries = queries;
    this.body = body;
    this.submission = submission;
    this.events = events;
    this.blocking = blocking;
  }

  Route route() {
    return pathPrefix(
        "jobs",
        () ->
            concat(
                pathEnd(
                    () ->
                        concat(
                            get(() -> extractRequest(request -> completeWithFuture(list(request)))),
                            post(this::submit))),
                pathPrefix(segment(), this::ofJob)));
  }

  private Route ofJob(String id) {
    return concat(
        pathEnd(() -> get(() -> completeWithFuture(show(JobId.checked(id))))),
        path("events", () -> get(() -> extractRequest(request -> follow(id, request)))),
        path("metrics", () -> get(() -> ofView(id, JobOutput::metrics))),
        path("cancel", () -> post(() -> steer(id, job -> cancel(id)))),
        path("resume", () -> post(() -> steer(id, this::resume))));
  }

  private Route ofView(String id, Function<JobView, HttpResponse> answer) {
    return completeWithFuture(queries.job(JobId.checked(id)).thenApply(answer));
  }

  private Route submit() {
    return withRequestTimeout(
        JobSubmission.DEADLINE,
        () -> extractRequest(request -> completeWithFuture(submit(request))));
  }

  private CompletionStage<HttpResponse> submit(HttpRequest request) {
    // Not once its data has been read: the token may be gone by then.
    Optional<String> owner = gate.caller(request).owner();
    return room()
        .thenCompose(there -> body.read(request))
        .thenCompose(submission::check)
        .thenCompose(
            job ->
                queries.<JobView>ask(
                    replyTo -> new CoordinatorCommand.SubmitJob(job, owner, replyTo)))
        .thenApply(JobRoutes::submitted)
        .exceptionally(e -> Failures.ofOnce(e).response());
  }

  /** Asked before a job's data is read. Of those that ask at once, a few may be one too many. */
  private CompletionStage<Integer> room() {
    return queries
        .<Integer>ask(CoordinatorCommand.CountOpenJobs::new)
        .thenApply(
            open -> {
              if (open >= MOST_OPEN) {
                throw new Problem(
                        StatusCodes.TOO_MANY_REQUESTS,
                        "%,d jobs have not ended, and no more are taken than that; try again when some have"
                            .formatted(open))
                    .exception();
              }
              return open;
            });
  }

  private static HttpResponse submitted(JobView job) {
    if (job.id().isEmpty()) {
      return new Problem(StatusCodes.INSUFFICIENT_STORAGE, job.reason()).response();
    }
    return Json.response(StatusCodes.CREATED, CanonicalJson.of(Map.of("id", job.id())))
        .addHeader(Location.create("/api/v1/jobs/" + job.id()));
  }

  private CompletionStage<HttpResponse> list(HttpRequest request) {
    Query query = Query.of(request, List.of("limit", "before"));
    int limit = (int) query.whole("limit", 1, MOST_LISTED, MOST_LISTED);
    Optional<String> before = query.text("before");
    return queries
        .<Optional<JobPage>>ask(replyTo -> new CoordinatorCommand.ListJobs(limit, before, replyTo))
        .thenApply(
            page ->
                Json.ok(
                    page.map(JobRoutes::json)
                        .orElseThrow(
                            () ->
                                Problem.badRequest(
                                        "before: " + JobId.unknown(before.orElseThrow()).detail())
                                    .exception())));
  }

  private static String json(JobPage page) {
    return "{\"jobs\":[%s],\"next\":%s}"
        .formatted(
            page.jobs().stream().map(JobView::jsonInList).collect(Collectors.joining(",")),
            page.next().map("\"%s\""::formatted).orElse("null"));
  }

  private CompletionStage<HttpResponse> show(String id) {
    return queries.job(id).thenApplyAsync(JobRoutes::whole, blocking);
  }

  private static HttpResponse whole(JobView job) {
    return Json.ok(KeptEvaluation.addedTo(job.json(), job.directory()));
  }

  private Route follow(String id, HttpRequest request) {
    long after = lastSeen(request);
    long fromStep =
        Query.of(request, List.of("from_step")).whole("from_step", 0, Long.MAX_VALUE, 0);
    // Asked first, because a stream that has begun cannot become a 404.
    return withoutRequestTimeout(
        () ->
            completeWithFuture(
                queries
                    .job(JobId.checked(id))
                    .thenApply(job -> events.response(job, after, after == 0 ? fromStep : 0))));
  }

  private static long lastSeen(HttpRequest request) {
    String given = request.getHeader("Last-Event-ID").map(HttpHeader::value).orElse("0").strip();
    if (!given.matches("\\d{1,18}")) {
      throw Problem.badRequest("Last-Event-ID: expected the number of an event").exception();
    }
    return Long.parseLong(given);
  }

  private CompletionStage<HttpResponse> cancel(String id) {
    return steered(id, "cancelled", CoordinatorCommand.CancelJob::new);
  }

  /** It will be one more that has not ended, if it can be resumed at all. */
  private CompletionStage<HttpResponse> resume(JobView job) {
    CompletionStage<?> ready =
        job.status().canBeResumed() ? room() : CompletableFuture.completedFuture(null);
    return ready.thenCompose(
        there -> steered(job.id(), "resumed", CoordinatorCommand.ResumeJob::new));
  }

  private Route steer(String id, Function<JobView, CompletionStage<HttpResponse>> change) {
    return extractRequest(
        request ->
            completeWithFuture(
                queries
                    .job(JobId.checked(id))
                    .thenCompose(
                        job ->
                            gate.refusal(request, job)
                                .<CompletionStage<HttpResponse>>map(
                                    CompletableFuture::completedFuture)
                                .orElseGet(() -> change.apply(job)))));
  }

  private CompletionStage<HttpResponse> steered(
      String id, String what, BiFunction<String, ActorRef<Answer>, CoordinatorCommand> command) {
    return queries
        .<Answer>ask(replyTo -> command.apply(id, replyTo))
        .thenCompose(answer -> after(answer, id, what))
        .exceptionally(e -> Failures.ofOnce(e).response());
  }

  /** The job as it is now, or why nothing came of the request. */
  private CompletionStage<HttpResponse> after(Answer answer, String id, String what) {
    return queries
        .job(id)
        .thenApplyAsync(
            job ->
                answer == Answer.DONE
                    ? whole(job)
                    : Problem.conflict(
                            "job %s cannot be %s: %s"
                                .formatted(
                                    id,
                                    what,
                                    answer == Answer.UNREADABLE
                                        ? job.reason()
                                        : "it is " + job.status()))
                        .response(),
            blocking);
  }
}
