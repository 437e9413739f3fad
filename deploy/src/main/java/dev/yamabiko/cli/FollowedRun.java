package dev.yamabiko.cli;

import dev.yamabiko.data.Targets;
import dev.yamabiko.model.CanonicalJson;
import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.step.Statistics;
import dev.yamabiko.step.StepPlan;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Shows the events of a job on a coordinator as {@code train} shows those of its own run. The lines
 * hold means, not sums; what is shown needs no more.
 *
 * <p>After a restart of the coordinator the run goes on from a checkpoint and takes some steps
 * again, with the same bits: those are not shown twice.
 */
final class FollowedRun {

  /** Stands for a number of examples that a line does not tell; its means are what counts. */
  private static final long MANY = 1L << 40;

  private final Session session;
  private final int batchSize;
  private final LongSupplier nanoTime;
  private Progress progress;
  private LossHistory history;
  private long stepsTotal;
  private int epochs;
  private String status = "queued";
  private String said = "";
  private long nextStep;
  private int nextEpoch;

  FollowedRun(Session session, int batchSize, LongSupplier nanoTime) {
    this.session = session;
    this.batchSize = batchSize;
    this.nanoTime = nanoTime;
  }

  /** The last one that was heard of. */
  String status() {
    return status;
  }

  void on(ServerEvents.Event event) {
    Map<String, Object> line = CanonicalJson.object(event.data());
    switch (event.kind()) {
      case "status" -> onStatus(new JsonFields(line));
      case "step" -> onStep(new JsonFields(line));
      case "epoch" -> onEpoch(new JsonFields(line));
      case "rollback" -> onRollback(new JsonFields(line));
      case "notice" -> say(new JsonFields(line).text("notice"));
      default -> {
        // Of a newer server.
      }
    }
  }

  private void onStatus(JsonFields job) {
    status = job.text("status");
    stepsTotal = Math.max(stepsTotal, job.whole("steps_total"));
    epochs = Math.max(epochs, (int) job.whole("epochs"));
    String reason = job.object().containsKey("reason") ? ": " + job.text("reason") : "";
    String text = "%s is %s%s".formatted(job.text("id"), status, reason);
    if (!text.equals(said)) {
      said = text;
      say(text);
    }
  }

  private void onStep(JsonFields line) {
    long step = line.whole("step");
    if (step < nextStep || !begin(line)) {
      return;
    }
    nextStep = step + 1;
    tell(
        new RunEvent.StepClosed(
            step,
            (int) line.whole("epoch"),
            statistics(line, "train", line.whole("examples")),
            (float) line.number("learning_rate"),
            line.number("gradient_norm")));
  }

  private void onEpoch(JsonFields line) {
    int epoch = (int) line.whole("epoch");
    if (epoch < nextEpoch || !begin(line)) {
      return;
    }
    nextEpoch = epoch + 1;
    Optional<Statistics> validation =
        line.object().containsKey("validation_loss")
            ? Optional.of(statistics(line, "validation", MANY))
            : Optional.empty();
    tell(
        new RunEvent.EpochClosed(
            epoch, line.whole("steps"), statistics(line, "train", MANY), validation));
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

  private void tell(RunEvent event) {
    history.onEvent(event);
    progress.onEvent(event);
  }

  /** With the first line it is known how long the run is and what it predicts. */
  private boolean begin(JsonFields line) {
    if (progress == null && stepsTotal > 0 && epochs > 0) {
      int perEpoch = (int) (stepsTotal / epochs);
      Targets targets =
          line.object().containsKey("train_accuracy")
              ? Targets.Classes.numbered(2)
              : new Targets.Values(List.of(Targets.Value.plain("value")));
      StepPlan plan = new StepPlan(perEpoch * batchSize, batchSize, 1, epochs);
      history = new LossHistory(perEpoch);
      progress = new Progress(session.err(), session.terminal(), plan, targets, nanoTime);
      progress.onEvent(new RunEvent.RunStarted(0, line.whole("step"), 0));
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

  /** Leaves the line that is being redrawn. */
  void leave() {
    if (progress != null) {
      progress.leaveBar();
    }
  }

  void say(String text) {
    leave();
    session.err().println("yamabiko: " + text);
  }
}
