package dev.yamabiko.protocol;

import akka.actor.typed.ActorRef;
import java.util.List;

/** What the coordinator, and owners of slices, tell the node of a worker or of parameters. */
public sealed interface NodeMessage {

  /**
   * The worker is known and will be asked when there is work.
   *
   * @param term of this start of the coordinator; a node that meets a higher one begins anew
   */
  record WorkerAccepted(long term, String worker) implements NodeMessage {}

  /** The worker cannot take part; the reason is for people. Its layout never changes. */
  record WorkerRefused(String reason) implements NodeMessage {}

  /**
   * Get ready for a run: open the bulk connection, then let the worker join.
   *
   * @param key of the run; a higher lineage of the same run and term keeps the connection
   * @param slices how many parameter slices the run has
   * @param bulkHost where the coordinator's bulk plane listens
   * @param token admits the connection
   * @param replyTo the training run
   */
  record EnlistWorker(
      RunKey key,
      RunDefinition definition,
      int slices,
      String bulkHost,
      int bulkPort,
      String token,
      ActorRef<RunMessage> replyTo)
      implements NodeMessage {}

  /** The run has ended for this worker; close its connection. */
  record DismissWorker(RunKey key) implements NodeMessage {}

  /**
   * To a worker's node: the owner of these slices of the run takes its contributions, and sends its
   * weights, over a connection of their own. Sent again until the connection is there.
   *
   * @param key of the lineage that the owner belongs to
   * @param token admits the connection
   */
  record ConnectSlices(
      RunKey key, int fromSlice, int toSlice, String bulkHost, int bulkPort, String token)
      implements NodeMessage {}

  /**
   * To a parameters node: own these slices, with the weights and the optimizer's state that the
   * coordinator's bulk plane gives. Answered by {@link OwnerEvent.SlicesTaken}.
   *
   * @param key of the lineage; a higher one of the same run and term takes its place
   * @param examples of the training data
   * @param inputShape of one example
   * @param bulkHost where the coordinator's bulk plane listens
   * @param token admits the connection
   * @param replyTo who stands for the owner on the coordinator's node
   */
  record OwnSlices(
      RunKey key,
      RunDefinition definition,
      SliceRange slices,
      long step,
      int rollbacks,
      int examples,
      List<Integer> inputShape,
      String bulkHost,
      int bulkPort,
      String token,
      ActorRef<RunMessage> run,
      ActorRef<OwnerEvent> replyTo)
      implements NodeMessage {
    public OwnSlices {
      inputShape = List.copyOf(inputShape);
    }
  }

  /** To a parameters node: the lineage has ended. */
  record DropSlices(RunKey key) implements NodeMessage {}
}
