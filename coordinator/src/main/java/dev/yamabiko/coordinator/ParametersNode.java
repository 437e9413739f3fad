package dev.yamabiko.coordinator;

import akka.actor.typed.ActorRef;
import dev.yamabiko.protocol.NodeMessage;
import dev.yamabiko.protocol.WorkerHello;
import java.time.Instant;

/**
 * A node that owns slices, as the coordinator has accepted it.
 *
 * @param node of this start
 * @param bulkHost where its bulk plane listens
 */
record ParametersNode(
    WorkerHello hello,
    ActorRef<NodeMessage> node,
    String bulkHost,
    int bulkPort,
    Instant registered) {

  String name() {
    return hello.worker();
  }

  ParametersView view() {
    return new ParametersView(hello, registered);
  }
}
