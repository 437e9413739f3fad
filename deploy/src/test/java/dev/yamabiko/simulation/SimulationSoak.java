package dev.yamabiko.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Random plans of faults, as many as it is told to, or one of them with all its events. By hand:
 *
 * <pre>mvn -pl deploy -am test -Dtest=SimulationSoak -Dsurefire.failIfNoSpecifiedTests=false \
 *     -Dsimulation.seed=1 -Dsimulation.plans=20000</pre>
 *
 * Without {@code simulation.plans} it plays the plan of that seed, and with {@code simulation.plan}
 * the plan of that line.
 *
 * <p>In a few plans of ten thousand a fault finds no occasion, because another one ended a process
 * or the run before: they are counted, and too many fail.
 */
class SimulationSoak {

  @Test
  void shouldGiveTheBitsOfTheRunWithoutFaultsWhateverHappens() {
    long seed = Long.getLong("simulation.seed", 1);
    Long plans = Long.getLong("simulation.plans");
    if (plans == null) {
      String line = System.getProperty("simulation.plan");
      replay(line == null ? FaultPlan.random(seed) : FaultPlan.parse(line));
    } else {
      soak(seed, plans);
    }
  }

  private static void replay(FaultPlan plan) {
    Simulation.Result result = Simulation.run(plan);
    result.log().forEach(System.out::println);
    assertEquals(Optional.empty(), Verdict.problem(plan, result));
  }

  private static void soak(long seed, long plans) {
    long began = System.nanoTime();
    LongAdder faults = new LongAdder();
    LongAdder idle = new LongAdder();
    List<String> failures =
        LongStream.range(seed, seed + plans)
            .parallel()
            .mapToObj(FaultPlan::random)
            .flatMap(
                plan -> {
                  Simulation.Result result = Simulation.run(plan);
                  faults.add(plan.faults().size());
                  idle.add(result.pending().size());
                  return Verdict.wrong(plan, result).stream();
                })
            .peek(failure -> System.out.println("FAILED " + failure))
            .toList();
    System.out.printf(
        "soak: %d plans with %d faults, %d without an occasion, from seed %d in %.0f s, %d failed%n",
        plans, faults.sum(), idle.sum(), seed, (System.nanoTime() - began) / 1e9, failures.size());
    assertEquals(List.of(), failures);
    assertTrue(idle.sum() <= 1 + faults.sum() / 1000, "too many faults found no occasion");
  }
}
