package dev.yamabiko.coordinator;

import dev.yamabiko.protocol.SliceRange;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which nodes that own slices answer for them, and under which names a run awaits them: a worker
 * may be called like a parameters node, and says nothing about it.
 */
final class OwnerAnswers {

  /** By the node's name. */
  private final Map<String, SliceRange> owners = new TreeMap<>();

  /** Slices that have not answered any question since one that was put half a deadline ago. */
  private final BitSet unanswered = new BitSet();

  /** A lineage begins; its owners are to be named. */
  void begin() {
    owners.clear();
    unanswered.clear();
  }

  void own(String node, SliceRange slices) {
    owners.put(node, slices);
  }

  /** As an owner is awaited: no worker's name has a space. */
  static String ownerName(String node) {
    return "parameters node " + node;
  }

  /** As a slice is awaited. */
  static String sliceName(int slice) {
    return "slice " + slice;
  }

  /** All owners, as they are awaited. */
  List<String> names() {
    return owners.keySet().stream().map(OwnerAnswers::ownerName).toList();
  }

  /**
   * All slices were asked, and half a deadline is left to answer. Questions that are put at any
   * other time are not to be reckoned: answers may still be under way when the deadline passes.
   */
  void expect() {
    owners.values().forEach(slices -> unanswered.set(slices.from(), slices.to()));
  }

  /** A slice has answered, to whichever question. */
  void heard(int slice) {
    unanswered.clear(slice);
  }

  /** Nobody owes an answer: the run has got further, or does something else. */
  void expectNothing() {
    unanswered.clear();
  }

  /**
   * Nodes that are silent at the end of a deadline: they, or slices of theirs, have not answered.
   *
   * @param awaited whose answers the run still waits for
   */
  Set<String> silent(Collection<String> awaited) {
    Set<String> silent = new TreeSet<>();
    owners.forEach(
        (node, slices) -> {
          boolean missed = awaited.contains(ownerName(node));
          for (int slice = slices.from(); slice < slices.to(); slice++) {
            missed |= unanswered.get(slice) || awaited.contains(sliceName(slice));
          }
          if (missed) {
            silent.add(node);
          }
        });
    return silent;
  }
}
