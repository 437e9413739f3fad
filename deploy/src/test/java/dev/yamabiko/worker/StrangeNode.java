package dev.yamabiko.worker;

import dev.yamabiko.protocol.WorkerHello;
import java.util.function.UnaryOperator;

/** A worker's node that introduces itself as another than it is. */
public final class StrangeNode {

  private StrangeNode() {}

  public static WorkerNode of(NodeSettings settings, UnaryOperator<WorkerHello> hello) {
    return new WorkerNode(settings, hello.apply(WorkerNode.hello(settings)));
  }
}
