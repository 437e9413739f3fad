package dev.yamabiko.worker;

import akka.actor.Address;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.actor.typed.receptionist.Receptionist;
import akka.cluster.ClusterEvent;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Subscribe;
import dev.yamabiko.protocol.CoordinatorMessage;
import dev.yamabiko.protocol.NodeMessage;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.SliceMessage;
import dev.yamabiko.protocol.WorkerHello;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.wire.BulkClient;
import dev.yamabiko.wire.BulkSettings;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What a worker's node has to do with one coordinator. Finds it through the receptionist, offers
 * the worker until that is answered, and for each run opens the bulk connection before the worker
 * joins.
 *
 * <p>Whatever tells that the coordinator is gone (its actor ended, its node cannot be reached or
 * has another term, nobody listens for its bulk connections any more) ends the agent and its
 * worker; the node's guardian begins with new ones. All state of a run comes back with the next
 * {@link NodeMessage.EnlistWorker}.
 */
final class WorkerAgent extends AbstractBehavior<WorkerAgent.Command> {

  sealed interface Command {}

  /** The worker's node ends in good order. */
  record Leave() implements Command {}

  private record FromCoordinator(NodeMessage message) implements Command {}

  private record CoordinatorsFound(Set<ActorRef<CoordinatorMessage>> found) implements Command {}

  private record CoordinatorLost(String why) implements Command {}

  private record NodeUnreachable(Address node) implements Command {}

  private record OfferAgain() implements Command {}

  /** Why an agent ended. */
  sealed interface End {
    /**
     * Look for a coordinator again.
     *
     * @param lost where the one was that is lost
     */
    record Restart(String why, Optional<Address> lost) implements End {}

    /** There is no use in joining again. */
    record Refused(String why) implements End {}

    record Left() implements End {}
  }

  /** A run's connection; it outlives the run's lineages. */
  private record Enlistment(
      RunKey key, String token, BulkClient connection, ActorRef<SliceMessage> slices) {
    boolean isFor(NodeMessage.EnlistWorker enlist) {
      return key.isOfSameTerm(enlist.key()) && token.equals(enlist.token());
    }
  }

  /** What the cluster calls nodes that may have the coordinator. */
  static final String COORDINATOR = "coordinator";

  private static final Duration OFFER_INTERVAL = Duration.ofSeconds(1);

  private final WorkerHello hello;
  private final RemoteData data;
  private final Consumer<End> ended;
  private final TimerScheduler<Command> timers;
  private final ActorRef<WorkerMessage> worker;
  private final ActorRef<NodeMessage> self;
  private Optional<ActorRef<CoordinatorMessage>> coordinator = Optional.empty();
  private long term = -1;
  private Optional<Enlistment> enlistment = Optional.empty();
  private final PastEnlistments past = new PastEnlistments();
  private int enlistments;

