package dev.yamabiko.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Everything that can be known of a job without training it. */
@Command(
    name = "check",
    description = "Validates a job, its data and its model, and prints the plan; trains nothing.",
    footer = {"", "Example:", "  yamabiko check deploy/jobs/digits.conf --set batch-size=256"})
final class CheckCommand implements Callable<Integer> {

  private final Session session;

  @Mixin private JobArguments arguments;

  CheckCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    CheckedJob checked = arguments.checked(session);
    session.print(checked.plan(Runtime.getRuntime().availableProcessors()).table().stripTrailing());
    session.answer(
        Map.of(
            "status", "ok",
            "job", checked.job().name(),
            "parameters", checked.network().parameterCount()));
    return 0;
  }
}
