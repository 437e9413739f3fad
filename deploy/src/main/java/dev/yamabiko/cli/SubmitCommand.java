package dev.yamabiko.cli;

import dev.yamabiko.client.Follower;
import dev.yamabiko.client.JobUpload;
import dev.yamabiko.client.JsonFields;
import dev.yamabiko.client.Server;
import dev.yamabiko.client.Submission;
import dev.yamabiko.coordinator.CheckedJob;
import dev.yamabiko.data.LoadedData;
import dev.yamabiko.job.Job;
import dev.yamabiko.model.CanonicalJson;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
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
      "  yamabiko submit " + ExampleJobs.DIGITS + " --server http://10.0.0.5:8080 --follow"
    })
final class SubmitCommand implements Callable<Integer> {

  static final String ANSWER_AWAITED =
      "interrupted; waiting a moment longer for the coordinator's answer ...";

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
    if (upload.isToBeChecked(job)) {
      baseline = checked(job);
    }
    String text = upload.bring(job);
    Submission submission = new Submission(coordinator, patience.answer());
    session.interruption().during(() -> interrupt(submission));
    Optional<String> answer = submission.send(text);
    if (answer.isEmpty()) {
      return leftInDoubt(coordinator);
    }
    String id = new JsonFields(CanonicalJson.object(answer.get())).text("id");
    Watch watch = new Watch(session, coordinator, id, patience);
    if (submission.isInterrupted()) {
      return watch.detached("queued");
    }
    if (follow) {
      say("submitted " + id);
      submission.onInterruption(watch::detach);
      return watch.show(baseline);
    }
    session.print(id);
    session.answer(answer.get());
    return 0;
  }

  private void interrupt(Submission submission) {
    boolean answered = submission.isAnswered();
    submission.interrupt();
    if (!answered) {
      session.err().println();
      say(ANSWER_AWAITED);
    }
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

  /** The coordinator may have got the job, and has not said so. */
  private int leftInDoubt(Server coordinator) {
    String error = "interrupted; the job may have been submitted";
    say("%s; to look: yamabiko jobs --server %s".formatted(error, coordinator.url()));
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("id", null);
    // Of the command: what a job's would be, or whether there is one, nobody knows.
    answer.put("status", "failed");
    answer.put("error", error);
    session.answer(answer);
    return Interruption.EXIT_CODE;
  }

  private void say(String notice) {
    session.err().println("yamabiko: " + notice);
  }
}
