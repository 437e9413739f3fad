package dev.yamabiko.cli;

import dev.yamabiko.client.Follower;
import dev.yamabiko.client.JsonFields;
import dev.yamabiko.client.Server;
import dev.yamabiko.coordinator.JobStatus;
import dev.yamabiko.model.CanonicalJson;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** One job of a coordinator, at this moment or from now on. */
@Command(
    name = "status",
    description = "Shows how far a job is, or how it ended.",
    footer = {
      "",
      "Examples:",
      "  yamabiko status digits-1 --json",
      "  yamabiko status digits-1 --watch"
    })
final class StatusCommand implements Callable<Integer> {

  private final Session session;
  private final Follower.Patience patience;

  @Parameters(paramLabel = "ID", description = "The job's id, as submit and jobs print it.")
  private String id;

  @Option(
      names = "--watch",
      description =
          "Show progress to the end, as submit --follow does, and exit with 1 unless the job"
              + " completes; Ctrl-C leaves the job alone.")
  private boolean watch;

  @Mixin private ServerOption server;
  @Mixin private JsonOption json;

  StatusCommand(Session session, Follower.Patience patience) {
    this.session = session;
    this.patience = patience;
  }

  @Override
  public Integer call() {
    Server coordinator = server.server();
    String job = coordinator.state(id);
    return watch ? watch(coordinator, job) : show(coordinator, job);
  }

  private int show(Server coordinator, String job) {
    session.print(JobStatusText.of(job, Optional.empty(), "", coordinator, session.ink()));
    session.answer(job);
    return 0;
  }

  private int watch(Server coordinator, String job) {
    JsonFields fields = new JsonFields(CanonicalJson.object(job));
    Watch watch = new Watch(session, coordinator, fields.text("id"), patience);
    if (hasEnded(fields.text("status"))) {
      return watch.ended(job, Optional.empty(), "");
    }
    session.interruption().during(watch::detach);
    watch.begin(fields);
    return watch.show(Optional.empty());
  }

  private static boolean hasEnded(String status) {
    return JobStatus.valueOf(status.toUpperCase(Locale.ROOT)).hasEnded();
  }
}
