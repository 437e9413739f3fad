package dev.yamabiko.coordinator;

import akka.actor.typed.ActorRef;
import dev.yamabiko.protocol.NodeMessage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The nodes that slices can live on, as they are known now. Belongs to the coordinator; runs look
 * at it from other threads.
 */
final class ParametersNodes {

  private volatile List<ParametersNode> nodes = List.of();

  /** By name; never changes itself. */
  List<ParametersNode> now() {
    return nodes;
  }

  /** Adds it. Returns the one that it takes the place of: another start of the same name. */
  Optional<ParametersNode> add(ParametersNode node) {
    Optional<ParametersNode> before =
        nodes.stream().filter(other -> other.name().equals(node.name())).findFirst();
    List<ParametersNode> next = new ArrayList<>(nodes);
    next.removeIf(other -> other.name().equals(node.name()));
    next.add(node);
    next.sort(Comparator.comparing(ParametersNode::name));
    nodes = List.copyOf(next);
    return before.filter(other -> !other.node().equals(node.node()));
  }

  boolean contains(ActorRef<NodeMessage> node) {
    return nodes.stream().anyMatch(known -> known.node().equals(node));
  }

  /** Whether it was there. */
  boolean remove(ActorRef<NodeMessage> node) {
    boolean there = contains(node);
    nodes = nodes.stream().filter(known -> !known.node().equals(node)).toList();
    return there;
  }
}
