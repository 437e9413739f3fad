package dev.yamabiko.coordinator.http;

import akka.actor.Cancellable;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.javadsl.Adapter;
import akka.http.javadsl.Http;
import akka.http.javadsl.ServerBinding;
import akka.http.javadsl.ServerBuilder;
import akka.http.javadsl.server.Directives;
import akka.http.javadsl.server.Route;
import akka.http.javadsl.settings.ServerSettings;
import akka.stream.Materializer;
import dev.yamabiko.coordinator.CoordinatorCommand;
import dev.yamabiko.coordinator.CoordinatorSettings;
import dev.yamabiko.coordinator.NodeMetrics;
import dev.yamabiko.coordinator.Seat;
import dev.yamabiko.coordinator.UnfinishedJobs;
import dev.yamabiko.coordinator.access.Tokens;
import dev.yamabiko.wire.UnusableAddressException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import scala.concurrent.ExecutionContextExecutor;

/**
 * A coordinator node's HTTP API. Uploads belong to the node that has the coordinator: it looks at
 * them when it has, and forgets what was on its way to the node before.
 */
public final class HttpApi implements AutoCloseable {

  private static final Duration KEEP_ALIVE = Duration.ofSeconds(10);
  private static final Duration GOODBYE = Duration.ofSeconds(2);

  /** At the tokens file. */
  private static final Duration LOOK = Duration.ofSeconds(1);

  /** In the configuration. */
  private static final String QUIET = "yamabiko.http.quiet-timeout";

  /**
   * Made when the coordinator is here.
   *
   * @param ends of what the routes use
   */
  private record Own(Route route, List<Runnable> ends) {}

  private final ActorSystem<CoordinatorCommand> coordinator;
  private final CoordinatorSettings settings;
  private final Optional<HttpTls> tls;
  private final PassedOn passedOn;
  private final Materializer materializer;
  private final Entrance entrance;
  private final ExecutionContextExecutor blocking;
  private ServerBinding binding;
  private CompletableFuture<Own> own;
  private volatile DataDirectory directory;
  private Optional<Cancellable> looks = Optional.empty();

  private HttpApi(ActorSystem<CoordinatorCommand> coordinator, CoordinatorSettings settings) {
    this.coordinator = coordinator;
    this.settings = settings;
    tls = settings.tls().map(HttpTls::new);
    passedOn = new PassedOn(coordinator, tls);
    materializer = Materializer.createMaterializer(coordinator);
    blocking = coordinator.dispatchers().lookup(DispatcherSelector.blocking());
    entrance = Entrance.of(settings, materializer);
  }

  /**
   * @throws UnusableAddressException if the port cannot be used
   */
  public static HttpApi bind(
      ActorSystem<CoordinatorCommand> coordinator,
      CoordinatorSettings settings,
      Supplier<Seat> seat,
      NodeMetrics metrics) {
    HttpApi api = new HttpApi(coordinator, settings);
    Routes routes =
        new Routes(
            seat,
            api::fault,
            api.passedOn,
            api::own,
            new MetricsRoutes(metrics, api.entrance.gate()),
            api.entrance);
    try {
      ServerBuilder server =
          Http.get(coordinator)
              .newServerAt(settings.httpHost(), settings.httpPort())
              .withSettings(limited(ServerSettings.create(Adapter.toClassic(coordinator))))
              .logTo(new ConnectionLog(Adapter.toClassic(coordinator).log()));
      api.binding =
          api.tls
              .map(tls -> server.enableHttps(tls.server()))
              .orElse(server)
              .bindFlow(
                  QuietConnections.ended(
                      coordinator.settings().config().getDuration(QUIET),
                      HeardOut.of(api.materializer, routes.all())
                          .flow(Adapter.toClassic(coordinator))))
              .toCompletableFuture()
              .join();
      settings.access().tokens().ifPresent(api::watch);
      return api;
    } catch (CompletionException e) {
      throw new UnusableAddressException(settings.httpHost(), settings.httpPort(), "HTTP", e);
    }
  }

  private static ServerSettings limited(ServerSettings configured) {
    return configured.withMaxConnections(
        ConnectionLimit.ofThisProcess(configured.getMaxConnections()));
  }

  /** So that a token that is put back has been missed, also where nobody asks meanwhile. */
  private void watch(Tokens tokens) {
    looks =
        Optional.of(
            coordinator.scheduler().scheduleWithFixedDelay(LOOK, LOOK, tokens::look, blocking));
  }

  /** The routes of the node that has the coordinator; others wait in the first request for them. */
  private Route own() {
    return Directives.onSuccess(made(), Own::route);
  }

  /** Not on the request's thread: as many uploads as there are, and jobs, are looked at. */
  private synchronized CompletionStage<Own> made() {
    if (own == null || own.isCompletedExceptionally()) {
      own = CompletableFuture.supplyAsync(this::make, blocking);
    }
    return own;
  }

  private Own make() {
    try {
      UploadStore uploads =
          UploadStore.open(
              settings.uploads(),
              settings.uploadBytes(),
              () -> UnfinishedJobs.texts(settings.data()),
              Clock.systemUTC());
      OnnxDownload.removeLeft(settings.data().resolve("jobs"));
      JobFiles files = new JobFiles(uploads, settings.dataRoots());
      JobSubmission submission = new JobSubmission(files, System::nanoTime);
      RootContent content = new RootContent(files, System::nanoTime);
      Queries queries = new Queries(coordinator);
      SeriesRoutes series = new SeriesRoutes(queries);
      PredictionRoutes predictions = new PredictionRoutes(queries, materializer);
      ModelRoutes models = new ModelRoutes(queries, uploads.directory());
      JobRoutes jobs =
          new JobRoutes(
              entrance.gate(),
              queries,
              RequestBody.ofJob(materializer),
              submission,
              new JobEventStream(coordinator, KEEP_ALIVE, blocking),
              blocking);
      Route route =
          Directives.concat(
              jobs.route(),
              new UploadRoutes(uploads, settings.dataRoots(), content, materializer).route(),
              new ClusterRoutes(queries).workers(),
              Directives.pathPrefix(
                  "jobs",
                  () ->
                      Directives.concat(
                          series.route(),
                          predictions.route(),
                          models.route(),
                          new JobHistoryRoutes(queries, blocking).route(),
                          new DescriptionRoutes(queries, blocking, uploads.directory()).route())));
      directory = DataDirectory.of(settings.data(), settings.uploads());
      return new Own(
          route,
          List.of(
              submission::close, content::close, series::close, predictions::close, models::close));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Why nothing can be changed, if that is so. */
  public Optional<String> fault() {
    DataDirectory used = directory;
    return used == null ? Optional.empty() : used.fault();
  }

  /** By which other nodes, and users, reach it. */
  public String url() {
    String scheme = tls.isPresent() ? "https" : "http";
    return scheme + "://" + settings.apiHost() + ":" + binding.localAddress().getPort();
  }

  /** The coordinator is where it was not before. */
  public void moved(Seat now) {
    passedOn.moved(now);
  }

  public InetSocketAddress address() {
    return binding.localAddress();
  }

  /** Lets requests that are under way come to their end for a moment. */
  @Override
  public void close() {
    synchronized (this) {
      if (own != null) {
        own.thenAccept(made -> made.ends().forEach(Runnable::run));
      }
    }
    looks.ifPresent(Cancellable::cancel);
    // Nothing is left to end where the actor system has ended by itself.
    binding.terminate(GOODBYE).exceptionally(gone -> null).toCompletableFuture().join();
  }
}
