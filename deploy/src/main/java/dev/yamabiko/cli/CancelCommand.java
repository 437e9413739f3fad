package dev.yamabiko.cli;

import dev.yamabiko.client.JsonFields;
import dev.yamabiko.client.Server;
import dev.yamabiko.model.CanonicalJson;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Ends a job: a running one after its current step, with a checkpoint. */
@Command(
    name = "cancel",
    description = "Ends a job: a running one after its current step, with a checkpoint.",
    footer = {"", "Example:", "  yamabiko cancel digits-1"})
final class CancelCommand implements Callable<Integer> {

  private final Session session;

  @Parameters(paramLabel = "ID", description = "The job's id, as submit and jobs print it.")
  private String id;

  @Mixin private ServerOption server;
  @Mixin private JsonOption json;

  CancelCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    String job = server.server().post(Server.job(id, "cancel"));
    String status = new JsonFields(CanonicalJson.object(job)).text("status");
    session.print(
        status.equals("running") ? id + " ends after its current step" : id + " " + status);
    session.answer(job);
    return 0;
  }
}
