package dev.yamabiko.worker;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import dev.yamabiko.protocol.CoordinatorMessage;
import dev.yamabiko.protocol.NodeMessage;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.SliceMessage;
import dev.yamabiko.protocol.WorkerHello;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.wire.ArrivingWeights;
import dev.yamabiko.wire.BulkClient;
import dev.yamabiko.wire.BulkSettings;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Computes in one run at a time: opens the run's bulk connection before the worker joins, and those
 * to owners of slices as they say where they are.
 */
final class WorkerDuty implements Duty {

  /** A run's connections; that to the coordinator outlives the run's lineages. */
  private static final class Enlistment {
    final RunKey run;
    final String token;
    final ArrivingWeights arriving;
    final RunConnections connections;

    /** Which takes contributions to all slices. */
    final ActorRef<SliceMessage> slices;

    /** With its lineage. */
    RunKey key;

    Enlistment(
        NodeMessage.EnlistWorker enlist,
        ArrivingWeights arriving,
        RunConnections connections,
        ActorRef<SliceMessage> slices) {
      run = enlist.key();
      key = run;
      token = enlist.token();
      this.arriving = arriving;
      this.connections = connections;
      this.slices = slices;
    }

    boolean isFor(NodeMessage.EnlistWorker enlist) {
      return run.isOfSameTerm(enlist.key()) && token.equals(enlist.token());
    }
  }

  private final ActorContext<WorkerAgent.Command> context;
  private final WorkerHello hello;
  private final RemoteData data;
  private final BulkSettings bulk;
  private final ActorRef<WorkerMessage> worker;
  private final PastEnlistments past = new PastEnlistments();
  private Optional<Enlistment> enlistment = Optional.empty();
  private int enlistments;

  WorkerDuty(
      ActorContext<WorkerAgent.Command> context,
      WorkerHello hello,
      RemoteData data,
      long activationBytes,
      BulkSettings bulk) {
    this.context = context;
    this.hello = hello;
    this.data = data;
    this.bulk = bulk;
    worker =
        context.spawn(
            Worker.create(
                hello.worker(),
                data,
                Processor.ofThreads(hello.worker(), hello.threads(), activationBytes)),
            "worker");
    context.watchWith(worker, new WorkerAgent.CoordinatorLost("the worker's actor ended"));
  }

  @Override
  public CoordinatorMessage offer(ActorRef<NodeMessage> node) {
    return new CoordinatorMessage.RegisterWorker(hello, worker, node);
  }

  @Override
  public CoordinatorMessage farewell(ActorRef<NodeMessage> node) {
    return new CoordinatorMessage.WorkerLeaving(hello.worker(), node);
  }

  @Override
  public void take(NodeMessage message) {
    if (message instanceof NodeMessage.EnlistWorker enlist) {
      enlist(enlist);
    } else if (message instanceof NodeMessage.DismissWorker dismiss) {
      enlistment.filter(e -> e.run.isOfSameTerm(dismiss.key())).ifPresent(e -> end());
    } else if (message instanceof NodeMessage.ConnectSlices connect) {
      enlistment.filter(e -> e.key.equals(connect.key())).ifPresent(e -> connect(e, connect));
    } else {
      throw new IllegalStateException("a worker is not told " + message.getClass());
    }
  }

  private void enlist(NodeMessage.EnlistWorker enlist) {
    if (past.contains(enlist.token())) {
      context.getLog().debug("late call run={}", enlist.key());
      return;
    }
    if (enlistment.filter(e -> e.isFor(enlist)).isEmpty()) {
      end();
      enlistment = Optional.of(begin(enlist));
    }
    Enlistment now = enlistment.get();
    if (now.key.isOlderThan(enlist.key())) {
      now.key = enlist.key();
      now.connections.dropOwners();
    }
    List<ActorRef<SliceMessage>> all = Collections.nCopies(enlist.slices(), now.slices);
    worker.tell(
        new WorkerMessage.JoinRun(enlist.key(), enlist.definition(), all, enlist.replyTo()));
  }

  private Enlistment begin(NodeMessage.EnlistWorker enlist) {
    ArrivingWeights arriving = new ArrivingWeights();
    BulkClient connection =
        BulkClient.open(
            enlist.bulkHost(),
            enlist.bulkPort(),
            enlist.token(),
            enlist.key(),
            hello.worker(),
            new Incoming(worker, whenDeserted()),
            bulk,
            arriving);
    RunConnections connections = new RunConnections(connection);
    // One for all lineages: each contribution says which it belongs to.
    ActorRef<SliceMessage> slices =
        context.spawn(RemoteSlices.create(connections::send), "slices-" + enlistments++);
    data.connect(connection);
    return new Enlistment(enlist, arriving, connections, slices);
  }

  private void connect(Enlistment to, NodeMessage.ConnectSlices owner) {
    if (to.connections.isOwner(owner.token())) {
      return;
    }
    // What becomes of an owner is the run's to notice.
    BulkClient connection =
        BulkClient.open(
            owner.bulkHost(),
            owner.bulkPort(),
            owner.token(),
            owner.key(),
            hello.worker(),
            new Incoming(worker, cause -> {}),
            bulk,
            to.arriving);
    to.connections.addOwner(owner.fromSlice(), owner.toSlice(), owner.token(), connection);
  }

  /** A killed coordinator is known so before the failure detector has missed it. */
  private Consumer<String> whenDeserted() {
    ActorRef<WorkerAgent.Command> agent = context.getSelf();
    return cause ->
        agent.tell(
            new WorkerAgent.CoordinatorLost("the coordinator's process has ended: " + cause));
  }

  @Override
  public void end() {
    enlistment.ifPresent(
        e -> {
          // What fails because its connections are closed is no failure of the worker.
          worker.tell(new WorkerMessage.LeaveRun(e.key));
          e.connections.close();
          context.stop(e.slices);
          past.add(e.token);
        });
    enlistment = Optional.empty();
  }
}
