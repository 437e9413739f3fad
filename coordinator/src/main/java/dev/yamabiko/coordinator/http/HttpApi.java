package dev.yamabiko.coordinator.http;

import akka.actor.typed.ActorSystem;
import akka.http.javadsl.Http;
import akka.http.javadsl.ServerBinding;
import akka.stream.Materializer;
import dev.yamabiko.coordinator.CoordinatorCommand;
import dev.yamabiko.coordinator.CoordinatorSettings;
import dev.yamabiko.coordinator.UnfinishedJobs;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;

/** The coordinator's HTTP API. */
public final class HttpApi implements AutoCloseable {

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
    UploadStore uploads =
        UploadStore.open(
            settings.uploads(),
            settings.uploadBytes(),
            () -> UnfinishedJobs.texts(settings.data()),
            Clock.systemUTC());
    JobSubmission submission = new JobSubmission(new JobFiles(uploads, settings.dataRoots()));
    DataDirectory directory = DataDirectory.of(settings.data(), settings.uploads());
    Materializer materializer = Materializer.createMaterializer(coordinator);
    Queries queries = new Queries(coordinator);
    Routes routes =
        new Routes(
            new JobRoutes(
                queries,
                new JobBody(materializer),
                submission,
                new JobEventStream(coordinator, KEEP_ALIVE),
                uploads.directory()),
            new UploadRoutes(uploads, settings.dataRoots(), submission, materializer),
            new ClusterRoutes(queries, ready, directory::fault),
            directory::fault);
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
}
