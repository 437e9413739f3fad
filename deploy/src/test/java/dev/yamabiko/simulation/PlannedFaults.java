package dev.yamabiko.simulation;

import dev.yamabiko.simulation.Fault.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The faults of a plan that have not happened yet. */
final class PlannedFaults {

  private final List<Fault> pending;

  /** Begun, and without any effect so far. */
  private final List<Fault> begun = new ArrayList<>();

  PlannedFaults(FaultPlan plan) {
    pending = new ArrayList<>(plan.faults());
  }

  /**
   * The fault that is to happen to this message, if it can. It is over then, or, if it shows only
   * later what it has done, with {@link #happened}.
   */
  Optional<Fault> take(Place place, int worker, long step, int slice, Predicate<Fault> can) {
    for (Fault fault : pending) {
      if (fault.meets(place, worker, step, slice) && can.test(fault)) {
        pending.remove(fault);
        if (fault.kind().showsLater()) {
          begun.add(fault);
        }
        return Optional.of(fault);
      }
    }
    return Optional.empty();
  }

  void happened(Fault fault) {
    begun.remove(fault);
  }

  /** It could not do its work here; there will be another message. */
  void putBack(Fault fault) {
    begun.remove(fault);
    pending.add(fault);
  }

  List<Fault> pending() {
    return Stream.concat(pending.stream(), begun.stream()).toList();
  }
}
