package dev.yamabiko.cli;

import dev.yamabiko.cli.settings.Port;
import dev.yamabiko.coordinator.CoordinatorNode;
import dev.yamabiko.coordinator.CoordinatorSettings;
import dev.yamabiko.coordinator.Seat;
import dev.yamabiko.worker.NodeSettings;
import dev.yamabiko.worker.ParametersNode;
import dev.yamabiko.worker.WorkerNode;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** The nodes of a real cluster. */
final class ClusterNodes {

  private ClusterNodes() {}

  /** Before it makes anything, it looks whether it can have its ports. */
  static CoordinatorStartCommand.Node coordinator(CoordinatorSettings settings) throws IOException {
    Port.requireFree(settings.host(), settings.port(), "control messages");
    Port.requireFree(settings.httpHost(), settings.httpPort(), "HTTP");
    Port.requireFree(settings.host(), settings.bulkPort(), "weights and gradients");
    CoordinatorNode node = CoordinatorNode.start(settings);
    return new CoordinatorStartCommand.Node() {
      @Override
      public int port() {
        return node.port();
      }

      @Override
      public InetSocketAddress httpAddress() {
        return node.httpAddress();
      }

      @Override
      public CompletableFuture<String> ended() {
        return node.ended();
      }

      @Override
      public void close() {
        node.close();
      }

      @Override
      public Optional<String> ill() {
        return node.ill();
      }

      @Override
      public Optional<String> unready() {
        return node.unready();
      }

      @Override
      public Optional<String> standsBy() {
        return node.seat() instanceof Seat.There there
            ? Optional.of(there.url())
            : Optional.empty();
      }
    };
  }

  static WorkerStartCommand.Node worker(NodeSettings settings) {
    WorkerNode node = new WorkerNode(settings);
    return member(node::run, node::leave, node::ill, node::unready, node::hasJoined);
  }

  static WorkerStartCommand.Node parameters(NodeSettings settings, int bulkPort) {
    ParametersNode node = ParametersNode.open(settings, bulkPort);
    return member(node::run, node::leave, node::ill, node::unready, node::hasJoined);
  }

  private static WorkerStartCommand.Node member(
      Supplier<Optional<String>> run,
      Runnable leave,
      Supplier<Optional<String>> ill,
      Supplier<Optional<String>> unready,
      BooleanSupplier hasJoined) {
    return new WorkerStartCommand.Node() {
      @Override
      public Optional<String> run() {
        return run.get();
      }

      @Override
      public void leave() {
        leave.run();
      }

      @Override
      public Optional<String> ill() {
        return ill.get();
      }

      @Override
      public Optional<String> unready() {
        return unready.get();
      }

      @Override
      public boolean hasJoined() {
        return hasJoined.getAsBoolean();
      }
    };
  }
}
