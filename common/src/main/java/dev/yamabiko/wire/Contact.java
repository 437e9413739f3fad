package dev.yamabiko.wire;

import akka.actor.Address;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Adapter;
import akka.cluster.Cluster;
import akka.cluster.Member;
import akka.remote.FailureDetectorRegistry;

/**
 * Whether this node hears from another. Members tell each other whom they cannot reach, and keep
 * telling until they have heard of it again; a node that was cut off tells so of everybody when it
 * is back. What another node cannot reach is no reason to give it up.
 */
public final class Contact {

  private Contact() {}

  /** HOST:PORT of a node, as its command says it. */
  public static String place(Address node) {
    return node.hostPort().replaceFirst("^.*@", "");
  }

  /**
   * Whether the cluster holds it for unreachable, and this node does. In a large cluster a node
   * listens to some of the others only (Akka's {@code monitored-by-nr-of-members}), and believes
   * what is said of the rest.
   */
  public static boolean isLost(ActorSystem<?> system, Address node) {
    Cluster cluster = Cluster.get(Adapter.toClassic(system));
    for (Member member : cluster.state().getUnreachable()) {
      if (member.address().equals(node)) {
        FailureDetectorRegistry<Address> own = cluster.failureDetector();
        return !own.isMonitoring(node) || !own.isAvailable(node);
      }
    }
    return false;
  }
}
