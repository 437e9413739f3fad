package dev.yamabiko.protocol;

import akka.actor.typed.ActorRef;

/** What the coordinator tells a worker's node. */
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
}
