package dev.yamabiko.coordinator;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which bulk connections of a run's workers are lost: to the coordinator (""), or to an owner of
 * slices. Without one of them a worker is of no use.
 */
final class Reach {

  private static final String COORDINATOR = "";

  private final Map<String, Set<String>> lost = new HashMap<>();

  void lost(String worker, String owner) {
    lost.computeIfAbsent(worker, w -> new HashSet<>()).add(owner);
  }

  /** One is there, again or for the first time. Returns whether none is lost now. */
  boolean back(String worker, String owner) {
    Set<String> places = lost.get(worker);
    if (places != null) {
      places.remove(owner);
    }
    return isWhole(worker);
  }

  boolean isWhole(String worker) {
    return lost.getOrDefault(worker, Set.of()).isEmpty();
  }

  /** Those that an owner has said to have lost. */
  List<String> withoutAnOwner() {
    return lost.entrySet().stream()
        .filter(entry -> entry.getValue().stream().anyMatch(place -> !place.equals(COORDINATOR)))
        .map(Map.Entry::getKey)
        .toList();
  }

  void forget(String worker) {
    lost.remove(worker);
  }

  /** Others own the slices now. Returns whom nothing but an owner was out of reach. */
  List<String> forgetOwners() {
    List<String> whole = new ArrayList<>();
    lost.forEach(
        (worker, places) -> {
          if (places.removeIf(place -> !place.equals(COORDINATOR)) && places.isEmpty()) {
            whole.add(worker);
          }
        });
    return whole;
  }
}
