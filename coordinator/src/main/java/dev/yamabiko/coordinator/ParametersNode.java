package dev.yamabiko.coordinator;

import akka.actor.typed.ActorRef;
import dev.yamabiko.protocol.NodeMessage;

/**
 * A node that owns slices, as the coordinator has accepted it.
 *
 * @param node of this start
 * @param bulkHost where its bulk plane listens
 */
record ParametersNode(String name, ActorRef<NodeMessage> node, String bulkHost, int bulkPort) {}
