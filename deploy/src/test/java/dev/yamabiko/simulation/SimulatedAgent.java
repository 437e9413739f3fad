package dev.yamabiko.simulation;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import dev.yamabiko.protocol.NodeMessage;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.SliceMessage;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.wire.BulkClient;
import dev.yamabiko.worker.PastEnlistments;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Stands for the worker's node: opens and closes the bulk connection of a run, as it is told. */
final class SimulatedAgent extends AbstractBehavior<SimulatedAgent.Command> {

  sealed interface Command {}

  record FromCoordinator(CoordinatorProcess coordinator, NodeMessage message) implements Command {}

  /** The process has ended. */
  record Stop() implements Command {}

  private record Enlistment(
      RunKey key, String token, BulkPath path, ActorRef<SliceMessage> slices) {}

  private final WorkerProcess process;
  private final ActorRef<WorkerMessage> worker;
  private Optional<Enlistment> enlistment = Optional.empty();
  private final PastEnlistments past = new PastEnlistments();

  static Behavior<Command> create(WorkerProcess process) {
    return Behaviors.setup(context -> new SimulatedAgent(context, process));
  }

  private SimulatedAgent(ActorContext<Command> context, WorkerProcess process) {
    super(context);
    this.process = process;
    worker = context.spawn(process.workerBehavior(), "worker");
    process.started(worker);
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(FromCoordinator.class, this::onFromCoordinator)
        .onMessage(Stop.class, stop -> Behaviors.stopped())
        .build();
  }

  private Behavior<Command> onFromCoordinator(FromCoordinator from) {
    if (from.message() instanceof NodeMessage.EnlistWorker enlist) {
      onEnlist(from.coordinator(), enlist);
    } else if (from.message() instanceof NodeMessage.DismissWorker dismiss) {
      enlistment.filter(e -> e.key().isOfSameTerm(dismiss.key())).ifPresent(e -> disconnect());
    }
    return this;
  }

  private void onEnlist(CoordinatorProcess coordinator, NodeMessage.EnlistWorker enlist) {
    if (enlist.key().term() != process.term() || past.contains(enlist.token())) {
      return;
    }
    boolean known =
        enlistment
            .filter(e -> e.key().isOfSameTerm(enlist.key()) && e.token().equals(enlist.token()))
            .isPresent();
    if (!known) {
      disconnect();
      BulkPath path = coordinator.path(enlist.token());
      path.open(new Incoming());
      ActorRef<SliceMessage> slices =
          getContext()
              .spawnAnonymous(
                  Behaviors.<SliceMessage>receive(
                      (context, message) -> {
                        path.send((SliceMessage.Contribute) message);
                        return Behaviors.same();
                      }));
      enlistment = Optional.of(new Enlistment(enlist.key(), enlist.token(), path, slices));
    }
    process.joins(enlist.key());
    List<ActorRef<SliceMessage>> all =
        Collections.nCopies(enlist.slices(), enlistment.get().slices());
    worker.tell(
        new WorkerMessage.JoinRun(
            enlist.key(), enlist.definition(), all, process.here(coordinator, enlist.replyTo())));
  }

  private void disconnect() {
    enlistment.ifPresent(
        e -> {
          e.path().close();
          getContext().stop(e.slices());
          past.add(e.token());
        });
    enlistment = Optional.empty();
  }

  private final class Incoming implements BulkClient.Receiver {

    @Override
    public void installed(WorkerMessage.InstallWeights weights) {
      worker.tell(weights);
    }

    @Override
    public void connected() {}

    @Override
    public void disconnected(String cause) {}

    @Override
    public void deserted(String cause) {}

    @Override
    public void refused(String reason) {}
  }
}
