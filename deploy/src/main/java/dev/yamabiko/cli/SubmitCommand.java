package dev.yamabiko.cli;

import dev.yamabiko.coordinator.CheckedJob;
import dev.yamabiko.data.LoadedData;
import dev.yamabiko.job.Job;
import dev.yamabiko.model.CanonicalJson;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Checks a job as {@code check} does, brings its files to a coordinator and queues it there. */
@Command(
    name = "submit",
    description = "Submits a job to a coordinator, with the files that it names.",
    footer = {
      "",
      "Example:",
      "  yamabiko submit deploy/jobs/digits.conf --server http://10.0.0.5:8080 --follow"
    })
final class SubmitCommand implements Callable<Integer> {

  private final Session session;
  private final Follower.Patience patience;

  @Mixin private JobArguments arguments;
  @Mixin private ServerOption server;

  @Option(
      names = "--follow",
      description = "Show progress to the end, as train does; Ctrl-C leaves the job alone.")
  private boolean follow;

  SubmitCommand(Session session, Follower.Patience patience) {
    this.session = session;
    this.patience = patience;
  }

  @Override
  public Integer call() {
    Job job = arguments.read(session);
    Server coordinator = server.server();
    JobUpload upload = new JobUpload(coordinator, this::say);
    Optional<LoadedData.Baseline> baseline = Optional.empty();
    if (upload.isAllHere(job) || !upload.isElsewhere(job)) {
      baseline = checked(job);
    }
    String text = upload.bring(job);
    // From here on the job may be the coordinator's: a signal waits until it is known which.
    CompletableFuture<Void> told = new CompletableFuture<>();
    session.interruption().during(() -> told.complete(null));
    String answer = coordinator.submit(text);
    String id = new JsonFields(CanonicalJson.object(answer)).text("id");
    if (follow) {
      return follow(coordinator, id, job, baseline, told);
    }
    session.print(id);
    session.answer(answer);
    return 0;
  }

  /** The data itself is not needed any more, and would only take memory. */
  private Optional<LoadedData.Baseline> checked(Job job) {
    CheckedJob checked = CheckedJob.of(job);
    if (job.model().warmStart().isPresent()) {
      checked.start(this::say);
    }
    checked.data().notes().forEach(this::say);
    return checked.data().baseline();
  }

  private int follow(
      Server coordinator,
      String id,
      Job job,
      Optional<LoadedData.Baseline> baseline,
      CompletableFuture<Void> told) {
    say("submitted " + id);
    FollowedRun run = new FollowedRun(session, job.batchSize(), System::nanoTime);
    Follower follower = new Follower(coordinator, id, run, patience, System::nanoTime);
    told.thenRun(follower::detach);
    Optional<String> end = follower.follow();
    if (end.isEmpty()) {
      return detached(coordinator, id, run.status());
    }
    run.leave();
    session.print(JobStatusText.of(end.get(), baseline, run.curve(), coordinator));
    session.answer(end.get());
    boolean completed =
        new JsonFields(CanonicalJson.object(end.get())).text("status").equals("completed");
    return completed ? 0 : 1;
  }

  private int detached(Server coordinator, String id, String status) {
    say(
        "detached; job %s goes on; to look again: yamabiko status %s --server %s"
            .formatted(id, id, coordinator.option()));
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("id", id);
    answer.put("status", status);
    session.answer(answer);
    return Interruption.EXIT_CODE;
  }

  private void say(String notice) {
    session.err().println("yamabiko: " + notice);
  }
}
