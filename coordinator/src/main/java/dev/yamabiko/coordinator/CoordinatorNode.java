package dev.yamabiko.coordinator;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.cluster.Member;
import akka.cluster.typed.Cluster;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.yamabiko.coordinator.http.HttpApi;
import dev.yamabiko.coordinator.shared.FencedException;
import dev.yamabiko.coordinator.shared.FileLease;
import dev.yamabiko.coordinator.shared.Presence;
import dev.yamabiko.coordinator.shared.TermFence;
import dev.yamabiko.data.blocks.PreparedDatasets;
import dev.yamabiko.protocol.Fingerprint;
import dev.yamabiko.tensor.KernelFingerprint;
import dev.yamabiko.wire.BulkServer;
import dev.yamabiko.wire.BulkSettings;
import dev.yamabiko.wire.Contact;
import dev.yamabiko.wire.ControlTls;
import dev.yamabiko.wire.Pulse;
import dev.yamabiko.wire.UnusableAddressException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A coordinator's process: its place in the data directory, the actor system that forms or joins
 * the cluster, the bulk plane and the HTTP API. One of the nodes that share a data directory has
 * the coordinator; the others stand by and pass requests on. Ends what it has started in the
 * opposite order.
 */
public final class CoordinatorNode implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(CoordinatorNode.class);

  /** Of each kind of work; idle threads end. */
  private static final int MOST_BLOCKING_THREADS = 8;

  /** Workers notice the loss of a coordinator after some seconds, and start anew. */
  private static final Duration GRACE = Duration.ofSeconds(20);

  /** A full disk may have room by then. */
  private static final Duration AGAIN = Duration.ofSeconds(5);

  /** For the node to know where the coordinator is; it goes on looking after that. */
  private static final Duration SETTLING = Duration.ofSeconds(30);

  /** How long an end waits for files that are being written. */
  private static final Duration WRITING = Duration.ofSeconds(5);

  private final Presence presence;
  private final ExecutorService preparing = blocking();
  private final ExecutorService fetching = blocking();
  private final NodeMetrics metrics = new NodeMetrics();
  private final CompletableFuture<Void> settled = new CompletableFuture<>();
  private volatile Seat seat = new Seat.Vacant();
  private BulkServer bulk;
  private ActorSystem<CoordinatorCommand> system;
  private volatile HttpApi http;

  private volatile String failure = "its log says why";

  /** Of the last term that began here. */
  private volatile TermFence fence;

  private CoordinatorNode(Presence presence) {
    this.presence = presence;
  }

  /**
   * Returns when the coordinator is on this node or another one is known to have it.
   *
   * @throws IOException if the data directory cannot be used
   * @throws UnusableAddressException if a port is taken
   */
  public static CoordinatorNode start(CoordinatorSettings settings) throws IOException {
    CoordinatorNode node =
        new CoordinatorNode(Presence.enter(Files.createDirectories(settings.data())));
    try {
      node.open(settings);
      return node;
    } catch (IOException | RuntimeException e) {
      node.close();
      throw e;
    }
  }

  private void open(CoordinatorSettings settings) throws IOException {
    KernelFingerprint.begin();
    bulk =
        BulkServer.bind(
            settings.host(), settings.bulkPort(), BulkSettings.DEFAULT.with(settings.tls()));
    system = system(settings);
    http = HttpApi.bind(system, settings, this::seat, metrics);
    Member self = Cluster.get(system).selfMember();
    String url = http.url();
    presence.announce(Contact.place(self.address()), self.uniqueAddress().longUid(), url);
    LOG.info(
        "coordinator node={} control={} bulk={}:{} http={}",
        presence.id(),
        self.address(),
        settings.host(),
        bulk.port(),
        url);
    try {
      settled.get(SETTLING.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new IOException(e.getCause().getMessage(), e);
    } catch (TimeoutException e) {
      LOG.warn("no coordinator after {} s; still waiting for one", SETTLING.toSeconds());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while the coordinator began");
    }
  }

  private ActorSystem<CoordinatorCommand> system(CoordinatorSettings settings) {
    Config own =
        ConfigFactory.parseMap(
            Map.of(
                "akka.remote.artery.canonical.hostname",
                settings.host(),
                "akka.remote.artery.canonical.port",
                settings.port(),
                "akka.cluster.roles",
                List.of(CoordinatorGuardian.ROLE),
                FileLease.CONFIG + ".data",
                settings.data().toString(),
                FileLease.CONFIG + ".node",
                presence.id()));
    CoordinatorGuardian.Listener listener =
        new CoordinatorGuardian.Listener() {
          @Override
          public void seat(Seat now) {
            seat = now;
            http.moved(now);
            if (!(now instanceof Seat.Vacant)) {
              settled.complete(null);
            }
          }

          @Override
          public void failed(String why) {
            failure = why;
            settled.completeExceptionally(new IOException(why));
          }
        };
    try {
      return ActorSystem.apply(
          CoordinatorGuardian.create(presence, () -> begin(settings), listener),
          "yamabiko",
          ControlTls.setup(
              own.withFallback(ConfigFactory.load("coordinator-node")), settings.tls()),
          DispatcherSelector.blocking());
    } catch (RuntimeException e) {
      throw new UnusableAddressException(settings.host(), settings.port(), "control messages", e);
    }
  }

  /** A term of the coordinator on this node. */
  private Behavior<CoordinatorCommand> begin(CoordinatorSettings settings) throws IOException {
    JobStore store = JobStore.open(settings.data());
    List<StoredJob> stored = store.readAll();
    fence = store.fence();
    LOG.info("coordinator begins term={} node={}", store.term(), presence.id());
    return Coordinator.create(
        new Coordinator.Resources(
            store,
            bulk,
            settings.host(),
            new PreparedDatasets(settings.datasets(), settings.datasetBytes()),
            new WorkerAdmission(Fingerprint.ofThisJvm().text(), settings.allowOtherFingerprints()),
            metrics.cluster(),
            preparing,
            fetching,
            Clock.systemUTC(),
            GRACE,
            AGAIN),
        stored);
  }

  /** What still writes is waited for: where this node has ended, it changes no file any more. */
  private void endBlocking() {
    preparing.shutdownNow();
    fetching.shutdownNow();
    try {
      if (!preparing.awaitTermination(WRITING.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn("a job is still being prepared while this node ends");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static ExecutorService blocking() {
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            MOST_BLOCKING_THREADS,
            MOST_BLOCKING_THREADS,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>());
    threads.allowCoreThreadTimeOut(true);
    return threads;
  }

  /** Where the coordinator is. */
  public Seat seat() {
    return seat;
  }

  /** Why the process had better be started anew; empty if it had not. */
  public Optional<String> ill() {
    return Pulse.fault(system);
  }

  /** Why it can serve no request at the moment; empty if it can. */
  public Optional<String> unready() {
    return http.fault()
        .or(
            () ->
                seat instanceof Seat.Vacant
                    ? Optional.of("the coordinator is not ready yet")
                    : Optional.empty());
  }

  public InetSocketAddress httpAddress() {
    return http.address();
  }

  /** The port of control messages, which workers join. */
  public int port() {
    return Cluster.get(system).selfMember().address().getPort().get();
  }

  /** The port of weights, gradients and data. */
  public int bulkPort() {
    return bulk.port();
  }

  /** Takes what users ask, as the HTTP API does. */
  public ActorSystem<CoordinatorCommand> system() {
    return system;
  }

  /** Completes when the node has ended by itself, with why. */
  public CompletableFuture<String> ended() {
    return system.getWhenTerminated().toCompletableFuture().thenApplyAsync(done -> whyEnded());
  }

  private String whyEnded() {
    TermFence last = fence;
    if (last != null) {
      try {
        last.pass(() -> {});
      } catch (FencedException e) {
        return e.getMessage();
      } catch (IOException e) {
        return failure + "; its term cannot be read: " + e;
      }
    }
    return failure;
  }

  @Override
  public void close() {
    if (http != null) {
      http.close();
    }
    if (system != null) {
      system.terminate();
      system.getWhenTerminated().toCompletableFuture().join();
    }
    if (bulk != null) {
      bulk.close();
    }
    endBlocking();
    metrics.close();
    try {
      presence.close();
    } catch (IOException e) {
      LOG.warn("this node cannot be taken off the list of coordinators cause={}", e.toString());
    }
  }
}
