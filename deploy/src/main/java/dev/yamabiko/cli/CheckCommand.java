package dev.yamabiko.cli;

import dev.yamabiko.coordinator.CheckedJob;
import dev.yamabiko.job.ClusterMemory;
import dev.yamabiko.job.Plan;
import dev.yamabiko.job.Sweep;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Everything that can be known of a job without training it. */
@Command(
    name = "check",
    description =
        "Validates a job, or all of a sweep, its data and its model, and prints the plan; trains nothing.",
    footer = {"", "Example:", "  yamabiko check " + ExampleJobs.DIGITS + " --set batch-size=256"})
final class CheckCommand implements Callable<Integer> {

  private final Session session;

  @Mixin private JobArguments arguments;

  CheckCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    if (arguments.holdSweep(session)) {
      return sweep(arguments.readSweep(session));
    }
    CheckedJob checked = arguments.checked(session);
    checked.data().notes().forEach(this::say);
    if (checked.job().model().warmStart().isPresent()) {
      checked.start(this::say);
    }
    Plan plan = checked.plan(Runtime.getRuntime().availableProcessors());
    long heap = Runtime.getRuntime().maxMemory();
    session.print(plan.table(heap).stripTrailing());
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("status", "ok");
    answer.put("job", checked.job().name());
    answer.put("parameters", checked.network().parameterCount());
    answer.put("steps", plan.steps().steps());
    answer.put("data_sha256", checked.dataSha256());
    answer.put("memory_bytes", plan.memoryBytes(heap));
    ClusterMemory cluster = new ClusterMemory(plan, 1);
    answer.put("coordinator_heap_bytes", cluster.coordinatorHeapBytes());
    answer.put("coordinator_direct_bytes", cluster.coordinatorDirectBytes());
    answer.put("worker_heap_bytes", cluster.workerHeapBytes(heap));
    answer.put("worker_direct_bytes", cluster.workerDirectBytes());
    session.answer(answer);
    return 0;
  }

  /**
   * Every trial is checked; what they differ in is the plan. What is to be doubted of several is
   * said of the first.
   */
  private int sweep(Sweep sweep) {
    Set<String> doubts = new HashSet<>();
    List<CheckedSweep.Found> trials =
        CheckedSweep.of(
            sweep,
            job -> true,
            (trial, checked) ->
                checked.plan(1).doubts().stream()
                    .filter(doubts::add)
                    .forEach(doubt -> say(sweep.in(trial, doubt))),
            this::say);
    TextTable table = new TextTable("trial", "parameters", "steps", "settings").words(3);
    for (CheckedSweep.Found found : trials) {
      table.row(
          found.trial().name(),
          Figures.count(found.parameters()),
          Figures.count(found.steps()),
          found.trial().describe());
    }
    session.print(table.text().stripTrailing());
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("status", "ok");
    answer.put("sweep", sweep.name());
    answer.put("metric", sweep.metric().field());
    answer.put("trials", trials.stream().map(CheckedSweep.Found::json).toList());
    session.answer(answer);
    return 0;
  }

  private void say(String notice) {
    session.err().println("yamabiko: " + notice);
  }
}
