package dev.yamabiko.coordinator;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.DispatcherSelector;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.yamabiko.coordinator.http.HttpApi;
import dev.yamabiko.data.blocks.PreparedDatasets;
import dev.yamabiko.tensor.KernelFingerprint;
import dev.yamabiko.wire.BulkServer;
import dev.yamabiko.wire.BulkSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A coordinator's process: its data directory, the actor system that forms the cluster, the bulk
 * plane and the HTTP API. Ends what it has started in the opposite order.
 */
public final class CoordinatorNode implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(CoordinatorNode.class);

  /** Reading data and preparing runs; idle threads end. */
  private static final int MOST_BLOCKING_THREADS = 8;

  private final JobStore store;
  private final ExecutorService blocking;
  private final BulkServer bulk;
  private final ActorSystem<CoordinatorCommand> system;
  private HttpApi http;

  private CoordinatorNode(
      JobStore store,
      ExecutorService blocking,
      BulkServer bulk,
      ActorSystem<CoordinatorCommand> system) {
    this.store = store;
    this.blocking = blocking;
    this.bulk = bulk;
    this.system = system;
  }

  /**
   * @throws IOException if the data directory is in use or cannot be written, or a port is taken
   */
  public static CoordinatorNode start(CoordinatorSettings settings) throws IOException {
    JobStore store = JobStore.open(settings.data());
    ExecutorService blocking = Executors.newFixedThreadPool(MOST_BLOCKING_THREADS);
    BulkServer bulk = null;
    try {
      List<StoredJob> stored = store.readAll();
      PreparedDatasets datasets =
          new PreparedDatasets(settings.datasets(), settings.datasetBytes());
      bulk = BulkServer.bind(settings.host(), settings.bulkPort(), BulkSettings.DEFAULT);
      WorkerAdmission admission =
          new WorkerAdmission(KernelFingerprint.ofThisJvm(), settings.allowOtherFingerprints());
      Coordinator.Resources resources =
          new Coordinator.Resources(
              store, bulk, settings.host(), datasets, admission, blocking, Clock.systemUTC());
      ActorSystem<CoordinatorCommand> system = system(settings, resources, stored);
      CoordinatorNode node = new CoordinatorNode(store, blocking, bulk, system);
      try {
        node.http = HttpApi.bind(system, settings, node::isReady);
      } catch (IOException e) {
        node.close();
        throw e;
      }
      LOG.info(
          "coordinator term={} control={} bulk={}:{} http={}",
          store.term(),
          Cluster.get(system).selfMember().address(),
          settings.host(),
          bulk.port(),
          node.http.address());
      return node;
    } catch (IOException | RuntimeException e) {
      if (bulk != null) {
        bulk.close();
      }
      blocking.shutdownNow();
      store.close();
      throw e;
    }
  }

  private static ActorSystem<CoordinatorCommand> system(
      CoordinatorSettings settings, Coordinator.Resources resources, List<StoredJob> stored)
      throws IOException {
    Config own =
        ConfigFactory.parseMap(
            Map.of(
                "akka.remote.artery.canonical.hostname", settings.host(),
                "akka.remote.artery.canonical.port", settings.port(),
                "akka.cluster.roles", List.of("coordinator")));
    try {
      ActorSystem<CoordinatorCommand> system =
          ActorSystem.create(
              Coordinator.create(resources, stored),
              "yamabiko",
              own.withFallback(ConfigFactory.load("coordinator-node")),
              DispatcherSelector.defaultDispatcher());
      Cluster cluster = Cluster.get(system);
      cluster.manager().tell(new Join(cluster.selfMember().address()));
      return system;
    } catch (RuntimeException e) {
      throw new IOException(
          "%s:%d cannot be used for control messages: %s"
              .formatted(settings.host(), settings.port(), deepest(e).getMessage()),
          e);
    }
  }

  private static Throwable deepest(Throwable e) {
    return e.getCause() == null ? e : deepest(e.getCause());
  }

  /** Workers can join and jobs be submitted. */
  public boolean isReady() {
    return Cluster.get(system).selfMember().status() == MemberStatus.up();
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

  /** Completes when the node has ended by itself. */
  public CompletableFuture<Void> ended() {
    return system.getWhenTerminated().toCompletableFuture().thenApply(done -> null);
  }

  @Override
  public void close() {
    if (http != null) {
      http.close();
    }
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().join();
    bulk.close();
    blocking.shutdownNow();
    try {
      store.close();
    } catch (IOException e) {
      LOG.warn("the data directory's lock cannot be given back cause={}", e.toString());
    }
  }
}
