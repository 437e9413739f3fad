package dev.yamabiko.simulation;

import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.Behaviors;
import dev.yamabiko.protocol.NodeMessage;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.WorkerMessage;

/** Stands on the coordinator's node for a worker on another one, as the cluster's actor does. */
final class SimulatedRemote {

  private SimulatedRemote() {}

  static Behavior<WorkerMessage> create(
      CoordinatorProcess coordinator,
      WorkerProcess process,
      RunKey key,
      String token,
      BulkPath path,
      RemoteEnd end) {
    return Behaviors.receive(WorkerMessage.class)
        .onMessage(
            WorkerMessage.InstallWeights.class,
            weights -> {
              coordinator.acts();
              path.send(weights);
              return Behaviors.same();
            })
        .onMessage(
            WorkerMessage.JoinRun.class,
            join -> {
              end.joined(join);
              coordinator.tell(
                  process,
                  new NodeMessage.EnlistWorker(
                      join.key(),
                      join.definition(),
                      join.slices().size(),
                      "memory",
                      0,
                      token,
                      join.replyTo()));
              return Behaviors.same();
            })
        .onMessage(WorkerMessage.LeaveRun.class, leave -> Behaviors.stopped())
        .onAnyMessage(
            message -> {
              coordinator.tell(process, message);
              return Behaviors.same();
            })
        .onSignal(
            PostStop.class,
            stop -> {
              if (coordinator.isAlive()) {
                coordinator.tell(process, new WorkerMessage.LeaveRun(end.key()));
                coordinator.tell(process, new NodeMessage.DismissWorker(end.key()));
                path.close();
              }
              return Behaviors.same();
            })
        .build();
  }
}
