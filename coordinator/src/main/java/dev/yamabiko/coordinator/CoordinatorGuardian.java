package dev.yamabiko.coordinator;

import akka.actor.Address;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.eventstream.EventStream;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.actor.typed.receptionist.Receptionist;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.ClusterSingleton;
import akka.cluster.typed.ClusterSingletonSettings;
import akka.cluster.typed.Down;
import akka.cluster.typed.Join;
import akka.cluster.typed.JoinSeedNodes;
import akka.cluster.typed.SingletonActor;
import akka.coordination.lease.LeaseUsageSettings;
import dev.yamabiko.coordinator.shared.FileLease;
import dev.yamabiko.coordinator.shared.Presence;
import dev.yamabiko.protocol.CoordinatorMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import scala.concurrent.duration.FiniteDuration;

/**
 * The guardian of a coordinator's node. Brings the node into the cluster and keeps the coordinator
 * as the cluster's singleton: on one of the coordinator nodes at a time, held by a lease. Commands
 * of users reach the coordinator if it is on this node.
 *
 * <p>When a node's process has died, the others say so to the cluster at once; when one only cannot
 * be reached, the resolver decides. A node whose coordinator ends, because it has lost its lease or
 * was fenced, ends with it: whoever keeps the process running starts it again, to stand by. So does
 * a node that has formed a cluster of its own while another one has the coordinator: it would hear
 * of nothing there.
 */
final class CoordinatorGuardian extends AbstractBehavior<CoordinatorGuardian.Command> {

  sealed interface Command {}

  private record FromUser(CoordinatorCommand command) implements Command {}

  private record Look() implements Command {}

  private record CoordinatorsFound(Set<ActorRef<CoordinatorMessage>> found) implements Command {}

  private record TermBegan(ActorRef<CoordinatorCommand> coordinator) implements Command {}

  private record TermFailed(String why) implements Command {}

  private record TermEnded() implements Command {}

  private record LeaseLost(FileLease.Loss loss) implements Command {}

  /** Makes what a coordinator works with, and begins a term by that. */
  interface Terms {
    Behavior<CoordinatorCommand> begin() throws IOException;
  }

  /** Hears where the coordinator is, and why there will never be one here, or no more. */
  interface Listener {
    void seat(Seat seat);

    void failed(String why);
  }

  static final String ROLE = "coordinator";

  private static final Duration INTERVAL = Duration.ofMillis(500);
  private static final FiniteDuration LEASE_RETRY = FiniteDuration.create(1, TimeUnit.SECONDS);

  /** The lease keeps the old one's time, so the singleton need not: as short as can be given. */
  private static final Duration REMOVAL_MARGIN = Duration.ofMillis(1);

  private static final int MOST_EARLY = 1_000;

  private final Presence presence;
  private final JoinPlan plan;
  private final Listener listener;
  private final Cluster cluster;
  private final long began = System.nanoTime();
  private final List<CoordinatorCommand> early = new ArrayList<>();
  private ActorRef<CoordinatorCommand> coordinator;
  private Set<ActorRef<CoordinatorMessage>> found = Set.of();
  private List<Presence.Node> others = List.of();
  private List<Address> joining = List.of();
  private Seat seat = new Seat.Vacant();
  private long together = began;
  private boolean blind;
  private Optional<String> loss = Optional.empty();

  /**
   * @param presence the node enters the cluster once it is announced
   */
  static Behavior<CoordinatorCommand> create(Presence presence, Terms terms, Listener listener) {
    return create(presence, JoinPlan.DEFAULT, terms, listener);
  }

  static Behavior<CoordinatorCommand> create(
      Presence presence, JoinPlan plan, Terms terms, Listener listener) {
    return Behaviors.transformMessages(
        CoordinatorCommand.class,
        Behaviors.<Command>setup(
            context ->
                Behaviors.withTimers(
                    timers ->
                        new CoordinatorGuardian(context, timers, presence, plan, terms, listener))),
        wrap -> wrap.match(CoordinatorCommand.class, FromUser::new));
  }

  private CoordinatorGuardian(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      Presence presence,
      JoinPlan plan,
      Terms terms,
      Listener listener) {
    super(context);
    // Akka takes what wraps the messages for its class, and only warnings of others are shown.
    context.setLoggerName(CoordinatorGuardian.class);
    this.presence = presence;
    this.plan = plan;
    this.listener = listener;
    cluster = Cluster.get(context.getSystem());
    timers.startTimerWithFixedDelay(new Look(), Duration.ZERO, INTERVAL);
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
    context
        .getSystem()
        .eventStream()
        .tell(
            new EventStream.Subscribe<>(
                FileLease.Loss.class,
                context.messageAdapter(FileLease.Loss.class, LeaseLost::new)));
    ClusterSingleton.get(context.getSystem())
        .init(
            SingletonActor.of(term(terms, context.getSelf()::tell), "coordinator")
                .withProps(DispatcherSelector.blocking()) // it waits for the disk
                .withSettings(
                    ClusterSingletonSettings.create(context.getSystem())
                        .withRole(ROLE)
                        .withRemovalMargin(REMOVAL_MARGIN)
                        .withLeaseSettings(new LeaseUsageSettings(FileLease.CONFIG, LEASE_RETRY))));
  }

