package dev.yamabiko.worker;

import akka.actor.Address;
import akka.actor.CoordinatedShutdown;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.yamabiko.protocol.Build;
import dev.yamabiko.protocol.Fingerprint;
import dev.yamabiko.protocol.WorkerHello;
import dev.yamabiko.tensor.KernelFingerprint;
import dev.yamabiko.wire.ControlTls;
import dev.yamabiko.wire.MessageTable;
import dev.yamabiko.wire.Pulse;
import dev.yamabiko.wire.UnusableAddressException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process of a worker, or of parameters: an actor system that joins the coordinator's cluster,
 * and a new one whenever it has lost all coordinators, until it is told to leave or refused for
 * good. It does not wait for the resolver's decision: with a new actor system it is a new member,
 * and joins at once, through any coordinator node that it was told of or has met.
 */
final class MemberNode {

  private static final Logger LOG = LoggerFactory.getLogger(MemberNode.class);
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(500);

  private static final Duration LOOK = Duration.ofSeconds(1);

  /** Longer than joining takes, also where a lost answer has it begin again. */
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private static final Duration MOST_PATIENCE = Duration.ofMinutes(10);

  /** Longer than a node takes that nobody says goodbye to. */
  private static final Duration LONGEST_END = Duration.ofSeconds(10);

  /** Makes an agent that tells its end. */
  interface Agents {
    Behavior<WorkerAgent.Command> make(WorkerHello hello, Consumer<WorkerAgent.End> ended);
  }

  private final NodeSettings settings;
  private final String role;
  private final Supplier<WorkerHello> hello;
  private final Agents agents;
  private final Set<Address> met = new LinkedHashSet<>();
  private final Admission admission = new Admission(System::nanoTime);
  private final Duration leastPatience;
  private ActorSystem<WorkerGuardian.Command> system;

  /** Doubles with each actor system that was not let in. */
  private volatile Duration patience;

  private volatile boolean joined;

  private boolean begun;
  private boolean leaving;

  /**
   * @param role what it is for
   * @param hello what it says of itself to the coordinator, from any thread; may take a while
   */
  MemberNode(NodeSettings settings, String role, Supplier<WorkerHello> hello, Agents agents) {
    this(settings, role, hello, agents, PATIENCE);
  }

  /**
   * @param patience how long it asks to be let in at first, until it begins anew
   */
  MemberNode(
      NodeSettings settings,
      String role,
      Supplier<WorkerHello> hello,
      Agents agents,
      Duration patience) {
    leastPatience = patience;
    this.patience = patience;
    this.settings = settings;
    this.role = role;
    this.hello = hello;
    this.agents = agents;
  }

  /** Begins at once to find out what this node says of itself, and returns where to get it. */
  static Supplier<WorkerHello> beginHello(NodeSettings settings) {
    KernelFingerprint.begin();
    return () -> hello(settings);
  }

  static WorkerHello hello(NodeSettings settings) {
    return new WorkerHello(
        MessageTable.PROTOCOL_VERSION,
        MessageTable.lines(),
        WorkerHello.fingerprint(Fingerprint.ofThisJvm(), Build.ofThisJvm()),
        settings.worker(),
        settings.host(),
        settings.threads(),
        Runtime.getRuntime().maxMemory());
  }

  /**
   * Blocks until the node has left.
   *
   * @return why the coordinator refused this worker; empty if it left in good order
   * @throws UnusableAddressException if its port is taken at the start; later it tries again
   */
  Optional<String> run() {
    while (true) {
      CompletableFuture<WorkerAgent.End> end = new CompletableFuture<>();
      if (!start(end)) {
        return Optional.empty();
      }
      requireHello();
      WorkerAgent.End why = end.join();
      stop(why);
      if (why instanceof WorkerAgent.End.Refused refused) {
        LOG.warn("refused worker={} by the coordinator: {}", settings.worker(), refused.why());
        return Optional.of(refused.why());
      } else if (why instanceof WorkerAgent.End.Restart restart && !isLeaving()) {
        if (admission.isNews(restart.why())) {
          LOG.info("joining again cause={}", restart.why());
        }
        pause();
      } else {
        return Optional.empty();
      }
    }
  }

