package dev.yamabiko.job;

import dev.yamabiko.data.Augmentation;
import dev.yamabiko.data.DataException;
import dev.yamabiko.data.DataSource;
import dev.yamabiko.data.Dataset;
import dev.yamabiko.data.Targets;
import dev.yamabiko.nn.LayerException;
import dev.yamabiko.nn.Loss;
import dev.yamabiko.nn.Network;
import dev.yamabiko.nn.ShapeMismatchException;
import dev.yamabiko.step.StepPlan;
import dev.yamabiko.tensor.Shape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** What a job's file alone cannot tell, checked before step 0; the messages name file and line. */
public final class JobChecks {
  private JobChecks() {}

  /**
   * Every file and directory that the job names exists and can be read.
   *
   * @throws JobException naming the key and the absolute path of the first that does not
   */
  public static void files(Job job) {
    DataParser.sources(job.data()).forEach((key, source) -> files(job.places(), key, source));
    job.model().warmStart().ifPresent(path -> model(job.places().of("warm-start"), path));
  }

  /**
   * The job was made with the very extensions that are here.
   *
   * @throws JobException naming the one that is another
   */
  public static void extensions(Job job) {
    Extensions.ofThisJvm()
        .difference(job)
        .ifPresent(
            difference -> {
              throw new JobException(difference.describe());
            });
  }

  /** The files and directories of one source, which is written at this key. */
  static void files(Places places, String key, DataSource source) {
    DataParser.files(key, source).forEach((at, file) -> file(places.of(at), file));
    DataParser.directories(key, source)
        .forEach((at, directory) -> directory(places.of(at), directory));
  }

  /** A model is named by its file or by its run directory. */
  private static void model(String place, Path path) {
    if (Files.isDirectory(path)) {
      directory(place, path);
    } else {
      file(place, path);
    }
  }