  /** The singleton: the coordinator of one term. */
  private static Behavior<CoordinatorCommand> term(Terms terms, Consumer<Command> guardian) {
    return Behaviors.setup(
        context -> {
          try {
            Behavior<CoordinatorCommand> coordinator = terms.begin();
            guardian.accept(new TermBegan(context.getSelf()));
            return coordinator;
          } catch (IOException e) {
            guardian.accept(new TermFailed(WriteFailure.reason(e)));
          } catch (UncheckedIOException e) {
            guardian.accept(new TermFailed(WriteFailure.reason(e.getCause())));
          } catch (RuntimeException | Error e) {
            // Whatever it was, the node must not keep the lease without a coordinator.
            context.getLog().error("a term cannot begin", e);
            guardian.accept(new TermFailed(e.toString()));
          }
          return Behaviors.stopped();
        });
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(FromUser.class, this::onFromUser)
        .onMessage(Look.class, look -> onLook())
        .onMessage(CoordinatorsFound.class, this::onCoordinatorsFound)
        .onMessage(TermBegan.class, this::onTermBegan)
        .onMessage(TermFailed.class, this::onTermFailed)
        .onMessage(TermEnded.class, ended -> onTermEnded())
        .onMessage(LeaseLost.class, this::onLeaseLost)
        .build();
  }

  /** What comes before the coordinator waits for it; the API asks no node where it is not. */
  private Behavior<Command> onFromUser(FromUser from) {
    if (coordinator != null) {
      coordinator.tell(from.command());
    } else if (early.size() < MOST_EARLY) {
      early.add(from.command());
    }
    return this;
  }

  private Behavior<Command> onLook() {
    if (!presence.isAnnounced()) {
      return this;
    }
    try {
      Presence.Roll roll = presence.roll();
      blind = false;
      others = roll.others();
      roll.gone().forEach(this::onGone);
      if (cluster.selfMember().status() == MemberStatus.removed()) {
        enter(roll);
      }
      sit();
      if (isApart(roll)) {
        getContext()
            .getLog()
            .error("the coordinator is in another cluster; this node ends, to join that one");
        return Behaviors.stopped();
      }
    } catch (IOException e) {
      if (!blind) {
        getContext().getLog().warn("cannot look for other coordinators cause={}", e.toString());
      }
      blind = true;
    }
    return this;
  }

  private void enter(Presence.Roll roll) {
    JoinPlan.Step step = plan.next(roll, Duration.ofNanos(System.nanoTime() - began));
    if (step == JoinPlan.Step.FORM) {
      cluster.manager().tell(new Join(cluster.selfMember().address()));
    } else if (step == JoinPlan.Step.JOIN) {
      List<Address> addresses =
          roll.others().stream().map(node -> address(node.control())).toList();
      if (!addresses.equals(joining)) {
        joining = addresses;
        cluster.manager().tell(new JoinSeedNodes(addresses));
      }
    }
  }

  /** Whether this node's cluster has been another one than the coordinator's for long. */
  private boolean isApart(Presence.Roll roll) {
    boolean up = cluster.selfMember().status() == MemberStatus.up();
    if (!up || coordinator != null || roll.leader().flatMap(this::memberAt).isPresent()) {
      together = System.nanoTime();
    }
    return roll.leader().isPresent()
        && plan.isTooLong(Duration.ofNanos(System.nanoTime() - together));
  }

  private Optional<Member> memberAt(Presence.Node node) {
    Address address = address(node.control());
    for (Member member : cluster.state().getMembers()) {
      if (member.address().equals(address) && member.uniqueAddress().longUid() == node.uid()) {
        return Optional.of(member);
      }
    }
    return Optional.empty();
  }

  /** Its process has ended: the cluster need not find that out. */
  private void onGone(Presence.Node node) {
    memberAt(node)
        .filter(member -> member.status() != MemberStatus.down())
        .ifPresent(
            member -> {
              getContext().getLog().info("the coordinator node {} has died", node.control());
              cluster.manager().tell(new Down(member.address()));
            });
  }

  private Address address(String control) {
    int colon = control.lastIndexOf(':');
    return new Address(
        "akka",
        getContext().getSystem().name(),
        control.substring(0, colon),
        Integer.parseInt(control.substring(colon + 1)));
  }

  private Behavior<Command> onCoordinatorsFound(CoordinatorsFound listing) {
    found = listing.found();
    sit();
    return this;
  }

  private Behavior<Command> onTermBegan(TermBegan begun) {
    coordinator = begun.coordinator();
    getContext().watchWith(coordinator, new TermEnded());
    early.forEach(coordinator::tell);
    early.clear();
    sit();
    return this;
  }

  private Behavior<Command> onTermFailed(TermFailed failed) {
    getContext().getLog().error("the coordinator cannot begin: {}", failed.why());
    listener.failed(failed.why());
    return Behaviors.stopped();
  }

  private Behavior<Command> onLeaseLost(LeaseLost lost) {
    if (lost.loss().lease().contains("singleton")) {
      loss = Optional.of("the lease was lost: " + lost.loss().why());
    }
    return this;
  }

  private Behavior<Command> onTermEnded() {
    if (cluster.selfMember().status() != MemberStatus.up()) {
      return this; // the node is leaving
    }
    getContext().getLog().error("the coordinator has ended, and this node with it");
    loss.ifPresent(listener::failed);
    return Behaviors.stopped();
  }

  private void sit() {
    Seat now = coordinator != null ? new Seat.Here() : elsewhere();
    if (!now.equals(seat)) {
      seat = now;
      if (now instanceof Seat.There there) {
        getContext().getLog().info("stands by for the coordinator at {}", there.url());
        early.clear();
      }
      listener.seat(now);
    }
  }

  private Seat elsewhere() {
    for (ActorRef<CoordinatorMessage> ref : found) {
      for (Presence.Node node : others) {
        if (ref.path().address().equals(address(node.control()))) {
          return new Seat.There(node.http());
        }
      }
    }
    return new Seat.Vacant();
  }
}