  /** While the node joins: one that has nothing to say of itself ends. */
  private void requireHello() {
    try {
      hello.get();
    } catch (RuntimeException | Error e) {
      stop(new WorkerAgent.End.Left());
      throw e;
    }
  }

  /** Ends {@link #run} in good order; for another thread. */
  synchronized void leave() {
    leaving = true;
    if (system != null) {
      system.tell(new WorkerGuardian.Leave());
    }
  }

  /** Why it had better be started anew; empty if it had not. For another thread. */
  Optional<String> ill() {
    ActorSystem<?> now = current();
    return now == null ? Optional.empty() : Pulse.fault(now);
  }

  /** Why no work can reach it at the moment; empty if it can. For another thread. */
  Optional<String> unready() {
    ActorSystem<?> now = current();
    if (isLeaving()) {
      return Optional.of("it leaves");
    } else if (now == null || !WorkerGuardian.isAnyInReach(now, Optional.empty())) {
      return Optional.of("no coordinator can be reached");
    }
    MemberStatus status = Cluster.get(now).selfMember().status();
    return status == MemberStatus.up() || status == MemberStatus.weaklyUp()
        ? Optional.empty()
        : Optional.of("it has not joined yet");
  }

  /** Whether it was ever let in. For another thread. */
  boolean hasJoined() {
    return joined;
  }

  private synchronized ActorSystem<?> current() {
    return system;
  }

  private synchronized boolean isLeaving() {
    return leaving;
  }

  private synchronized boolean start(CompletableFuture<WorkerAgent.End> end) {
    if (leaving) {
      return false;
    }
    try {
      system =
          ActorSystem.apply(
              WorkerGuardian.create(this::agent, end::complete),
              "yamabiko",
              ControlTls.setup(config(), settings.tls()),
              DispatcherSelector.defaultDispatcher());
    } catch (RuntimeException e) {
      UnusableAddressException unusable =
          new UnusableAddressException(settings.host(), settings.port(), "control messages", e);
      if (!begun) {
        throw unusable;
      }
      // What holds the port may be the system of before, which did not end in time.
      end.complete(new WorkerAgent.End.Restart(unusable.getMessage(), Optional.empty()));
      return true;
    }
    begun = true;
    system
        .getWhenTerminated()
        .thenRun(
            () ->
                end.complete(
                    new WorkerAgent.End.Restart("the node was removed", Optional.empty())));
    ActorSystem<?> now = system;
    Seeds.join(system, settings.coordinators(), met);
    system
        .scheduler()
        .scheduleWithFixedDelay(
            LOOK,
            LOOK,
            () -> look(now),
            system.dispatchers().lookup(DispatcherSelector.blocking()));
    system
        .scheduler()
        .scheduleWithFixedDelay(
            patience,
            patience,
            () -> giveUpIfAlone(now, end),
            system.dispatchers().lookup(DispatcherSelector.blocking()));
    return true;
  }

  /** The first one may have to wait for what it is to say, while the node joins. */
  private Behavior<WorkerAgent.Command> agent(Consumer<WorkerAgent.End> ended) {
    return Behaviors.setup(context -> agents.make(hello.get(), ended));
  }

  /** Before it is let in, a node is as good as removed. */
  private static boolean isAlone(ActorSystem<?> node) {
    return Cluster.get(node).selfMember().status() == MemberStatus.removed();
  }

