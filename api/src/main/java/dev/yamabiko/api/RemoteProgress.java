package dev.yamabiko.api;

import dev.yamabiko.client.Follower;
import dev.yamabiko.client.JsonFields;
import dev.yamabiko.client.ServerEvents;
import dev.yamabiko.model.CanonicalJson;
import java.util.Optional;

/**
 * Tells a listener of a job on a coordinator. Steps that are taken again, to the same bits, after
 * the coordinator or slices were lost are not told twice.
 */
final class RemoteProgress implements Follower.Audience {

  private final ProgressListener listener;
  private long steps;
  private int epochs;
  private long nextStep;
  private int nextEpoch;

  /**
   * @param job as the coordinator tells of it before it is followed: of one that runs already there
   *     may be no word of its status any more
   */
  RemoteProgress(ProgressListener listener, JsonFields job) {
    this.listener = listener;
    onStatus(job);
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
      default -> {
        // How long steps took, and what a newer coordinator tells.
      }
    }
  }

  @Override
  public void say(String text) {
    listener.onNotice(text);
  }

  /** A checkpoint may be taken after every step. */
  private void onNotice(JsonFields line) {
    if (!line.text("kind").equals("checkpoint")) {
      listener.onNotice(line.text("notice"));
    }
  }

  private void onStatus(JsonFields job) {
    steps = Math.max(steps, job.whole("steps_total"));
    epochs = Math.max(epochs, (int) job.whole("epochs"));
  }

  private void onStep(JsonFields line) {
    long step = line.whole("step");
    if (step < nextStep) {
      return;
    }
    nextStep = step + 1;
    listener.onStep(
        new Progress(
            step + 1,
            steps,
            (int) line.whole("epoch") + 1,
            epochs,
            Metrics.of(line, "train"),
            Optional.empty()));
  }

  private void onEpoch(JsonFields line) {
    int epoch = (int) line.whole("epoch");
    if (epoch < nextEpoch) {
      return;
    }
    nextEpoch = epoch + 1;
    Optional<Metrics> validation =
        line.object().containsKey("validation_loss")
            ? Optional.of(Metrics.of(line, "validation"))
            : Optional.empty();
    listener.onEpoch(
        new Progress(
            line.whole("steps"), steps, epoch + 1, epochs, Metrics.of(line, "train"), validation));
  }

  /** What comes after that step is taken anew, to other bits; the notice of it says why. */
  private void onRollback(JsonFields line) {
    nextStep = line.whole("to_step");
    nextEpoch = steps > 0 && epochs > 0 ? (int) (nextStep / (steps / epochs)) : 0;
  }
}
