package dev.yamabiko.cli;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** All jobs of a coordinator. */
@Command(
    name = "jobs",
    description = "Lists the jobs of a coordinator, the newest first.",
    footer = {"", "Example:", "  yamabiko jobs --server http://10.0.0.5:8080"})
final class JobsCommand implements Callable<Integer> {

  private final Session session;

  @Mixin private ServerOption server;
  @Mixin private JsonOption json;

  JobsCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    List<Map<String, Object>> jobs = server.server().jobs();
    TextTable table =
        new TextTable("id", "status", "epoch", "step", "workers", "train loss", "validation loss");
    for (Map<String, Object> job : jobs) {
      JsonFields fields = new JsonFields(job);
      table.row(
          fields.text("id"),
          fields.text("status"),
          fields.count(job.containsKey("epochs") && !job.containsKey("epoch") ? "epochs" : "epoch"),
          fields.count(job.containsKey("step") ? "step" : "steps"),
          fields.count("workers"),
          Figures.loss(fields.number("train_loss")),
          Figures.loss(fields.number("validation_loss")));
    }
    session.print(jobs.isEmpty() ? "no jobs" : table.text().stripTrailing());
    session.answer(Map.of("jobs", jobs));
    return 0;
  }
}
