package dev.yamabiko.cli;

import dev.yamabiko.client.Follower;
import dev.yamabiko.client.JsonFields;
import dev.yamabiko.client.ServerEvents;
import dev.yamabiko.data.Targets;
import dev.yamabiko.model.CanonicalJson;
import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.step.Statistics;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Shows the events of a job on a coordinator as {@code train} shows those of its own run. The lines
 * hold means, not sums; what is shown needs no more.
 *
 * <p>After a restart of the coordinator the run goes on from a checkpoint and takes some steps
 * again, with the same bits: those are not shown twice.
 */
final class FollowedRun implements Follower.Audience {

  /**
   * Stands for a number of examples that a line does not tell; its means are what counts. A power
   * of ten, so that a mean of few decimals stays what it is, and is rounded as {@code train} does.
   */
  private static final long MANY = 1_000_000_000_000L;

  /** Of the epochs that had ended before anybody looked, so many are shown. */
  private static final int PAST_EPOCHS = 5;

  /** Besides the workers' table: the bar, its header, its last line, and a line above. */
  private static final int OTHER_ROWS = 4;

  private static final int MOST_WORKERS = 16;

  /** The coordinator sends events in batches. */
  private static final long BLUR = 100_000_000L;

  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private static final Set<String> UNSAID = Set.of("checkpoint", "rollback", "waiting", "went-on");

  private final Session session;
  private final Supplier<CompletableFuture<String>> job;
  private final Supplier<CompletableFuture<String>> workers;
  private final LongSupplier nanoTime;
  private final StepShares shares = new StepShares();
  private Progress progress;
  private LossHistory history;
  private long stepsTotal;
  private int epochs;
  private String status = "queued";
  private String said = "";
  private long nextStep;
  private int nextEpoch;
  private long pastSteps;
  private int pastEpochs;
  private long missedSteps;
  private Optional<CompletableFuture<String>> asked = Optional.empty();

  /** Whether a status that comes is a new one, and none from before. */
  private boolean upToDate = true;

  /**
   * @param job asks for what {@code status --json} prints of it, without waiting
   * @param workers asks for what {@code workers --json} prints, without waiting
   */
  FollowedRun(
      Session session,
      Supplier<CompletableFuture<String>> job,
      Supplier<CompletableFuture<String>> workers,
      LongSupplier nanoTime) {
    this.session = session;
    this.job = job;
    this.workers = workers;
    this.nanoTime = nanoTime;
  }

  /** The last one that was heard of. */
  String status() {
    return status;
  }

  /**
   * What the coordinator says of the job before its events come: those of steps that it counts
   * already are of the past.
   */
  void begin(JsonFields job) {
    onStatus(job);
    pastSteps = job.whole("step");
    pastEpochs = (int) job.whole("epoch");
    upToDate = pastSteps > 0;
  }

