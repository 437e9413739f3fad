package dev.yamabiko.worker;

import akka.actor.typed.ActorRef;
import dev.yamabiko.protocol.CoordinatorMessage;
import dev.yamabiko.protocol.NodeMessage;

/** What a node does for its coordinator. Belongs to the node's agent. */
interface Duty {

  /** How it offers itself. */
  CoordinatorMessage offer(ActorRef<NodeMessage> node);

  /** How it leaves in good order. */
  CoordinatorMessage farewell(ActorRef<NodeMessage> node);

  /** Takes what concerns a run of the coordinator's term. */
  void take(NodeMessage message);

  /** The coordinator is lost, or left: all that was done for it ends. */
  void end();
}
