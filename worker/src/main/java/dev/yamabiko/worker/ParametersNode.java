package dev.yamabiko.worker;

import dev.yamabiko.wire.BulkServer;
import dev.yamabiko.wire.BulkSettings;
import dev.yamabiko.wire.UnusableAddressException;
import java.util.Optional;

/** The process of a node that owns parameter slices; see {@link MemberNode}. */
public final class ParametersNode {

  private static final String ROLE = "parameters";

  private final MemberNode node;
  private final BulkServer bulk;

  private ParametersNode(NodeSettings settings, BulkServer bulk) {
    this.bulk = bulk;
    node =
        new MemberNode(
            settings,
            ROLE,
            MemberNode.beginHello(settings),
            (hello, ended) ->
                WorkerAgent.create(
                    hello.worker(), context -> new ParametersDuty(context, hello, bulk), ended));
  }

  /**
   * Listens for workers, and joins nobody yet.
   *
   * @param bulkPort of weights and gradients; 0 for any
   * @throws UnusableAddressException if it cannot be had
   */
  public static ParametersNode open(NodeSettings settings, int bulkPort) {
    return new ParametersNode(
        settings,
        BulkServer.bind(settings.host(), bulkPort, BulkSettings.DEFAULT.with(settings.tls())));
  }

  /**
   * Blocks until the node has left.
   *
   * @return why the coordinator refused it; empty if it left in good order
   * @throws UnusableAddressException if its port is taken
   */
  public Optional<String> run() {
    try {
      return node.run();
    } finally {
      bulk.close();
    }
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
