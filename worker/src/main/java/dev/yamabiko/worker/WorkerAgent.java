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
import dev.yamabiko.protocol.CoordinatorMessage;
import dev.yamabiko.protocol.NodeMessage;
import dev.yamabiko.protocol.WorkerHello;
import dev.yamabiko.wire.BulkSettings;
import dev.yamabiko.wire.Contact;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a node, of a worker or of parameters, has to do with one coordinator. Finds it through the
 * receptionist, offers itself until that is answered, and does its {@link Duty}.
 *
 * <p>Whatever tells that the coordinator is gone (its actor ended, its node cannot be reached or
 * has another term, nobody listens for its bulk connections any more) ends the agent and what it
 * does; the node's guardian begins with new ones. All state of a run comes back with what the
 * coordinator asks next.
 */
final class WorkerAgent extends AbstractBehavior<WorkerAgent.Command> {

  sealed interface Command {}

  /** The worker's node ends in good order. */
  record Leave() implements Command {}

  private record FromCoordinator(NodeMessage message) implements Command {}

  private record CoordinatorsFound(Set<ActorRef<CoordinatorMessage>> found) implements Command {}

  /** Whatever tells so. */
  record CoordinatorLost(String why) implements Command {}

  private record Look() implements Command {}

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

  /** What the cluster calls nodes that may have the coordinator. */
  static final String COORDINATOR = "coordinator";

  private static final Logger LOG = LoggerFactory.getLogger(WorkerAgent.class);
  private static final Duration OFFER_INTERVAL = Duration.ofSeconds(1);
  private static final Duration LOOK = Duration.ofMillis(250);

  /** Makes what the node is for; in the agent's actor. */
  interface Duties {
    Duty begin(ActorContext<Command> context);
  }

  private final String name;
  private final Duty duty;
  private final Consumer<End> ended;
  private final TimerScheduler<Command> timers;
  private final ActorRef<NodeMessage> self;
  private Optional<ActorRef<CoordinatorMessage>> coordinator = Optional.empty();
  private long term = -1;

  /** Of a worker's node. */
  static Behavior<Command> create(
      WorkerHello hello,
      RemoteData data,
      long activationBytes,
      BulkSettings bulk,
      Consumer<End> ended) {
    return create(
        hello.worker(),
        context -> new WorkerDuty(context, hello, data, activationBytes, bulk),
        ended);
  }

  /**
   * @param name of the node
   */
  static Behavior<Command> create(String name, Duties duties, Consumer<End> ended) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(timers -> new WorkerAgent(context, timers, name, duties, ended)));
  }

  private WorkerAgent(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      String name,
      Duties duties,
      Consumer<End> ended) {
    super(context);
    this.name = name;
    this.ended = ended;
    this.timers = timers;
    duty = duties.begin(context);
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
    timers.startTimerWithFixedDelay(new Look(), LOOK);
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(FromCoordinator.class, this::onFromCoordinator)
        .onMessage(CoordinatorsFound.class, this::onCoordinatorsFound)
        .onMessage(OfferAgain.class, again -> onOfferAgain())
        .onMessage(Look.class, look -> onLook())
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
  private Behavior<Command> onLook() {
    return place().filter(node -> Contact.isLost(getContext().getSystem(), node)).isPresent()
        ? restart("the coordinator's node cannot be reached")
        : this;
  }

  /** Of the coordinator; a path without a place is of this node. */
  private Optional<Address> place() {
    return coordinator.map(ref -> ref.path().address());
  }

  private Behavior<Command> onOfferAgain() {
    if (term < 0) {
      coordinator.ifPresent(to -> to.tell(duty.offer(self)));
    }
    return this;
  }

  private Behavior<Command> onFromCoordinator(FromCoordinator command) {
    NodeMessage message = command.message();
    if (message instanceof NodeMessage.WorkerAccepted accepted) {
      return onAccepted(accepted);
    } else if (message instanceof NodeMessage.WorkerRefused refused) {
      return end(new End.Refused(refused.reason()));
    }
    long asked = termOf(message);
    if (asked > term) {
      return restart("the coordinator began term " + asked);
    } else if (asked == term) {
      duty.take(message);
    }
    return this;
  }

  private static long termOf(NodeMessage message) {
    if (message instanceof NodeMessage.EnlistWorker enlist) {
      return enlist.key().term();
    } else if (message instanceof NodeMessage.DismissWorker dismiss) {
      return dismiss.key().term();
    } else if (message instanceof NodeMessage.ConnectSlices connect) {
      return connect.key().term();
    } else if (message instanceof NodeMessage.OwnSlices own) {
      return own.key().term();
    } else if (message instanceof NodeMessage.DropSlices drop) {
      return drop.key().term();
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
      LOG.info(
          "joined worker={} coordinator={} term={}",
          name,
          place().map(Contact::place).orElse(""),
          term);
    }
    return this;
  }

  private Behavior<Command> onLeave() {
    coordinator.ifPresent(to -> to.tell(duty.farewell(self)));
    return end(new End.Left());
  }

  private Behavior<Command> restart(String why) {
    return end(new End.Restart(why, place()));
  }

  /** One that leaves, or is refused, stays until its system ends. */
  private Behavior<Command> end(End why) {
    duty.end();
    ended.accept(why);
    return why instanceof End.Restart ? Behaviors.stopped() : Behaviors.ignore();
  }
}
