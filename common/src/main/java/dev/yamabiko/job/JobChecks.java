package dev.yamabiko.job;

import dev.yamabiko.data.Targets;
import dev.yamabiko.nn.LayerSpec;
import dev.yamabiko.nn.Network;
import dev.yamabiko.nn.ShapeMismatchException;
import dev.yamabiko.tensor.Shape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What a job's file alone cannot tell, checked before step 0; the messages name file and line. */
public final class JobChecks {
  private JobChecks() {}

  /**
   * Every file that the job names exists and can be read.
   *
   * @throws JobException naming the key and the absolute path of the first that does not
   */
  public static void files(Job job) {
    JobParser.files(job.data(), job.model())
        .forEach((key, file) -> file(job.places().of(key), file));
  }

  private static void file(String place, Path file) {
    if (!Files.exists(file)) {
      throw new JobException(place + ": no such file: " + file);
    }
    if (!Files.isRegularFile(file)) {
      String found = Files.isDirectory(file) ? "a directory" : "something else";
      throw new JobException(place + ": expected a file but found " + found + ": " + file);
    }
    if (!Files.isReadable(file)) {
      throw new JobException(place + ": no permission to read this file: " + file);
    }
  }

  /**
   * The job's network for inputs of this shape; its output fits the loss and the targets.
   *
   * @throws JobException naming the layer, or the loss, that does not fit
   */
  public static Network network(Job job, Shape input, Targets targets) {
    Network network;
    try {
      network = job.model().build(input);
    } catch (ShapeMismatchException | IllegalArgumentException e) {
      throw unfit(job, firstUnfit(input, job.model().layers()), e);
    }
    try {
      job.loss().check(network.outputShape(), targets);
    } catch (ShapeMismatchException e) {
      throw new JobException(job.places().of("loss") + ": " + e.getMessage(), e);
    }
    job.selection().ifPresent(selection -> metric(job, selection.metric(), targets));
    return network;
  }

  /** The metric by which the best epoch is chosen is one that the data has. */
  private static void metric(Job job, Selection.Metric metric, Targets targets) {
    boolean classes = targets instanceof Targets.Classes;
    if (metric == Selection.Metric.VALIDATION_ACCURACY && !classes
        || metric == Selection.Metric.VALIDATION_RMSE && classes) {
      // A metric that is no default stands in one of two places.
      String place =
          Stream.of("early-stopping.metric", "checkpoint.best")
              .filter(job.places()::isKnown)
              .map(job.places()::of)
              .findFirst()
              .orElse("early-stopping.metric");
      throw new JobException(
          "%s: expected validation-loss, train-loss or %s, because the data has %s, but found %s"
              .formatted(
                  place,
                  classes ? "validation-accuracy" : "validation-rmse",
                  targets.describe(),
                  metric.key()));
    }
  }

  private static JobException unfit(Job job, int layer, RuntimeException cause) {
    String place = job.places().of("model[" + layer + "]");
    String name = "layer %d (%s): ".formatted(layer, job.model().layers().get(layer).kind());
    // A layer whose output fits no array is not named by the message.
    String message = cause.getMessage();
    return new JobException(
        place + ": " + (message.startsWith(name) ? message : name + message), cause);
  }

  /** The layer without which the ones before it fit. */
  private static int firstUnfit(Shape input, List<LayerSpec> model) {
    for (int i = 0; ; i++) {
      try {
        Network.build(input, model.subList(0, i + 1));
      } catch (ShapeMismatchException | IllegalArgumentException e) {
        return i;
      }
    }
  }
}
