package dev.yamabiko.worker;

import akka.actor.Address;
import akka.actor.typed.ActorSystem;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.JoinSeedNodes;
import dev.yamabiko.worker.NodeSettings.Peer;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Joins the cluster of coordinators that a node was told of, or has met before. Those behind the
 * name of a service are looked up again until the node has joined, because coordinators may begin
 * later. Who of them forms the cluster is none of a member's concern: coordinators decide that by
 * the data directory that they share.
 */
final class Seeds {

  private static final Logger LOG = LoggerFactory.getLogger(Seeds.class);
  private static final Duration AGAIN = Duration.ofSeconds(1);

  private final ActorSystem<?> system;
  private final Set<Address> known = new LinkedHashSet<>();
  private final List<Peer> services;
  private Set<Address> joining = Set.of();
  private boolean failed;

  private Seeds(ActorSystem<?> system, List<Peer> told, Collection<Address> met) {
    this.system = system;
    services = told.stream().filter(Peer::isService).toList();
    told.stream().filter(peer -> !peer.isService()).map(Seeds::address).forEach(known::add);
    known.addAll(met);
  }

  private static Address address(Peer peer) {
    return new Address("akka", "yamabiko", peer.host(), peer.port());
  }

  /** Returns at once; the node joins by and by. */
  static void join(ActorSystem<?> system, List<Peer> told, Collection<Address> met) {
    Seeds seeds = new Seeds(system, told, met);
    seeds.ask(Set.of());
    if (!seeds.services.isEmpty()) {
      seeds.lookUp();
    }
  }

  private synchronized void ask(Set<Address> found) {
    Set<Address> all = union(known, found);
    // To ask the same nodes again would only begin anew.
    if (!all.isEmpty() && !all.equals(joining)) {
      joining = all;
      Cluster.get(system).manager().tell(new JoinSeedNodes(List.copyOf(all)));
    }
  }

  private void lookUp() {
    CompletionStage<Set<Address>> found = CompletableFuture.completedFuture(Set.of());
    for (Peer service : services) {
      found = found.thenCombine(addresses(service.host()), Seeds::union);
    }
    found.whenComplete(
        (addresses, failure) -> {
          if (failure == null) {
            ask(addresses);
          }
          again(failure);
        });
  }

  private CompletionStage<Set<Address>> addresses(String service) {
    return ServiceNodes.of(system, service)
        .thenApply(
            nodes ->
                nodes.stream()
                    .map(Seeds::address)
                    .collect(Collectors.toCollection(LinkedHashSet::new)));
  }

  private static Set<Address> union(Set<Address> some, Set<Address> others) {
    Set<Address> all = new LinkedHashSet<>(some);
    all.addAll(others);
    return all;
  }

  private synchronized void again(Throwable failure) {
    if (failure != null && !failed) {
      failed = true;
      LOG.info("no coordinators are known by {} cause={}", services, failure.toString());
    }
    if (system.whenTerminated().isCompleted()
        || Cluster.get(system).selfMember().status() != MemberStatus.removed()) {
      return;
    }
    system.scheduler().scheduleOnce(AGAIN, this::lookUp, system.executionContext());
  }
}
