package dev.yamabiko.cli;

import dev.yamabiko.coordinator.CheckedJob;
import dev.yamabiko.job.JobException;
import dev.yamabiko.nn.GradientCheck;
import dev.yamabiko.nn.LayerException;
import dev.yamabiko.nn.MissingReferenceException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Backpropagation against the central difference, on the job's own model and data. */
@Command(
    name = "gradcheck",
    description = {
      "Compares backpropagation with the central difference on the job's own model and data.",
      "Shows the error, and the time that backpropagation saves."
    },
    footer = {"", "Example:", "  yamabiko gradcheck " + ExampleJobs.DIGITS})
final class GradcheckCommand implements Callable<Integer> {

  private final Session session;

  @Mixin private JobArguments arguments;

  GradcheckCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    CheckedJob checked = arguments.checked(session);
    GradientCheck.Report report;
    try {
      report =
          GradientCheck.run(
              checked.network(),
              checked.job().loss(),
              checked.data().train(),
              checked.job().seed());
    } catch (MissingReferenceException | LayerException e) {
      throw new JobException(e.getMessage(), e);
    }
    session.print(report.table().stripTrailing());
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("status", report.passed() ? "ok" : "failed");
    answer.put("job", checked.job().name());
    answer.putAll(report.toMap());
    if (!report.passed()) {
      String error = "backpropagation and the central difference disagree";
      session.err().println("yamabiko: " + error);
      answer.put("error", error);
    }
    session.answer(answer);
    return report.passed() ? 0 : 1;
  }
}
