package dev.yamabiko.protocol;

import akka.actor.typed.ActorRef;
import akka.actor.typed.receptionist.ServiceKey;

/** What worker and parameters nodes tell the coordinator. */
public sealed interface CoordinatorMessage {

  /** Under which workers find the coordinator in the cluster. */
  ServiceKey<CoordinatorMessage> SERVICE =
      ServiceKey.create(CoordinatorMessage.class, "coordinator");

  /**
   * A worker offers itself; answered by {@link NodeMessage.WorkerAccepted} or {@link
   * NodeMessage.WorkerRefused}. Sent again until an answer comes. Its layout never changes.
   *
   * @param worker takes the messages of runs
   * @param node takes the answer, and what concerns the node's connections
   */
  record RegisterWorker(
      WorkerHello hello, ActorRef<WorkerMessage> worker, ActorRef<NodeMessage> node)
      implements CoordinatorMessage {}

  /**
   * The worker ends in good order and takes no further run.
   *
   * @param node of this start of the worker: a later one of the same name stays
   */
  record WorkerLeaving(String worker, ActorRef<NodeMessage> node) implements CoordinatorMessage {}

  /**
   * A node offers to own parameter slices; answered like {@link RegisterWorker}, and sent again
   * until an answer comes.
   *
   * @param bulkHost where its bulk plane listens
   * @param node takes the answer, and the slices
   */
  record RegisterParameters(
      WorkerHello hello, String bulkHost, int bulkPort, ActorRef<NodeMessage> node)
      implements CoordinatorMessage {}

  /** The same node ends in good order and owns nothing any more. */
  record ParametersLeaving(String name, ActorRef<NodeMessage> node) implements CoordinatorMessage {}
}