  /** The steps that it has taken by now come all at once. */
  @Override
  public void connected() {
    if (progress != null) {
      progress.unmeasured();
    }
    String answer =
        job.get()
            .completeOnTimeout("", PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
            .exceptionally(unknown -> "")
            .join();
    missedSteps = answer.isEmpty() ? 0 : new JsonFields(CanonicalJson.object(answer)).whole("step");
  }

  @Override
  public void on(ServerEvents.Event event) {
    JsonFields line = new JsonFields(CanonicalJson.object(event.data()));
    switch (event.kind()) {
      case "status" -> onStatus(line);
      case "step" -> onStep(line);
      case "epoch" -> onEpoch(line);
      case "rollback" -> onRollback(line);
      case "notice" -> onNotice(line);
      case "timing" -> onTiming(line);
      default -> {
        // Of a newer server.
      }
    }
  }

  private void onStatus(JsonFields job) {
    stepsTotal = Math.max(stepsTotal, job.whole("steps_total"));
    epochs = Math.max(epochs, (int) job.whole("epochs"));
    String reason = job.object().containsKey("reason") ? ": " + job.text("reason") : "";
    String name = session.terminal().err().status(job.text("status"));
    String text = "%s is %s%s".formatted(job.text("id"), name, reason);
    if (text.equals(said)) {
      upToDate = true;
    } else if (upToDate && job.whole("step") >= pastSteps) {
      status = job.text("status");
      said = text;
      say(text);
      if (progress != null && !status.equals("running")) {
        progress.below(List.of());
      }
    }
  }

  private void onStep(JsonFields line) {
    long step = line.whole("step");
    if (!isBegun(line)) {
      return;
    }
    if (step < nextStep) {
      progress.unmeasured();
      return;
    }
    nextStep = step + 1;
    RunEvent.StepClosed closed =
        new RunEvent.StepClosed(
            step,
            (int) line.whole("epoch"),
            statistics(line, "train", line.whole("examples")),
            (float) line.number("learning_rate"),
            line.number("gradient_norm"));
    history.onEvent(closed);
    if (step < Math.max(pastSteps, missedSteps)) {
      progress.past(closed);
    } else {
      endPast();
      progress.onEvent(closed);
    }
  }

  /** All that comes from now on is new, whatever step it is of. */
  private void endPast() {
    pastSteps = 0;
    pastEpochs = 0;
    missedSteps = 0;
  }

  private void onEpoch(JsonFields line) {
    int epoch = (int) line.whole("epoch");
    if (epoch < nextEpoch || !isBegun(line)) {
      return;
    }
    nextEpoch = epoch + 1;
    Optional<Statistics> validation =
        line.object().containsKey("validation_loss")
            ? Optional.of(statistics(line, "validation", MANY))
            : Optional.empty();
    RunEvent.EpochClosed closed =
        new RunEvent.EpochClosed(
            epoch, line.whole("steps"), statistics(line, "train", MANY), validation);
    history.onEvent(closed);
    if (epoch < pastEpochs) {
      progress.past(closed, epoch >= pastEpochs - PAST_EPOCHS);
    } else {
      progress.onEvent(closed);
    }
  }

  private void onRollback(JsonFields line) {
    if (progress == null) {
      return;
    }
    long to = line.whole("to_step");
    long perEpoch = stepsTotal / epochs;
    nextStep = to;
    nextEpoch = (int) (to / perEpoch);
    history.forget(to, nextEpoch);
    progress.goBack(
        "the run diverged in step " + line.count("diverged_step"),
        to,
        line.number("learning_rate_scale"));
  }

  /** Some of them say what is shown in another way: by a rollback event, or by the status. */
  private void onNotice(JsonFields line) {
    boolean past = line.object().get("step") != null && line.whole("step") < pastSteps;
    if (!past && !UNSAID.contains(line.text("kind"))) {
      say(line.text("notice"));
    }
  }

  private void onTiming(JsonFields line) {
    if (line.whole("step") < pastSteps) {
      return;
    }
    askForWorkers();
    shares.timing(line);
    if (progress != null) {
      Terminal terminal = session.terminal();
      int most = Math.min(MOST_WORKERS, terminal.rows() - OTHER_ROWS);
      progress.below(shares.latest(terminal.columns(), most));
    }
  }

  /** One question at a time; what it is answered shows with the event after. */
  private void askForWorkers() {
    asked
        .filter(CompletableFuture::isDone)
        .ifPresent(
            answer -> {
              asked = Optional.empty();
              if (!answer.isCompletedExceptionally()) {
                shares.workers(CanonicalJson.object(answer.join()));
              }
            });
    if (asked.isEmpty()) {
      asked = Optional.of(workers.get());
    }
  }

  /** With the first line it is known how long the run is and what it predicts. */
  private boolean isBegun(JsonFields line) {
    if (progress == null && stepsTotal > 0 && epochs > 0) {
      int perEpoch = (int) (stepsTotal / epochs);
      Targets targets =
          line.object().containsKey("train_accuracy")
              ? Targets.Classes.numbered(2)
              : new Targets.Values(List.of(Targets.Value.plain("value")));
      history = new LossHistory(perEpoch);
      progress =
          new Progress(
              session.err(),
              session.terminal(),
              new ProgressLine(epochs, perEpoch, targets),
              nanoTime,
              BLUR);
      progress.onEvent(new RunEvent.RunStarted(0, line.whole("step"), 0, 0));
    }
    return progress != null;
  }

  private static Statistics statistics(JsonFields line, String part, long examples) {
    double accuracy = line.number(part + "_accuracy");
    double rmse = line.number(part + "_rmse");
    return new Statistics(
        examples,
        line.number(part + "_loss") * examples,
        Double.isNaN(accuracy) ? 0 : Math.round(accuracy * examples),
        Double.isNaN(rmse) ? 0 : rmse * rmse * examples);
  }

  /** The losses so far, drawn; empty where there are none. */
  String curve() {
    Terminal terminal = session.terminal();
    return history == null
        ? ""
        : LossCurve.draw(
            history.train(), history.validation(), terminal.columns(), terminal.unicode());
  }

  /** Says where the workers' time went; after {@link #leave}. */
  void end() {
    session.err().print(shares.whole());
    session.err().flush();
  }

  /** Leaves what is being redrawn. */
  void leave() {
    if (progress != null) {
      progress.leave();
    }
  }

  @Override
  public void say(String text) {
    String line = "yamabiko: " + text;
    if (progress == null) {
      session.err().println(line);
    } else {
      progress.above(line);
    }
  }
}
