package dev.yamabiko.simulation;

import dev.yamabiko.simulation.Fault.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** The faults of a plan that have not happened yet. */
final class PlannedFaults {

  private final List<Fault> pending;

  PlannedFaults(FaultPlan plan) {
    pending = new ArrayList<>(plan.faults());
  }

  /** The fault that is to happen to this message, if it can; it is over then. */
  Optional<Fault> take(Place place, int worker, long step, int slice, Predicate<Fault> can) {
    for (Fault fault : pending) {
      if (fault.meets(place, worker, step, slice) && can.test(fault)) {
        pending.remove(fault);
        return Optional.of(fault);
      }
    }
    return Optional.empty();
  }

  /** It could not do its work here; there will be another message. */
  void putBack(Fault fault) {
    pending.add(fault);
  }

  List<Fault> pending() {
    return List.copyOf(pending);
  }
}
