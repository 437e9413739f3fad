package dev.yamabiko.cli;

import java.time.Instant;
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
    session.print(
        jobs.isEmpty()
            ? "no jobs"
            : JobsTable.of(jobs, Instant.now(), session.ink()).stripTrailing());
    session.answer(Map.of("jobs", jobs));
    return 0;
  }
}
