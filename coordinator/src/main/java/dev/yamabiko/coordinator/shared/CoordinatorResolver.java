package dev.yamabiko.coordinator.shared;

import akka.actor.AbstractActorWithTimers;
import akka.actor.ActorRef;
import akka.actor.ActorSystem;
import akka.actor.Address;
import akka.actor.Props;
import akka.cluster.Cluster;
import akka.cluster.ClusterEvent;
import akka.cluster.DowningProvider;
import akka.cluster.sbr.SplitBrainResolverProvider;
import java.time.Duration;
import scala.Option;
import scala.concurrent.duration.FiniteDuration;

/**
 * Akka's Split Brain Resolver, with one difference: what it decides, the first of the coordinator
 * nodes in reach decides, and not the first of all nodes, which may be a worker. Workers have no
 * resolver, because they cannot get at the lease.
 */
public final class CoordinatorResolver extends DowningProvider {

  private final SplitBrainResolverProvider resolver;
  private final Props props;

  /** For Akka, which makes it by reflection. */
  public CoordinatorResolver(ActorSystem system) {
    resolver = new SplitBrainResolverProvider(system);
    Props inner = resolver.downingActorProps().get();
    String role =
        system
            .settings()
            .config()
            .getString("akka.cluster.split-brain-resolver.lease-majority.role");
    props = Props.create(Leader.class, () -> new Leader(inner, role));
  }

  @Override
  public FiniteDuration downRemovalMargin() {
    return resolver.downRemovalMargin();
  }

  @Override
  public Option<Props> downingActorProps() {
    return Option.apply(props);
  }

  /**
   * Tells the resolver again and again who leads: it also hears by itself who leads all nodes, and
   * acts a few seconds later at the earliest.
   */
  private static final class Leader extends AbstractActorWithTimers {

    private static final Duration INTERVAL = Duration.ofMillis(200);

    private final Cluster cluster = Cluster.get(getContext().getSystem());
    private final ActorRef resolver;
    private final String role;
    private Option<Address> leader = Option.empty();

    Leader(Props resolver, String role) {
      this.resolver = getContext().actorOf(resolver, "resolver");
      this.role = role;
      getTimers().startTimerWithFixedDelay("tell", "tell", INTERVAL);
    }

    @Override
    public void preStart() {
      cluster.subscribe(
          getSelf(),
          ClusterEvent.initialStateAsEvents(),
          ClusterEvent.RoleLeaderChanged.class,
          ClusterEvent.LeaderChanged.class);
    }

    @Override
    public void postStop() {
      cluster.unsubscribe(getSelf());
    }

    @Override
    public Receive createReceive() {
      return receiveBuilder()
          .match(
              ClusterEvent.RoleLeaderChanged.class,
              event -> event.role().equals(role),
              event -> {
                leader = event.leader();
                tell();
              })
          .match(ClusterEvent.LeaderChanged.class, event -> tell())
          .matchEquals("tell", again -> tell())
          .matchAny(other -> {})
          .build();
    }

    private void tell() {
      resolver.tell(new ClusterEvent.LeaderChanged(leader), getSelf());
    }
  }
}
