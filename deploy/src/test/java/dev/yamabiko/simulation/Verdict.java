package dev.yamabiko.simulation;

import dev.yamabiko.model.WeightsHash;
import dev.yamabiko.protocol.RunOutcome;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a run must give, whatever happens: that of the same job without any fault. */
record Verdict(String outcome, List<String> metrics) {

  private static final Map<SimulatedJob, Verdict> EXPECTED = new EnumMap<>(SimulatedJob.class);

  static Verdict of(Simulation.Result result) {
    return new Verdict(result.outcome().map(Verdict::text).orElse("no end"), result.metrics());
  }

  private static String text(RunOutcome outcome) {
    return "%s%s, %d epochs, %d steps, %d samples, %d roll-backs, weights %s, train %s, validation %s, best %s"
        .formatted(
            outcome.status(),
            outcome.message().isEmpty() ? "" : " (" + outcome.message() + ")",
            outcome.epochs(),
            outcome.steps(),
            outcome.samplesApplied(),
            outcome.rollbacks(),
            outcome.weights().map(WeightsHash::sha256).orElse("none"),
            outcome.train(),
            outcome.validation(),
            outcome.bestEpoch());
  }

  static synchronized Verdict expected(SimulatedJob job) {
    return EXPECTED.computeIfAbsent(
        job, j -> of(Simulation.run(FaultPlan.withoutFaults(j, 1, j.least()))));
  }

  /**
   * What is wrong with how the plan went; empty if it is as it must be, and all faults happened.
   */
  static Optional<String> problem(FaultPlan plan, Simulation.Result result) {
    return wrong(plan, result)
        .or(
            () ->
                result.pending().isEmpty()
                    ? Optional.empty()
                    : Optional.of(plan + "\ndid not happen: " + result.pending()));
  }

  /** The same whether or not all faults found an occasion to happen. */
  static Optional<String> wrong(FaultPlan plan, Simulation.Result result) {
    Verdict expected = expected(plan.job());
    Verdict found = of(result);
    List<String> problems = new ArrayList<>();
    if (!expected.outcome().equals(found.outcome())) {
      problems.add("expected %s%n but found %s".formatted(expected.outcome(), found.outcome()));
    } else if (!expected.metrics().equals(found.metrics())) {
      problems.add(
          "expected the lines %s%n but found %s"
              .formatted(
                  String.join("\n", expected.metrics()), String.join("\n", found.metrics())));
    }
    problems.addAll(result.violations());
    if (!result.blamed().isEmpty()) {
      problems.add("blamed, although all computed rightly: " + result.blamed());
    }
    return problems.isEmpty()
        ? Optional.empty()
        : Optional.of(plan + "\n" + String.join("\n", problems));
  }
}
