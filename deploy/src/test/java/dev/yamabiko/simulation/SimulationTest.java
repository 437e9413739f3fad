package dev.yamabiko.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.data.Dataset;
import dev.yamabiko.job.Job;
import dev.yamabiko.model.WeightsHash;
import dev.yamabiko.step.Objective;
import dev.yamabiko.step.PlainStep;
import dev.yamabiko.tensor.KernelsFactory;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Hundreds of runs, each with its own faults, all with the bits of the run without any. What fails
 * here, {@link SimulationSoak} replays with all its events.
 */
class SimulationTest {

  private static final int PLANS = 600;

  @Test
  void shouldGiveTheBitsOfTheRunWithoutFaultsWhateverHappens() {
    List<String> failures =
        LongStream.range(0, PLANS)
            .parallel()
            .mapToObj(FaultPlan::random)
            .flatMap(plan -> Verdict.problem(plan, Simulation.run(plan)).stream())
            .toList();
    assertEquals(List.of(), failures);
  }

  @Test
  void shouldGiveTheSameEventsForTheSamePlan() {
    for (long seed = 0; seed < 20; seed++) {
      FaultPlan plan = FaultPlan.random(seed);
      assertEquals(Simulation.run(plan).log(), Simulation.run(plan).log(), plan::toString);
    }
  }

  @Test
  void shouldGiveOtherEventsForAnotherSeed() {
    FaultPlan plan = FaultPlan.withoutFaults(SimulatedJob.MOMENTUM, 2, 2);
    FaultPlan other = new FaultPlan(1, plan.job(), plan.slices(), plan.workers(), plan.faults());
    assertTrue(!Simulation.run(plan).log().equals(Simulation.run(other).log()));
  }

  @ParameterizedTest
  @EnumSource
  void shouldGiveTheBitsOfThePlainStepWithoutFaults(SimulatedJob simulated) {
    Job job = simulated.checked().job();
    Dataset train = simulated.checked().data().train();
    Objective objective =
        new Objective(simulated.checked().network(), job.loss(), job.seed(), job.data().augment());
    PlainStep plain =
        new PlainStep(simulated.plan(), objective, job.update(), train, KernelsFactory.create());
    Simulation.Result result = Simulation.run(FaultPlan.withoutFaults(simulated, 3, 3));
    float[] last = result.lastWeights();
    assertEquals(WeightsHash.sha256(plain.run(job.seed())), WeightsHash.sha256(last));
  }

  @Test
  void shouldReadBackThePlanThatItPrints() {
    for (long seed = 0; seed < 100; seed++) {
      FaultPlan plan = FaultPlan.random(seed);
      assertEquals(plan, FaultPlan.parse(plan.toString()));
    }
  }
}
