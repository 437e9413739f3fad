package dev.yamabiko.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** One job of a coordinator. */
@Command(
    name = "status",
    description = "Shows how far a job is, or how it ended.",
    footer = {"", "Example:", "  yamabiko status digits-1 --json"})
final class StatusCommand implements Callable<Integer> {

  private final Session session;

  @Parameters(paramLabel = "ID", description = "The job's id, as submit and jobs print it.")
  private String id;

  @Mixin private ServerOption server;
  @Mixin private JsonOption json;

  StatusCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    Server coordinator = server.server();
    String job = coordinator.get(Server.job(id));
    session.print(JobStatusText.of(job, Optional.empty(), "", coordinator));
    session.answer(job);
    return 0;
  }
}