  static Behavior<Command> create(
      WorkerHello hello, RemoteData data, long activationBytes, Consumer<End> ended) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> new WorkerAgent(context, timers, hello, data, activationBytes, ended)));
  }

  private WorkerAgent(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      WorkerHello hello,
      RemoteData data,
      long activationBytes,
      Consumer<End> ended) {
    super(context);
    this.hello = hello;
    this.data = data;
    this.ended = ended;
    this.timers = timers;
    worker =
        context.spawn(
            Worker.create(
                hello.worker(),
                data,
                Processor.ofThreads(hello.worker(), hello.threads(), activationBytes)),
            "worker");
    context.watchWith(worker, new CoordinatorLost("the worker's actor ended"));
    self = context.messageAdapter(NodeMessage.class, FromCoordinator::new);
    context
        .getSystem()
        .receptionist()
        .tell(
            Receptionist.subscribe(
                CoordinatorMessage.SERVICE,
                context.messageAdapter(
                    Receptionist.Listing.class,
                    listing ->
                        new CoordinatorsFound(
                            listing.getServiceInstances(CoordinatorMessage.SERVICE)))));
    Cluster.get(context.getSystem())
        .subscriptions()
        .tell(
            Subscribe.create(
                context.messageAdapter(
                    ClusterEvent.UnreachableMember.class,
                    event -> new NodeUnreachable(event.member().address())),
                ClusterEvent.UnreachableMember.class));
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(FromCoordinator.class, this::onFromCoordinator)
        .onMessage(CoordinatorsFound.class, this::onCoordinatorsFound)
        .onMessage(OfferAgain.class, again -> onOfferAgain())
        .onMessage(NodeUnreachable.class, this::onNodeUnreachable)
        .onMessage(CoordinatorLost.class, lost -> restart(lost.why()))
        .onMessage(Leave.class, leave -> onLeave())
        .build();
  }

  private Behavior<Command> onCoordinatorsFound(CoordinatorsFound listing) {
    if (coordinator.isEmpty() && !listing.found().isEmpty()) {
      ActorRef<CoordinatorMessage> found = listing.found().iterator().next();
      coordinator = Optional.of(found);
      getContext().watchWith(found, new CoordinatorLost("the coordinator ended"));
      timers.startTimerWithFixedDelay(new OfferAgain(), Duration.ZERO, OFFER_INTERVAL);
    } else if (coordinator.isPresent() && listing.found().isEmpty()) {
      return restart("the coordinator left the cluster");
    }
    return this;
  }

  /** Any other may be lost. */
  private Behavior<Command> onNodeUnreachable(NodeUnreachable lost) {
    return place().filter(lost.node()::equals).isPresent()
        ? restart("the coordinator's node cannot be reached")
        : this;
  }

  /** Of the coordinator; a path without a place is of this node. */
  private Optional<Address> place() {
    return coordinator.map(ref -> ref.path().address());
  }

  private Behavior<Command> onOfferAgain() {
    if (term < 0) {
      coordinator.ifPresent(
          to -> to.tell(new CoordinatorMessage.RegisterWorker(hello, worker, self)));
    }
    return this;
  }

  private Behavior<Command> onFromCoordinator(FromCoordinator command) {
    NodeMessage message = command.message();
    if (message instanceof NodeMessage.WorkerAccepted accepted) {
      return onAccepted(accepted);
    } else if (message instanceof NodeMessage.WorkerRefused refused) {
      return end(new End.Refused(refused.reason()));
    } else if (message instanceof NodeMessage.EnlistWorker enlist) {
      return onEnlist(enlist);
    } else if (message instanceof NodeMessage.DismissWorker dismiss) {
      enlistment.filter(e -> e.key().isOfSameTerm(dismiss.key())).ifPresent(e -> disconnect());
      return this;
    }
    throw new IllegalStateException("no handler for " + message.getClass());
  }

  private Behavior<Command> onAccepted(NodeMessage.WorkerAccepted accepted) {
    if (term >= 0 && accepted.term() != term) {
      return restart("the coordinator began term " + accepted.term());
    }
    if (term < 0) {
      term = accepted.term();
      timers.cancel(new OfferAgain());
      getContext().getLog().info("accepted worker={} term={}", hello.worker(), term);
    }
    return this;
  }

  private Behavior<Command> onEnlist(NodeMessage.EnlistWorker enlist) {
    if (enlist.key().term() != term) {
      return enlist.key().term() > term
          ? restart("the coordinator began term " + enlist.key().term())
          : this;
    }
    if (past.contains(enlist.token())) {
      getContext().getLog().debug("late call run={}", enlist.key());
      return this;
    }
    if (enlistment.filter(e -> e.isFor(enlist)).isEmpty()) {
      disconnect();
      BulkClient connection =
          BulkClient.open(
              enlist.bulkHost(),
              enlist.bulkPort(),
              enlist.token(),
              enlist.key(),
              hello.worker(),
              new Incoming(worker, whenDeserted()),
              BulkSettings.DEFAULT);
      // One for all lineages: each contribution says which it belongs to.
      ActorRef<SliceMessage> slices =
          getContext().spawn(RemoteSlices.create(connection::send), "slices-" + enlistments++);
      enlistment = Optional.of(new Enlistment(enlist.key(), enlist.token(), connection, slices));
      data.connect(connection);
    }
    List<ActorRef<SliceMessage>> all =
        Collections.nCopies(enlist.slices(), enlistment.get().slices());
    worker.tell(
        new WorkerMessage.JoinRun(enlist.key(), enlist.definition(), all, enlist.replyTo()));
    return this;
  }

  /** A killed coordinator is known so before the failure detector has missed it. */
  private Consumer<String> whenDeserted() {
    ActorRef<Command> agent = getContext().getSelf();
    return cause ->
        agent.tell(new CoordinatorLost("the coordinator's process has ended: " + cause));
  }

  private void disconnect() {
    enlistment.ifPresent(
        e -> {
          e.connection().close();
          getContext().stop(e.slices());
          past.add(e.token());
        });
    enlistment = Optional.empty();
  }

  private Behavior<Command> onLeave() {
    coordinator.ifPresent(
        to -> to.tell(new CoordinatorMessage.WorkerLeaving(hello.worker(), self)));
    return end(new End.Left());
  }

  private Behavior<Command> restart(String why) {
    return end(new End.Restart(why, place()));
  }

  /** One that leaves, or is refused, stays until its system ends. */
  private Behavior<Command> end(End why) {
    disconnect();
    ended.accept(why);
    return why instanceof End.Restart ? Behaviors.stopped() : Behaviors.ignore();
  }
}
