package dev.yamabiko.cli;

import dev.yamabiko.client.JsonFields;
import dev.yamabiko.client.Server;
import dev.yamabiko.model.CanonicalJson;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Queues a cancelled or failed job again, to go on from its last checkpoint. */
@Command(
    name = "resume",
    description = "Queues a cancelled or failed job again, to go on from its last checkpoint.",
    footer = {"", "Example:", "  yamabiko resume digits-1"})
final class ResumeCommand implements Callable<Integer> {

  private final Session session;

  @Parameters(paramLabel = "ID", description = "The job's id, as submit and jobs print it.")
  private String id;

  @Mixin private ServerOption server;
  @Mixin private JsonOption json;

  ResumeCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    String job = server.server().post(Server.job(id, "resume"));
    session.print(id + " " + new JsonFields(CanonicalJson.object(job)).text("status"));
    session.answer(job);
    return 0;
  }
}
