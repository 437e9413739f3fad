package dev.yamabiko.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Plays as many random plans as it is told to, from a seed on, and prints each one that fails; with
 * a plan as its arguments, plays that one and prints its events.
 */
public final class SimulationSoak {

  private SimulationSoak() {}

  public static void main(String[] args) {
    if (args.length != 2) {
      FaultPlan plan =
          args.length == 1
              ? FaultPlan.random(Long.parseLong(args[0]))
              : FaultPlan.parse(String.join(" ", args));
      Simulation.Result result = Simulation.run(plan);
      result.log().forEach(System.out::println);
      System.out.println(plan);
      System.out.println(Verdict.problem(plan, result).orElse("as without faults"));
      System.exit(Verdict.problem(plan, result).isPresent() ? 1 : 0);
    }
    long first = Long.parseLong(args[0]);
    long count = Long.parseLong(args[1]);
    List<Long> failing = new ArrayList<>();
    long faults = 0;
    long began = System.nanoTime();
    for (long seed = first; seed < first + count; seed++) {
      FaultPlan plan = FaultPlan.random(seed);
      faults += plan.faults().size();
      Optional<String> problem = Verdict.problem(plan, Simulation.run(plan));
      if (problem.isPresent()) {
        failing.add(seed);
        System.out.println("FAILED " + problem.get());
      }
    }
    System.out.printf(
        "soak: %d plans with %d faults from seed %d in %.1f s, %d failed %s%n",
        count, faults, first, (System.nanoTime() - began) / 1e9, failing.size(), failing);
    System.exit(failing.isEmpty() ? 0 : 1);
  }
}
