package dev.yamabiko.coordinator;

import static java.util.stream.Collectors.toCollection;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which bulk connections of a run's workers are lost: to the coordinator (""), or to an owner of
 * slices. Without one of them a worker is of no use.
 */
final class Reach {

  private static final String COORDINATOR = "";

  private record Connection(String worker, String owner) {}

  private final Map<String, Set<String>> lost = new HashMap<>();

  /** To owners: not there yet, or lost. */
  private final Set<Connection> awaited = new HashSet<>();

  /** Of these, those that were not there either when it was last asked. */
  private final Set<Connection> late = new HashSet<>();

  void await(String worker, Collection<String> owners) {
    owners.forEach(owner -> awaited.add(new Connection(worker, owner)));
  }

  void lost(String worker, String owner) {
    if (!owner.equals(COORDINATOR)) {
      awaited.add(new Connection(worker, owner));
    }
    lost.computeIfAbsent(worker, w -> new HashSet<>()).add(owner);
  }

  /** One is there, again or for the first time. Returns whether none is lost now. */
  boolean back(String worker, String owner) {
    Connection connection = new Connection(worker, owner);
    awaited.remove(connection);
    late.remove(connection);
    Set<String> places = lost.get(worker);
    if (places != null) {
      places.remove(owner);
    }
    return isWhole(worker);
  }

  boolean isWhole(String worker) {
    return lost.getOrDefault(worker, Set.of()).isEmpty();
  }

  /** Those that an owner has not said to have since this was last asked. */
  Set<String> withoutAnOwner() {
    Set<String> without = late.stream().map(Connection::worker).collect(toCollection(TreeSet::new));
    late.clear();
    late.addAll(awaited);
    return without;
  }

  void forget(String worker) {
    lost.remove(worker);
    awaited.removeIf(connection -> connection.worker().equals(worker));
    late.removeIf(connection -> connection.worker().equals(worker));
  }

  /** Others own the slices now. Returns whom nothing but an owner was out of reach. */
  List<String> forgetOwners() {
    awaited.clear();
    late.clear();
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