  private static void directory(String place, Path directory) {
    if (!Files.exists(directory)) {
      throw new JobException(place + ": no such directory: " + directory);
    }
    if (!Files.isDirectory(directory)) {
      throw new JobException(place + ": expected a directory but found a file: " + directory);
    }
    if (!Files.isReadable(directory) || !Files.isExecutable(directory)) {
      throw new JobException(place + ": no permission to read this directory: " + directory);
    }
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
   * The job's network for inputs of this shape, which can be augmented as the job wants; its output
   * fits the loss and the targets.
   *
   * @throws JobException naming the augmentation, the layer, or the loss that does not fit
   */
  public static Network network(Job job, Shape input, Targets targets) {
    augmentations(job, input);
    Network network;
    try {
      network = job.model().build(input);
    } catch (ShapeMismatchException | IllegalArgumentException e) {
      throw unfit(job, firstUnfit(input, job.model()), e);
    }
    try {
      job.loss().check(network.outputShape(), targets);
      predictions(job.loss(), network.outputShape().size(), targets);
    } catch (RuntimeException | StackOverflowError | AssertionError | LinkageError e) {
      throw wrong(job.places().of("loss"), job.loss(), e);
    }
    job.selection().ifPresent(selection -> metric(job, selection.metric(), targets));
    return network;
  }

  /** What the loss says of an example is what metrics and predictions expect of the data. */
  private static void predictions(Loss loss, int features, Targets targets) {
    boolean classes = targets instanceof Targets.Classes;
    int expected = classes ? targets.names().size() : targets.width();
    int found = loss.predictedWidth(features, targets);
    if (found != expected) {
      throw new ShapeMismatchException(
          "%s expects the model to end in [%d], one output for each %s (%s), or its predictedWidth and predict to say as many, but the model ends in [%d] and predictedWidth is %d"
              .formatted(
                  loss.kind(),
                  expected,
                  classes ? "class" : "target value",
                  targets.describe(),
                  features,
                  found));
    }
  }

  private static void augmentations(Job job, Shape input) {
    List<Augmentation> all = job.data().augment().all();
    for (int i = 0; i < all.size(); i++) {
      try {
        all.get(i).check(input);
      } catch (RuntimeException | StackOverflowError | AssertionError | LinkageError e) {
        String place = job.places().of("data.augment[" + i + "]");
        throw new JobException(place + ": " + said(all.get(i).kind(), all.get(i), e), e);
      }
    }
  }

  private static JobException wrong(String place, Loss loss, Throwable thrown) {
    return new JobException(place + ": " + said(loss.kind(), loss, thrown), thrown);
  }

  /** What a check found, or that it failed itself, as a user's own may. */
  private static String said(String kind, Object checked, Throwable thrown) {
    return thrown instanceof ShapeMismatchException || thrown instanceof DataException
        ? thrown.getMessage()
        : "the check of %s, of class %s, threw %s"
            .formatted(kind, checked.getClass().getName(), LayerException.inOneLine(thrown));
  }

  /** The metric by which the best epoch is chosen is one that the data has. */
  private static void metric(Job job, Selection.Metric metric, Targets targets) {
    // A metric that is no default stands in one of two places.
    String place =
        Stream.of("early-stopping.metric", "checkpoint.best")
            .filter(job.places()::isKnown)
            .map(job.places()::of)
            .findFirst()
            .orElse("early-stopping.metric");
    metric(place, metric, targets);
  }

  /**
   * @param place where the metric was written
   */
  static void metric(String place, Selection.Metric metric, Targets targets) {
    boolean classes = targets instanceof Targets.Classes;
    if (metric == Selection.Metric.VALIDATION_ACCURACY && !classes
        || metric == Selection.Metric.VALIDATION_RMSE && classes) {
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
        place + ": " + (isNamed(message, name, layer) ? message : name + message), cause);
  }

  /** Whether the message names this layer, or one inside it. */
  private static boolean isNamed(String message, String name, int layer) {
    return message.startsWith(name) || message.startsWith("layer " + layer + ".");
  }

  /** The layer without which the ones before it fit. */
  private static int firstUnfit(Shape input, ModelSpec model) {
    for (int i = 0; ; i++) {
      try {
        Network.build(input, model.layers().subList(0, i + 1), model.frozen());
      } catch (ShapeMismatchException | IllegalArgumentException e) {
        return i;
      }
    }
  }

  /**
   * No shard of any batch is one that the network cannot be trained on; the smallest one that is
   * not empty decides, of a full batch or of an epoch's last one.
   *
   * @throws JobException naming the layer, the shard's size and the batch
   */
  public static void shards(Job job, Network network, int trainingExamples) {
    StepPlan plan = new StepPlan(trainingExamples, job.batchSize(), job.shards(), job.epochs());
    int last = plan.stepsPerEpoch() - 1;
    for (int step : new int[] {0, last}) {
      int examples = plan.batchExamples(step);
      Optional<String> reason = refusesShard(job, network, Math.max(1, examples / job.shards()));
      if (reason.isPresent()) {
        String batch = examples == job.batchSize() ? "a batch" : "the last batch of an epoch";
        throw new JobException(
            "%s: %s; %s has %s for %d %s: %s"
                .formatted(
                    job.places().of("batch-size"),
                    reason.get(),
                    batch,
                    PlanTable.count(examples, "example"),
                    job.shards(),
                    job.shards() == 1 ? "shard" : "shards",
                    advice(examples, job.shards())));
      }
    }
  }

  private static Optional<String> refusesShard(Job job, Network network, int examples) {
    try {
      return network.refusesShard(examples);
    } catch (LayerException e) {
      throw new JobException(job.places().of("batch-size") + ": " + e.getMessage(), e);
    }
  }

  /** A batch of one example cannot be helped by fewer shards. */
  private static String advice(int examples, int shards) {
    return examples > 1 && shards > 1
        ? "take at most shards = %d, or another batch-size".formatted(examples / 2)
        : "take another batch-size";
  }

  /**
   * Every target is one that the loss takes.
   *
   * @throws JobException naming the example, from 0 on, and the target
   */
  public static void targets(Job job, Dataset data) {
    targets(job.places().of("loss"), job.loss(), data);
  }

  /**
   * The same of data that no job names.
   *
   * @param place that messages begin with
   */
  public static void targets(String place, Loss loss, Dataset data) {
    if (data.targets() instanceof Targets.Values) {
      float[] values = new float[data.targets().width()];
      for (int i = 0; i < data.size(); i++) {
        data.readTarget(i, values, 0);
        for (float value : values) {
          Optional<String> reason = refusesTarget(place, loss, value);
          if (reason.isPresent()) {
            throw new JobException("%s: %s (example %d)".formatted(place, reason.get(), i));
          }
        }
      }
    }
  }

  private static Optional<String> refusesTarget(String place, Loss loss, float target) {
    try {
      return Objects.requireNonNull(
          loss.refusesTarget(target), "refusesTarget(float) must not return null");
    } catch (RuntimeException | StackOverflowError | AssertionError | LinkageError e) {
      throw wrong(place, loss, e);
    }
  }
}
