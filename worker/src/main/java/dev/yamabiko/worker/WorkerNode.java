package dev.yamabiko.worker;

import dev.yamabiko.protocol.WorkerHello;
import dev.yamabiko.wire.BulkSettings;
import dev.yamabiko.wire.UnusableAddressException;
import java.util.Optional;
import java.util.function.Supplier;

/** A worker's process; see {@link MemberNode}. */
public final class WorkerNode {

  private static final String ROLE = "worker";

  private final MemberNode node;

  public WorkerNode(NodeSettings settings) {
    this(
        settings,
        MemberNode.beginHello(settings),
        new RemoteData(settings.cache(), settings.cacheBytes()));
  }

  /** A node that introduces itself as something else, for tests. */
  WorkerNode(NodeSettings settings, WorkerHello hello) {
    this(settings, hello, new RemoteData(settings.cache(), settings.cacheBytes()));
  }

  /** One with data of its own, too. */
  WorkerNode(NodeSettings settings, WorkerHello hello, RemoteData data) {
    this(settings, () -> hello, data);
  }

  private WorkerNode(NodeSettings settings, Supplier<WorkerHello> hello, RemoteData data) {
    long activationBytes = Runtime.getRuntime().maxMemory() / 2;
    BulkSettings bulk = BulkSettings.DEFAULT.with(settings.tls());
    node =
        new MemberNode(
            settings,
            ROLE,
            hello,
            (own, ended) -> WorkerAgent.create(own, data, activationBytes, bulk, ended));
  }

  static WorkerHello hello(NodeSettings settings) {
    return MemberNode.hello(settings);
  }

  /**
   * Blocks until the node has left.
   *
   * @return why the coordinator refused this worker; empty if it left in good order
   * @throws UnusableAddressException if its port is taken
   */
  public Optional<String> run() {
    return node.run();
  }

  /** Ends {@link #run} in good order; for another thread. */
  public void leave() {
    node.leave();
  }

  /** Why the process had better be started anew; empty if it had not. For another thread. */
  public Optional<String> ill() {
    return node.ill();
  }

  /** Why no work can reach it at the moment; empty if it can. For another thread. */
  public Optional<String> unready() {
    return node.unready();
  }

  /** Whether it was ever let in. For another thread. */
  public boolean hasJoined() {
    return node.hasJoined();
  }
}
