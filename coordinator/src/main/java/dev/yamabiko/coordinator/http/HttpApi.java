package dev.yamabiko.coordinator.http;

import akka.actor.typed.ActorSystem;
import akka.http.javadsl.Http;
import akka.http.javadsl.ServerBinding;
import akka.http.javadsl.model.HttpMethods;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.StatusCodes;
import akka.http.javadsl.server.AllDirectives;
import akka.http.javadsl.server.Route;
import akka.stream.Materializer;
import dev.yamabiko.coordinator.CoordinatorCommand;
import dev.yamabiko.coordinator.CoordinatorSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** The coordinator's HTTP API. */
public final class HttpApi implements AutoCloseable {

  private static final scala.concurrent.duration.Duration REQUEST =
      scala.concurrent.duration.Duration.create(30, TimeUnit.SECONDS);
  private static final Duration KEEP_ALIVE = Duration.ofSeconds(10);
  private static final Duration GOODBYE = Duration.ofSeconds(2);

  private final ServerBinding binding;
  private final JobSubmission submission;

  private HttpApi(ServerBinding binding, JobSubmission submission) {
    this.binding = binding;
    this.submission = submission;
  }

  /**
   * @throws IOException if the port cannot be used
   */
  public static HttpApi bind(
      ActorSystem<CoordinatorCommand> coordinator,
      CoordinatorSettings settings,
      BooleanSupplier ready)
      throws IOException {
    UploadStore uploads = UploadStore.open(settings.uploads(), settings.uploadBytes());
    JobSubmission submission = new JobSubmission(new JobFiles(uploads, settings.dataRoots()));
    Materializer materializer = Materializer.createMaterializer(coordinator);
    Queries queries = new Queries(coordinator);
    Routes routes =
        new Routes(
            new JobRoutes(
                queries,
                new JobBody(materializer),
                submission,
                new JobEventStream(coordinator, KEEP_ALIVE)),
            new UploadRoutes(uploads, settings.dataRoots(), materializer),
            new ClusterRoutes(queries, ready));
    try {
      ServerBinding binding =
          Http.get(coordinator)
              .newServerAt(settings.host(), settings.httpPort())
              .bind(routes.all())
              .toCompletableFuture()
              .join();
      return new HttpApi(binding, submission);
    } catch (CompletionException e) {
      submission.close();
      throw new IOException(
          "%s:%d cannot be used for HTTP: %s"
              .formatted(settings.host(), settings.httpPort(), deepest(e).getMessage()),
          e);
    }
  }

  private static Throwable deepest(Throwable e) {
    return e.getCause() == null ? e : deepest(e.getCause());
  }

  public InetSocketAddress address() {
    return binding.localAddress();
  }

  /** Lets requests that are under way come to their end for a moment. */
  @Override
  public void close() {
    submission.close();
    binding.terminate(GOODBYE).toCompletableFuture().join();
  }

  /** All routes, and what holds for each of them. */
  private static final class Routes extends AllDirectives {

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
      String host = request.getHeader("Host").map(header -> header.value()).orElse("");
      return request
          .getHeader("Origin")
          .map(origin -> origin.value().replaceFirst("^https?://", "").equalsIgnoreCase(host))
          .orElse(true);
    }

    private static akka.http.javadsl.model.HttpResponse foreign() {
      return new Problem(StatusCodes.FORBIDDEN, "pages of another site may not do this").response();
    }
  }
}
