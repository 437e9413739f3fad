package dev.yamabiko.worker;

import akka.actor.Address;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.cluster.ClusterEvent;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import dev.yamabiko.wire.Contact;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The guardian of a worker's node. When its agent has lost the coordinator, but other nodes of the
 * cluster can have one, the node stays in the cluster and a new agent waits for the next
 * coordinator: members that come and go would only put off the decision on the one that is lost.
 * With no such node left, the actor system ends, and the worker's node begins anew.
 */
final class WorkerGuardian extends AbstractBehavior<WorkerGuardian.Command> {

  sealed interface Command {}

  /** The worker's node ends in good order. */
  record Leave() implements Command {}

  private record AgentEnded(WorkerAgent.End why) implements Command {}

  private record AgentGone(ActorRef<WorkerAgent.Command> agent) implements Command {}

  private record Again() implements Command {}

  private record Look() implements Command {}

  private static final Duration PAUSE = Duration.ofMillis(500);
  private static final Duration LOOK = Duration.ofSeconds(1);

  /** The members that can be seen may change one by one. */
  private static final int MOST_LOOKS = 3;

  /** What a member is that is not about to go. */
  private static final Set<MemberStatus> STAYING =
      Set.of(MemberStatus.joining(), MemberStatus.weaklyUp(), MemberStatus.up());

  private final Function<Consumer<WorkerAgent.End>, Behavior<WorkerAgent.Command>> agents;
  private final Consumer<WorkerAgent.End> ended;
  private final TimerScheduler<Command> timers;
  private Optional<ActorRef<WorkerAgent.Command>> agent = Optional.empty();
  private int alone;

  /** Told to; the agent that was to say so may have ended before it heard of it. */
  private boolean leaving;

  /**
   * @param agents makes one that tells its end
   * @param ended hears once why the node ends
   */
  static Behavior<Command> create(
      Function<Consumer<WorkerAgent.End>, Behavior<WorkerAgent.Command>> agents,
      Consumer<WorkerAgent.End> ended) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(timers -> new WorkerGuardian(context, timers, agents, ended)));
  }

  private WorkerGuardian(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      Function<Consumer<WorkerAgent.End>, Behavior<WorkerAgent.Command>> agents,
      Consumer<WorkerAgent.End> ended) {
    super(context);
    context.setLoggerName(WorkerGuardian.class);
    this.agents = agents;
    this.ended = ended;
    this.timers = timers;
    timers.startTimerWithFixedDelay(new Look(), LOOK);
    begin();
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Leave.class, leave -> onLeave())
        .onMessage(AgentEnded.class, this::onAgentEnded)
        .onMessage(AgentGone.class, this::onAgentGone)
        .onMessage(Again.class, again -> begin())
        .onMessage(Look.class, look -> onLook())
        .build();
  }

  private Behavior<Command> begin() {
    ActorRef<Command> self = getContext().getSelf();
    ActorRef<WorkerAgent.Command> next =
        getContext().spawnAnonymous(agents.apply(why -> self.tell(new AgentEnded(why))));
    getContext().watchWith(next, new AgentGone(next));
    agent = Optional.of(next);
    return this;
  }

  private Behavior<Command> onLeave() {
    leaving = true;
    if (agent.isPresent()) {
      agent.get().tell(new WorkerAgent.Leave());
      return this;
    }
    return end(new WorkerAgent.End.Left());
  }

  private Behavior<Command> onAgentEnded(AgentEnded end) {
    agent = Optional.empty();
    if (leaving) {
      return end(new WorkerAgent.End.Left());
    }
    if (end.why() instanceof WorkerAgent.End.Restart restart
        && isAnyInReach(getContext().getSystem(), restart.lost())) {
      getContext().getLog().info("waiting for the next coordinator cause={}", restart.why());
      timers.startSingleTimer(new Again(), PAUSE);
      return this;
    }
    return end(end.why());
  }

  private Behavior<Command> onAgentGone(AgentGone gone) {
    boolean early = agent.filter(gone.agent()::equals).isPresent();
    return early ? restart("the worker's agent ended without a word") : this;
  }

  /** The coordinators that this node knew may all have gone, with the cluster. */
  private Behavior<Command> onLook() {
    boolean joined =
        Cluster.get(getContext().getSystem()).selfMember().status() != MemberStatus.removed();
    alone = joined && !isAnyInReach(getContext().getSystem(), Optional.empty()) ? alone + 1 : 0;
    return alone < MOST_LOOKS ? this : restart("no coordinator can be reached");
  }

  /** Whether there is a node that has the coordinator, or may have it next. */
  static boolean isAnyInReach(ActorSystem<?> system, Optional<Address> except) {
    ClusterEvent.CurrentClusterState state = Cluster.get(system).state();
    for (Member member : state.getMembers()) {
      if (member.hasRole(WorkerAgent.COORDINATOR)
          && STAYING.contains(member.status())
          && !Contact.isLost(system, member.address())
          && except.filter(member.address()::equals).isEmpty()) {
        return true;
      }
    }
    return false;
  }

  private Behavior<Command> restart(String why) {
    return end(new WorkerAgent.End.Restart(why, Optional.empty()));
  }

  /**
   * A guardian that stops takes its system with it, without a goodbye: right where there is nobody
   * to say it to. Else the node ends the system, which leaves the cluster first.
   */
  private Behavior<Command> end(WorkerAgent.End why) {
    ended.accept(why);
    return why instanceof WorkerAgent.End.Restart ? Behaviors.stopped() : Behaviors.ignore();
  }
}
