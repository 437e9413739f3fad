package dev.yamabiko.worker;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import dev.yamabiko.protocol.CoordinatorMessage;
import dev.yamabiko.protocol.NodeMessage;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.WorkerHello;
import dev.yamabiko.slices.SliceOwner;
import dev.yamabiko.wire.BulkServer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Owns slices of any number of runs, in the newest lineage of each that it was asked for. */
final class ParametersDuty implements Duty {

  private record Owned(RunKey key, ActorRef<SliceOwner.Command> owner) {}

  private final ActorContext<WorkerAgent.Command> context;
  private final WorkerHello hello;
  private final BulkServer bulk;

  /** By run. */
  private final Map<String, Owned> owned = new HashMap<>();

  private int owners;

  /**
   * @param bulk outlives this
   */
  ParametersDuty(ActorContext<WorkerAgent.Command> context, WorkerHello hello, BulkServer bulk) {
    this.context = context;
    this.hello = hello;
    this.bulk = bulk;
  }

  @Override
  public CoordinatorMessage offer(ActorRef<NodeMessage> node) {
    return new CoordinatorMessage.RegisterParameters(hello, hello.host(), bulk.port(), node);
  }

  @Override
  public CoordinatorMessage farewell(ActorRef<NodeMessage> node) {
    return new CoordinatorMessage.ParametersLeaving(hello.worker(), node);
  }

  @Override
  public void take(NodeMessage message) {
    if (message instanceof NodeMessage.OwnSlices own) {
      own(own);
    } else if (message instanceof NodeMessage.DropSlices drop) {
      Owned last = owned.get(drop.key().run());
      if (last != null && !drop.key().isOlderThan(last.key())) {
        drop(drop.key().run());
      }
    } else {
      throw new IllegalStateException("a parameters node is not told " + message.getClass());
    }
  }

  private void own(NodeMessage.OwnSlices own) {
    String run = own.key().run();
    Owned last = owned.get(run);
    if (last != null && !last.key().isOlderThan(own.key())) {
      return;
    }
    drop(run);
    ActorRef<SliceOwner.Command> owner =
        context.spawn(
            SliceOwner.create(own, hello.worker(), bulk, hello.host(), hello.threads()),
            "owner-" + owners++);
    owned.put(run, new Owned(own.key(), owner));
  }

  private void drop(String run) {
    Optional.ofNullable(owned.remove(run)).ifPresent(last -> context.stop(last.owner()));
  }

  @Override
  public void end() {
    owned.values().forEach(last -> context.stop(last.owner()));
    owned.clear();
  }
}
