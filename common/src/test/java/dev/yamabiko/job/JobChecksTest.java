package dev.yamabiko.job;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.yamabiko.data.Augmentation;
import dev.yamabiko.data.Augmentations;
import dev.yamabiko.data.DataSource;
import dev.yamabiko.data.DataSpec;
import dev.yamabiko.data.Dataset;
import dev.yamabiko.data.NoiseData;
import dev.yamabiko.data.Targets;
import dev.yamabiko.extension.MeanAndVariance;
import dev.yamabiko.extension.PerExampleLayer;
import dev.yamabiko.nn.Dense;
import dev.yamabiko.nn.Initializer;
import dev.yamabiko.nn.Layer;
import dev.yamabiko.nn.LayerSpec;
import dev.yamabiko.nn.Loss;
import dev.yamabiko.nn.Network;
import dev.yamabiko.tensor.Kernels;
import dev.yamabiko.tensor.Philox;
import dev.yamabiko.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class JobChecksTest {
  private static final Targets ONE_VALUE = new Targets.Values(List.of(Targets.Value.plain("y")));

  private static Job job(Path folder, String... lines) {
    return JobFile.parse(SampleJob.with(lines), "job.conf", folder, List.of());
  }

  private static void assertError(String message, Executable check) {
    assertEquals(message, assertThrows(JobException.class, check).getMessage());
  }

  @Test
  void shouldBuildTheNetworkWhenAllFits() {
    Job job =
        job(Path.of(""), "model = [ { dense { units = 3 } }, tanh, { dense { units = 1 } } ]");
    assertEquals(
        2 * 3 + 3 + 3 + 1, JobChecks.network(job, Shape.of(2), ONE_VALUE).parameterCount());
  }

  @Test
  void shouldNameTheLineOfTheLayerThatDoesNotFit() {
    Job job =
        job(
            Path.of(""),
            "model = [\n  { conv2d { filters = 2, kernel = 3 } }\n  relu\n  { dense { units = 1 } }\n]");
    assertError(
        "job.conf:5: model[2]: layer 2 (dense): dense expects a flat input [features] but gets"
            + " [2, 6, 6]; put flatten before it",
        () -> JobChecks.network(job, Shape.of(1, 8, 8), ONE_VALUE));
    assertError(
        "job.conf:3: model[0]: layer 0 (conv2d): conv2d kernel 3x3 is larger than its input"
            + " [1, 2, 2]; add padding",
        () -> JobChecks.network(job, Shape.of(1, 2, 2), ONE_VALUE));
  }

  @Test
  void shouldNameTheLineOfTheAugmentationThatDoesNotFit() {
    Job job =
        job(
            Path.of(""),
            "data {\n train { builtin { name = sine, examples = 9 } }\n augment = [\n"
                + "  { noise { deviation = 1 } }\n  flip\n ]\n}");
    assertError(
        "job.conf:5: data.augment[1]: flip expects images [channels, height, width] but the inputs"
            + " are [2]",
        () -> JobChecks.network(job, Shape.of(2), ONE_VALUE));
  }

  @Test
  void shouldNameTheLayerWhenAShapeIsTooLarge() {
    Job weights = job(Path.of(""), "model = [ { dense { units = 2000000000 } } ]");
    assertError(
        "job.conf:2: model[0]: layer 0 (dense): shape too large for one array: [2, 2000000000]",
        () -> JobChecks.network(weights, Shape.of(2), ONE_VALUE));
    Job output =
        job(Path.of(""), "model = [ { conv2d { filters = 1, kernel = 46340, padding = 46339 } } ]");
    assertError(
        "job.conf:2: model[0]: layer 0 (conv2d): shape too large for one array: [1, 46347, 46347]",
        () -> JobChecks.network(output, Shape.of(1, 8, 8), ONE_VALUE));
  }

  /** Kernels keep images in tiles of up to 32 channels, and reckon in ints. */
  @Test
  void shouldNameTheConvolutionOfWhichArraysCannotHoldAnImage() {
    String pool = "{ max-pool { size = 50 } }, flatten, { dense { units = 1 } } ]";
    Job first =
        job(Path.of(""), "model = [ { conv2d { filters = 1, kernel = 3, padding = 1 } }, " + pool);
    assertError(
        "job.conf:2: model[0]: layer 0 (conv2d): conv2d from [1, 8192, 8192] to [1, 8192, 8192]"
            + " expects arrays of at most 2147483639 floats to compute with but needs one of"
            + " 2147483660; take smaller images, fewer filters or a smaller kernel",
        () -> JobChecks.network(first, Shape.of(1, 8192, 8192), ONE_VALUE));
    assertDoesNotThrow(() -> JobChecks.network(first, Shape.of(1, 8191, 8191), ONE_VALUE));
  }

  /** A gradient is spread out to the size of the image, where something below wants it. */
  @Test
  void shouldCountAnInputGradientOnlyWhereItIsWanted() {
    String strided = "{ conv2d { filters = 1, kernel = 3, stride = 4 } }, ";
    String rest = "{ max-pool { size = 50 } }, flatten, { dense { units = 1 } } ]";
    Shape image = Shape.of(1, 8192, 8192);
    Job alone = job(Path.of(""), "model = [ " + strided + rest);
    assertDoesNotThrow(() -> JobChecks.network(alone, image, ONE_VALUE));
    String model = "model = [ batch-norm, " + strided + rest;
    assertError(
        "job.conf:2: model[1]: layer 1 (conv2d): conv2d from [1, 8192, 8192] to [1, 2048, 2048]"
            + " expects arrays of at most 2147483639 floats to compute with but needs one of"
            + " 2148532352; take smaller images, fewer filters or a smaller kernel",
        () -> JobChecks.network(job(Path.of(""), model), image, ONE_VALUE));
    Job frozen = job(Path.of(""), model, "freeze = [0]");
    assertDoesNotThrow(() -> JobChecks.network(frozen, image, ONE_VALUE));
  }

  @Test
  void shouldNameTheLossWhenItDoesNotFit() {
    Job job = job(Path.of(""));
    assertError(
        "job.conf:3: loss: half-squared-error expects numeric targets but the data has class"
            + " labels (3 classes); use softmax-cross-entropy",
        () -> JobChecks.network(job, Shape.of(2), Targets.Classes.numbered(3)));
  }

  /** As read, but with a loss of a user's own. */
  private static Job jobOf(Loss loss, int outputs) {
    Job job = job(Path.of(""));
    return jobOf(job, job.data(), loss, outputs);
  }

  private static Job jobOf(Job job, DataSpec data, Loss loss, int outputs) {
    return new Job(
        job.name(),
        job.seed(),
        data,
        ModelSpec.of(List.of(new Dense.Spec(outputs, Initializer.HE))),
        loss,
        job.update(),
        job.communication(),
        job.batchSize(),
        job.shards(),
        job.epochs(),
        job.checkpoints(),
        job.selection(),
        job.rollback(),
        job.workers(),
        job.tensorBoard(),
        job.extensions(),
        job.resolved(),
        job.places());
  }

  @Test
  void shouldRefuseALossThatSaysOtherNumbersThanTheDataHas() {
    JobChecks.network(jobOf(new MeanAndVariance(true), 2), Shape.of(2), ONE_VALUE);
    assertError(
        "job.conf:3: loss: mean-and-variance expects the model to end in [1], one output for each"
            + " target value (1 value: y), or its predictedWidth and predict to say as many, but"
            + " the model ends in [2] and predictedWidth is 2",
        () -> JobChecks.network(jobOf(new MeanAndVariance(false), 2), Shape.of(2), ONE_VALUE));
    assertError(
        "job.conf:3: loss: mean-and-variance expects the model to end in [2], one output for each"
            + " class (2 classes), or its predictedWidth and predict to say as many, but the model"
            + " ends in [1] and predictedWidth is 1",
        () ->
            JobChecks.network(
                jobOf(new MeanAndVariance(false), 1), Shape.of(2), Targets.Classes.numbered(2)));
  }

  /** Fails where it is told to. */
  private record Faulty(String where, Error error) implements LayerSpec, Loss, Augmentation {
    @Override
    public String kind() {
      return "faulty";
    }

    private boolean fails(String here) {
      if (where.equals(here) && error != null) {
        throw error;
      }
      return where.equals(here);
    }

    @Override
    public Layer build(Shape input) {
      return new PerExampleLayer("faulty", input, input, List.of()) {
        @Override
        public Optional<String> refusesShard(int rows) {
          return fails("refusesShard") ? null : Optional.empty();
        }

        @Override
        protected void forward(float[] w, float[] x, float[] y) {
          // Never asked.
        }

        @Override
        protected void backward(
            float[] w, float[] x, float[] y, float[] g, float[] dx, float[] dw) {
          // Never asked.
        }
      };
    }

    @Override
    public void check(Shape output, Targets targets) {
      fails("check");
    }

    @Override
    public void check(Shape shape) {
      fails("augment");
    }

    @Override
    public void apply(Shape shape, float[] values, int at, float[] scratch, Philox random) {
      // Never asked.
    }

    @Override
    public Optional<String> refusesTarget(float target) {
      return fails("refusesTarget") ? null : Optional.empty();
    }

    @Override
    public void evaluate(
        Kernels kernels, int rows, int features, float[] y, float[] t, double[] e, float[] g) {
      // Never asked.
    }
  }

  private static Stream<Error> errors() {
    return Stream.of(
        new AssertionError("never"), new StackOverflowError(), new NoClassDefFoundError("my/Lib"));
  }

  @ParameterizedTest
  @MethodSource("errors")
  void shouldNameTheClassThatFailsACheck(Error error) {
    String ofClass = "of class " + Faulty.class.getName();
    assertError(
        "job.conf:3: loss: the check of faulty, %s, threw %s".formatted(ofClass, error),
        () -> JobChecks.network(jobOf(new Faulty("check", error), 1), Shape.of(2), ONE_VALUE));
    Job augmented =
        job(
            Path.of(""),
            "data { train { builtin { name = sine, examples = 9 } }, augment = [ { noise { deviation = 1 } } ] }");
    Augmentations augment = new Augmentations(List.of(new Faulty("augment", error)));
    DataSource train = augmented.data().train();
    DataSpec spec =
        new DataSpec(train, Optional.empty(), Optional.empty(), augment, DataSpec.Storage.AUTO);
    assertError(
        "job.conf:1: data.augment[0]: the check of faulty, %s, threw %s".formatted(ofClass, error),
        () ->
            JobChecks.network(jobOf(augmented, spec, augmented.loss(), 1), Shape.of(2), ONE_VALUE));
    Dataset data = new NoiseData(3, Shape.of(2), ONE_VALUE, 1);
    assertError(
        "job.conf:3: loss: the check of faulty, %s, threw %s".formatted(ofClass, error),
        () -> JobChecks.targets(jobOf(new Faulty("refusesTarget", error), 1), data));
    Network network = Network.build(Shape.of(2), List.of(new Faulty("refusesShard", error)));
    assertError(
        "job.conf:5: batch-size: layer 0 (faulty), %s$1, threw %s".formatted(ofClass, error),
        () -> JobChecks.shards(job(Path.of("")), network, 16));
  }

  @Test
  void shouldNameTheClassThatReturnsNull() {
    String ofClass = "of class " + Faulty.class.getName();
    String threw = "threw java.lang.NullPointerException: ";
    Dataset data = new NoiseData(3, Shape.of(2), ONE_VALUE, 1);
    assertError(
        "job.conf:3: loss: the check of faulty, %s, %srefusesTarget(float) must not return null"
            .formatted(ofClass, threw),
        () -> JobChecks.targets(jobOf(new Faulty("refusesTarget", null), 1), data));
    Network network = Network.build(Shape.of(2), List.of(new Faulty("refusesShard", null)));
    assertError(
        "job.conf:5: batch-size: layer 0 (faulty), %s$1, %srefusesShard(int) must not return null"
            .formatted(ofClass, threw),
        () -> JobChecks.shards(job(Path.of("")), network, 16));
  }

  private static final String NORMALIZED = "model = [ { dense { units = 1 } }, batch-norm ]";

  private static void checkShards(Job job, int examples) {
    JobChecks.shards(job, JobChecks.network(job, Shape.of(2), ONE_VALUE), examples);
  }

  @Test
  void shouldRefuseShardsOfOneValueWhenTheModelNormalizesThem() {
    assertError(
        "job.conf:5: batch-size: layer 1 (batch-norm): a shard of 1 example has one value per"
            + " feature, and no variance; a batch has 16 examples for 9 shards:"
            + " take at most shards = 8, or another batch-size",
        () -> checkShards(job(Path.of(""), NORMALIZED, "shards = 9"), 160));
    assertError(
        "job.conf:5: batch-size: layer 1 (batch-norm): a shard of 1 example has one value per"
            + " feature, and no variance; the last batch of an epoch has 5 examples for 4 shards:"
            + " take at most shards = 2, or another batch-size",
        () -> checkShards(job(Path.of(""), NORMALIZED, "shards = 4"), 21));
    assertError(
        "job.conf:5: batch-size: layer 1 (batch-norm): a shard of 1 example has one value per"
            + " feature, and no variance; the last batch of an epoch has 1 example for 1 shard:"
            + " take another batch-size",
        () -> checkShards(job(Path.of(""), NORMALIZED, "shards = 1"), 17));
    checkShards(job(Path.of(""), NORMALIZED, "shards = 4"), 24);
    checkShards(job(Path.of(""), NORMALIZED, "shards = 4", "freeze = [1]"), 21);
    checkShards(job(Path.of("")), 17);
  }

  @Test
  void shouldNameTheExampleWhoseTargetTheLossRefuses() {
    Job job = job(Path.of(""), "loss = binary-cross-entropy");
    NoiseData noise = new NoiseData(20, Shape.of(2), ONE_VALUE, 1);
    float[] target = new float[1];
    int first = 0;
    for (noise.readTarget(0, target, 0); target[0] >= 0 && target[0] <= 1; ) {
      noise.readTarget(++first, target, 0);
    }
    assertError(
        "job.conf:3: loss: binary-cross-entropy expects targets from 0 to 1 but the model is given "
            + target[0]
            + "; set normalize-targets = none if the data itself is in that range (example "
            + first
            + ")",
        () -> JobChecks.targets(job, noise));
    JobChecks.targets(job(Path.of("")), noise);
  }

  @Test
  void shouldNameTheLayerInsideABlockThatDoesNotFit() {
    Job job =
        job(Path.of(""), "model = [ relu, { residual { body = [ { max-pool { size = 2 } } ] } } ]");
    assertError(
        "job.conf:2: model[1]: layer 1.body.0 (max-pool): max-pool expects an image"
            + " [channels, height, width] but gets [2]",
        () -> JobChecks.network(job, Shape.of(2), ONE_VALUE));
  }

  @Test
  void shouldAcceptFilesThatCanBeRead(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("a"), "x");
    JobChecks.files(job(folder));
    Job job = job(folder, "data.train.idx { images = a, labels = ./a }");
    assertDoesNotThrow(() -> JobChecks.files(job));
  }

  @Test
  void shouldNameKeyAndFileWhenAFileCannotBeRead(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("a"), "x");
    Job missing = job(folder, "data.train.idx {\n images = a\n labels = b\n}");
    assertError(
        "job.conf:3: data.train.idx.labels: no such file: " + folder.resolve("b"),
        () -> JobChecks.files(missing));
    Job directory =
        job(
            folder,
            "data.train.builtin { name = sine, examples = 3 }",
            "data.validation.csv { path = ., targets = [1] }");
    assertError(
        "job.conf:7: data.validation.csv.path: expected a file but found a directory: "
            + folder.resolve("."),
        () -> JobChecks.files(directory));
    Job set =
        JobFile.parse(
            SampleJob.with(),
            "job.conf",
            folder,
            List.of("data.train.csv={path=\"/no/such.csv\",label=0}"));
    assertError(
        "--set data.train.csv: data.train.csv.path: no such file: /no/such.csv",
        () -> JobChecks.files(set));
  }

  @Test
  void shouldNameKeyAndDirectoryWhenItCannotBeRead(@TempDir Path folder) throws IOException {
    assertDoesNotThrow(
        () -> JobChecks.files(job(folder, "data.train.images { directory = \".\" }")));
    Job missing = job(folder, "data.train.images { directory = cats }");
    assertError(
        "job.conf:1: data.train.images.directory: no such directory: " + folder.resolve("cats"),
        () -> JobChecks.files(missing));
    Files.writeString(folder.resolve("cats.zip"), "x");
    Job file = job(folder, "data.train.images { directory = cats.zip }");
    assertError(
        "job.conf:1: data.train.images.directory: expected a directory but found a file: "
            + folder.resolve("cats.zip"),
        () -> JobChecks.files(file));
  }
}
