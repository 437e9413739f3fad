package dev.yamabiko.coordinator.shared;

import akka.actor.AbstractActor;
import akka.actor.ActorRef;
import akka.actor.ActorSystem;
import akka.actor.OneForOneStrategy;
import akka.actor.Props;
import akka.actor.SupervisorStrategy;
import akka.cluster.Cluster;
import akka.cluster.ClusterEvent;
import akka.cluster.DowningProvider;
import akka.cluster.UniqueAddress;
import akka.cluster.sbr.DowningStrategy;
import akka.cluster.sbr.LeaseMajority;
import akka.cluster.sbr.LeaseMajoritySettings;
import akka.cluster.sbr.SplitBrainResolverBase;
import akka.cluster.sbr.SplitBrainResolverSettings;
import akka.coordination.lease.scaladsl.LeaseProvider;
import akka.japi.pf.DeciderBuilder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Option;
import scala.concurrent.duration.FiniteDuration;

/**
 * Akka's Split Brain Resolver and its {@code lease-majority}, among coordinator nodes alone: it
 * hears of the cluster what {@link JudgedCluster} says. Workers have no resolver, because they
 * cannot get at the lease.
 */
public final class CoordinatorResolver extends DowningProvider {

  private static final Logger LOG = LoggerFactory.getLogger(CoordinatorResolver.class);

  private final SplitBrainResolverSettings settings;

  /** For Akka, which makes it by reflection. */
  public CoordinatorResolver(ActorSystem system) {
    settings = new SplitBrainResolverSettings(system.settings().config());
  }

  @Override
  public FiniteDuration downRemovalMargin() {
    return settings.DowningStableAfter();
  }

  @Override
  public Option<Props> downingActorProps() {
    return Option.apply(Props.create(Listener.class, () -> new Listener(settings)));
  }

  /** In the actor's constructor, where the cluster has begun. */
  private static LeaseMajority strategy(ActorSystem system, LeaseMajoritySettings majority) {
    Cluster cluster = Cluster.get(system);
    UniqueAddress self = cluster.selfUniqueAddress();
    return new LeaseMajority(
        cluster.selfDataCenter(),
        majority.role(),
        LeaseProvider.get(system)
            .getLease(
                majority.safeLeaseName(system.name()),
                majority.leaseImplementation(),
                self.address().hostPort()),
        majority.acquireLeaseDelayForMinority(),
        majority.releaseAfter(),
        self);
  }

  /** Passes on to the resolver what it may hear. */
  private static final class Listener extends AbstractActor {

    private final Cluster cluster = Cluster.get(getContext().getSystem());
    private final JudgedCluster view;
    private final ActorRef resolver;

    Listener(SplitBrainResolverSettings settings) {
      LeaseMajoritySettings majority = settings.leaseMajoritySettings();
      view = new JudgedCluster(cluster.selfUniqueAddress(), majority.role().get());
      LeaseMajority strategy = strategy(getContext().getSystem(), majority);
      resolver =
          getContext()
              .actorOf(
                  Props.create(
                      Resolver.class,
                      () ->
                          new Resolver(
                              settings.DowningStableAfter(),
                              strategy,
                              cluster.selfUniqueAddress(),
                              cluster.selfDataCenter())),
                  "resolver");
    }

    /**
     * A resolver that begins anew has to hear everything again, as this one when it begins anew.
     */
    @Override
    public SupervisorStrategy supervisorStrategy() {
      return new OneForOneStrategy(
          DeciderBuilder.matchAny(failure -> SupervisorStrategy.escalate()).build());
    }

    @Override
    public void preStart() {
      cluster.subscribe(
          getSelf(), ClusterEvent.initialStateAsEvents(), ClusterEvent.ClusterDomainEvent.class);
    }

    @Override
    public void postStop() {
      cluster.unsubscribe(getSelf());
    }

    @Override
    public Receive createReceive() {
      return receiveBuilder()
          .match(
              ClusterEvent.ClusterDomainEvent.class,
              event -> view.heard(event).forEach(said -> resolver.tell(said, getSelf())))
          .build();
    }
  }

  /**
   * As Akka's own, but for where it hears of the cluster. That a worker will not talk to this node
   * any more ({@code ThisActorSystemQuarantinedEvent}), on which Akka's ends its node, it does not
   * hear at all: that worker is the one to go, as one that cannot be reached.
   */
  private static final class Resolver extends SplitBrainResolverBase {

    private final UniqueAddress self;
    private final String dataCenter;

    Resolver(
        FiniteDuration stableAfter,
        DowningStrategy strategy,
        UniqueAddress self,
        String dataCenter) {
      super(stableAfter, strategy);
      this.self = self;
      this.dataCenter = dataCenter;
    }

    @Override
    public UniqueAddress selfUniqueAddress() {
      return self;
    }

    @Override
    public String selfDc() {
      return dataCenter;
    }

    @Override
    public void down(UniqueAddress node, DowningStrategy.Decision decision) {
      LOG.info("node={} is put out of the cluster decision={}", node.address(), decision);
      Cluster.get(context().system()).down(node.address());
    }
  }
}