  /**
   * A coordinator that has taken this node in, and put it out as one that cannot be reached before
   * its answer was heard here, pays it no heed any more, and does not say so. A new actor system is
   * another node to it. Something else may be the matter, so each try is longer than the last.
   */
  private void giveUpIfAlone(ActorSystem<?> node, CompletableFuture<WorkerAgent.End> end) {
    // Looking at ports takes seconds, in which it may have been let in.
    if (isAlone(node) && Unjoined.mayListen(settings.coordinators()) && isAlone(node)) {
      String why = "not let in within %d s".formatted(patience.toSeconds());
      if (end.complete(new WorkerAgent.End.Restart(why, Optional.empty()))) {
        Duration longer = patience.multipliedBy(2);
        patience = longer.compareTo(MOST_PATIENCE) < 0 ? longer : MOST_PATIENCE;
      }
    }
  }

  /** What an actor system says that did not end in time counts no more. */
  private void look(ActorSystem<?> node) {
    if (node != current()) {
      return;
    }
    boolean alone = isAlone(node);
    if (!alone) {
      joined = true;
      patience = leastPatience;
    }
    say(admission.next(alone));
  }

  private void say(Admission.Line line) {
    switch (line) {
      case WAITS ->
          LOG.info(
              "waiting for the coordinator at {}{} ...",
              String.join(" or ", settings.coordinators().stream().map(Object::toString).toList()),
              // To somebody without a certificate it says nothing, not even why.
              settings.tls().isEmpty() ? " in plain text, which one with --tls refuses" : "");
      case REASONS ->
          LOG.warn(
              "not joined yet, trying on worker={} {}",
              settings.worker(),
              Unjoined.reasons(settings.coordinators()));
      case NONE -> {
        // It is in, or all has been said.
      }
    }
  }

  /** The coordinator nodes of the cluster that is left; those of older ones are forgotten. */
  private void remember(ActorSystem<?> ended) {
    Set<Address> now = new LinkedHashSet<>();
    for (Member member : Cluster.get(ended).state().getMembers()) {
      if (member.hasRole(WorkerAgent.COORDINATOR)) {
        now.add(member.address());
      }
    }
    if (!now.isEmpty()) {
      met.clear();
      met.addAll(now);
    }
  }

  private void stop(WorkerAgent.End why) {
    ActorSystem<WorkerGuardian.Command> ended;
    synchronized (this) {
      ended = system;
      system = null;
      if (ended == null) {
        return; // it never began
      }
      remember(ended);
      if (!isAlone(ended)) {
        joined = true;
      }
    }
    if (why instanceof WorkerAgent.End.Left) {
      // Leaves the cluster in good order.
      CoordinatedShutdown.get(ended).runAll(CoordinatedShutdown.actorSystemTerminateReason());
    } else {
      ended.terminate();
    }
    try {
      ended
          .getWhenTerminated()
          .toCompletableFuture()
          .orTimeout(LONGEST_END.toMillis(), TimeUnit.MILLISECONDS)
          .join();
    } catch (CompletionException e) {
      // Of lost connections some never end; nothing of the old system is needed any more.
      LOG.warn("the node did not end within {} s, going on without", LONGEST_END.toSeconds());
    }
  }

  /**
   * Many workers lose a coordinator at once, and need not come back in the same moment. Who is
   * interrupted meanwhile does not come back.
   */
  private void pause() {
    long least = SHORTEST_PAUSE.toMillis();
    try {
      Thread.sleep(least + ThreadLocalRandom.current().nextLong(least));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      leave();
    }
  }

  private Config config() {
    return ConfigFactory.parseMap(
            Map.of(
                "akka.remote.artery.canonical.hostname", settings.host(),
                "akka.remote.artery.canonical.port", settings.port(),
                "akka.cluster.roles", List.of(role),
                // A coordinator that starts again is asked as soon as it is there.
                "akka.cluster.seed-node-timeout", "1s",
                // A cluster that has lost its coordinator is nothing to say goodbye to.
                "akka.coordinated-shutdown.run-by-actor-system-terminate", "off"))
        .withFallback(ConfigFactory.load("cluster-node"));
  }
}
