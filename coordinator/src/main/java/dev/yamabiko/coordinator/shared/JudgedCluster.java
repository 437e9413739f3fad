package dev.yamabiko.coordinator.shared;

import static scala.jdk.javaapi.CollectionConverters.asJava;

import akka.actor.Address;
import akka.cluster.ClusterEvent;
import akka.cluster.ClusterEvent.ClusterDomainEvent;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.cluster.Reachability;
import akka.cluster.UniqueAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import scala.Option;
import scala.jdk.javaapi.CollectionConverters;

/**
 * The cluster as coordinator nodes see it. Which worker cannot be reached, coordinator nodes say;
 * whom a worker cannot reach, or has heard from, is nobody's concern. Else a worker that was cut
 * off and comes back, and still tells that it cannot reach the coordinator while the coordinator
 * tells the same of it, makes Akka's resolver take both for half connected and down both.
 *
 * <p>The one that acts is the first coordinator node in reach, and not the first of all nodes,
 * which may be a worker.
 */
final class JudgedCluster {

  private static final Set<MemberStatus> LEADING =
      Set.of(MemberStatus.up(), MemberStatus.leaving());

  private final UniqueAddress self;
  private final String role;
  private final Map<UniqueAddress, Member> members = new HashMap<>();
  private Reachability all = Reachability.empty();
  private Reachability judged = Reachability.empty();
  private Set<UniqueAddress> unreachable = Set.of();
  private Optional<Address> leader = Optional.empty();

  /**
   * @param self this node
   * @param role of coordinator nodes
   */
  JudgedCluster(UniqueAddress self, String role) {
    this.self = self;
    this.role = role;
  }

  /** What the resolver is to hear when that has happened, in this order. */
  List<ClusterDomainEvent> heard(ClusterDomainEvent event) {
    if (event instanceof ClusterEvent.MemberEvent change) {
      UniqueAddress node = change.member().uniqueAddress();
      if (event instanceof ClusterEvent.MemberRemoved) {
        members.remove(node);
      } else {
        members.put(node, change.member());
      }
      return look(event);
    } else if (event instanceof ClusterEvent.ReachabilityChanged changed) {
      all = changed.reachability();
      return look();
    } else if (event instanceof ClusterEvent.SeenChanged seen) {
      return List.of(new ClusterEvent.SeenChanged(seen.convergence(), coordinators(seen.seenBy())));
    }
    return List.of();
  }

  private List<ClusterDomainEvent> look(ClusterDomainEvent... first) {
    List<ClusterDomainEvent> said = new ArrayList<>(List.of(first));
    Reachability now = all.filterRecords(record -> isCoordinator(record.observer()));
    Set<UniqueAddress> lost = new HashSet<>(asJava(now.allUnreachableOrTerminated()));
    lost.remove(self);
    lost.retainAll(members.keySet());
    for (UniqueAddress node : lost) {
      if (!unreachable.contains(node)) {
        said.add(new ClusterEvent.UnreachableMember(members.get(node)));
      }
    }
    for (UniqueAddress node : unreachable) {
      if (!lost.contains(node) && members.containsKey(node)) {
        said.add(new ClusterEvent.ReachableMember(members.get(node)));
      }
    }
    unreachable = lost;
    if (!now.equals(judged)) {
      judged = now;
      said.add(new ClusterEvent.ReachabilityChanged(now));
    }
    Optional<Address> next = firstInReach();
    if (!next.equals(leader)) {
      leader = next;
      said.add(new ClusterEvent.LeaderChanged(Option.apply(next.orElse(null))));
    }
    return said;
  }

  private boolean isCoordinator(UniqueAddress node) {
    Member member = members.get(node);
    return member != null && member.hasRole(role);
  }

  private Optional<Address> firstInReach() {
    return members.values().stream()
        .filter(member -> member.hasRole(role) && LEADING.contains(member.status()))
        .filter(member -> !unreachable.contains(member.uniqueAddress()))
        .map(Member::address)
        .min(Member.addressOrdering());
  }

  private scala.collection.immutable.Set<Address> coordinators(
      scala.collection.immutable.Set<Address> some) {
    Set<Address> kept = new HashSet<>();
    for (Member member : members.values()) {
      if (member.hasRole(role) && some.contains(member.address())) {
        kept.add(member.address());
      }
    }
    return CollectionConverters.asScala(kept).toSet();
  }
}
