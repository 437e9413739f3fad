package dev.yamabiko.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.data.DataSource;
import dev.yamabiko.data.DataSource.Column;
import dev.yamabiko.data.DataSource.Header;
import dev.yamabiko.data.DataSource.MissingValues;
import dev.yamabiko.data.DataSource.Normalization;
import dev.yamabiko.data.DataSpec;
import dev.yamabiko.data.DataSpec.Validation;
import dev.yamabiko.nn.Activation;
import dev.yamabiko.nn.Conv2d;
import dev.yamabiko.nn.Dense;
import dev.yamabiko.nn.Flatten;
import dev.yamabiko.nn.HalfSquaredError;
import dev.yamabiko.nn.Initializer;
import dev.yamabiko.nn.LayerSpec;
import dev.yamabiko.nn.MaxPool;
import dev.yamabiko.nn.Softmax;
import dev.yamabiko.nn.SoftmaxCrossEntropy;
import dev.yamabiko.optim.Adam;
import dev.yamabiko.optim.Optimizer;
import dev.yamabiko.optim.Sgd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobFileTest {
  private static final Path BASE = Path.of("/jobs");

  /** As the design document gives it. */
  private static final String DIGITS =
      """
      name = digits
      seed = 42
      data {
        train      { builtin { name = digits, examples = 12000 } }  # or idx { images, labels }
        validation { builtin { name = digits, examples = 2000, seed = 7 } }  # or fraction = 0.1
      }
      model = [
        { conv2d { filters = 16, kernel = 3 } }, relu, { max-pool { size = 2 } }, flatten,
        { dense { units = 10 } }
      ]
      loss = softmax-cross-entropy            # or half-squared-error
      optimizer { sgd { learning-rate = 0.1, momentum = 0.9 } }
      batch-size = 128
      shards = 8
      epochs = 5
      checkpoint { every-steps = 100 }
      """;

  private static Job parse(String text) {
    return JobFile.parse(text, "test.conf", BASE, List.of());
  }

  /** A job with these lines in the place of the usual ones. */
  private static Job with(String... lines) {
    return parse(SampleJob.with(lines));
  }

  private static Job again(Job job) {
    return JobFile.parse(job.resolved(), "job.conf", Path.of("/elsewhere"), List.of());
  }

  @Test
  void shouldReadTheJobOfTheDesign() {
    Job job = parse(DIGITS);
    DataSource train = new DataSource.Builtin("digits", 12000, 42);
    DataSource validation = new DataSource.Builtin("digits", 2000, 7);
    assertEquals(
        new Job(
            "digits",
            42,
            new DataSpec(train, Optional.of(new Validation.Source(validation)), Optional.empty()),
            List.of(
                new Conv2d.Spec(16, 3, 3, 1, 0, 0, Initializer.HE),
                new Activation.Spec(Activation.Kind.RELU),
                new MaxPool.Spec(2, 2),
                new Flatten.Spec(),
                new Dense.Spec(10, Initializer.HE)),
            new SoftmaxCrossEntropy(),
            new Sgd(0.1f, 0.9f, false, 0),
            OptionalDouble.empty(),
            128,
            8,
            5,
            OptionalLong.of(100),
            job.resolved()),
        job);
  }

  @Test
  void shouldReadTheSameJobFromItsResolvedText() {
    Job job = parse(DIGITS);
    assertEquals(job, again(job));
  }

  @Test
  void shouldReadJson() {
    Job job =
        parse(
            """
            {"name": "sine", "data": {"train": {"builtin": {"name": "sine", "examples": 100}}},
             "model": [{"dense": {"units": 1}}], "loss": "half-squared-error",
             "optimizer": {"adam": {}}, "batch-size": 16, "epochs": 2}
            """);
    assertEquals("sine", job.name());
    assertEquals(new HalfSquaredError(), job.loss());
  }

  @Test
  void shouldTakeDefaultsWhenOptionalKeysAreMissing() {
    Job job = with();
    assertEquals("test", job.name());
    assertEquals(1, job.seed());
    assertEquals(new DataSource.Builtin("sine", 100, 1), job.data().train());
    assertEquals(Optional.empty(), job.data().validation());
    assertEquals(Optional.empty(), job.data().split());
    assertEquals(new Sgd(0.01f, 0, false, 0), job.optimizer());
    assertEquals(OptionalDouble.empty(), job.clipNorm());
    assertEquals(8, job.shards());
    assertEquals(OptionalLong.empty(), job.checkpointEverySteps());
  }

  @Test
  void shouldTakeNoMoreShardsThanExamplesWhenTheBatchIsSmall() {
    assertEquals(3, with("batch-size = 3").shards());
    assertEquals(3, with("batch-size = 3", "shards = 3").shards());
  }

  @Test
  void shouldNameTheJobAfterItsFile() {
    assertEquals("a.b", JobFile.parse(SampleJob.with(), "x/a.b.conf", BASE, List.of()).name());
    assertEquals("job", JobFile.parse(SampleJob.with(), "job", BASE, List.of()).name());
  }

  @Test
  void shouldKeepTheNameWhenTheResolvedTextGetsAnotherFileName() {
    assertEquals("test", again(with()).name());
  }

  @Test
  void shouldSeedBuiltinsFromTheJobUnlessTheyHaveASeed() {
    Job job =
        with(
            "seed = 20",
            "data { train { builtin { name = spirals, examples = 9 } },"
                + " validation { builtin { name = spirals, examples = 3 } } }");
    assertEquals(new DataSource.Builtin("spirals", 9, 20), job.data().train());
    assertEquals(
        Optional.of(new Validation.Source(new DataSource.Builtin("spirals", 3, 21))),
        job.data().validation());
    assertEquals(Long.MAX_VALUE, with("seed = " + Long.MAX_VALUE).seed());
  }

  @Test
  void shouldReadIdxAndFraction() {
    Job job =
        with(
            "data { train { idx { images = a.gz, labels = /data/b } },"
                + " validation { fraction = 0.25 }, split = chronological }");
    assertEquals(
        new DataSpec(
            new DataSource.Idx(Path.of("/jobs/a.gz"), Path.of("/data/b")),
            Optional.of(new Validation.Fraction(0.25)),
            Optional.of(DataSpec.Split.CHRONOLOGICAL)),
        job.data());
    assertEquals(job, again(job));
  }

  @Test
  void shouldReadNpyAndStorage() {
    Job job =
        with(
            "data { train { npy { inputs = x.npy, labels = /data/y.npy, scale = 0.5 } },"
                + " validation { npy { inputs = v.npy, targets = t.npy } }, storage = disk }");
    assertEquals(
        new DataSpec(
            new DataSource.Npy(
                Path.of("/jobs/x.npy"), Optional.of(Path.of("/data/y.npy")), Optional.empty(), 0.5),
            Optional.of(
                new Validation.Source(
                    new DataSource.Npy(
                        Path.of("/jobs/v.npy"),
                        Optional.empty(),
                        Optional.of(Path.of("/jobs/t.npy")),
                        1))),
            Optional.empty(),
            DataSpec.Storage.DISK),
        job.data());
    assertEquals(job, again(job));
  }

  @Test
  void shouldReadCsvWithDefaults() {
    assertEquals(
        new DataSource.Csv(
            Path.of("/jobs/t.csv"),
            Header.AUTO,
            ',',
            List.of(),
            List.of(new Column.Indexed(1)),
            Optional.empty(),
            0,
            Normalization.STANDARD,
            Normalization.STANDARD,
            MissingValues.ERROR),
        with("data { train { csv { path = t.csv, targets = [1] } } }").data().train());
  }

  @Test
  void shouldReadEveryOptionOfCsv() {
    Job job =
        with(
            """
            data { train { csv { path = "t t.csv", header = true, separator = ";", \
            columns = [Temp, 3], targets = [Temp, "1"], lags = 7, normalize-inputs = min-max, \
            normalize-targets = none, missing = mean } } }""");
    assertEquals(
        new DataSource.Csv(
            Path.of("/jobs/t t.csv"),
            Header.TRUE,
            ';',
            List.of(new Column.Named("Temp"), new Column.Indexed(3)),
            List.of(new Column.Named("Temp"), new Column.Named("1")),
            Optional.empty(),
            7,
            Normalization.MIN_MAX,
            Normalization.NONE,
            MissingValues.MEAN),
        job.data().train());
    assertEquals(job, again(job));
  }

  @Test
  void shouldReadCsvWithALabel() {
    DataSource.Csv csv =
        (DataSource.Csv)
            with("data.train.csv { path = t.csv, label = kind, header = auto, missing = drop }")
                .data()
                .train();
    assertEquals(Optional.of(new Column.Named("kind")), csv.label());
    assertEquals(MissingValues.DROP, csv.missing());
    assertEquals(
        Header.FALSE,
        ((DataSource.Csv)
                with("data.train.csv { path = t.csv, label = 0, header = false }").data().train())
            .header());
  }

  @Test
  void shouldReadEveryLayer() {
    List<LayerSpec> model =
        with("""
                model = [ { conv2d { filters = 4, kernel = [3, 5], padding = same } }, \
                { conv2d { filters = 2, kernel = 3, stride = 2, padding = 1, initializer = glorot } }, \
                { conv2d { filters = 2, kernel = 1, padding = 0 } }, \
                relu, { sigmoid {} }, tanh, max-pool, { max-pool { size = 3 } }, \
                { max-pool { size = 3, stride = 1 } }, flatten, \
                { dense { units = 3, initializer = zeros } }, softmax ]""")
            .model();
    assertEquals(
        List.of(
            new Conv2d.Spec(4, 3, 5, 1, 1, 2, Initializer.HE),
            new Conv2d.Spec(2, 3, 3, 2, 1, 1, Initializer.GLOROT),
            new Conv2d.Spec(2, 1, 1, 1, 0, 0, Initializer.HE),
            new Activation.Spec(Activation.Kind.RELU),
            new Activation.Spec(Activation.Kind.SIGMOID),
            new Activation.Spec(Activation.Kind.TANH),
            new MaxPool.Spec(2, 2),
            new MaxPool.Spec(3, 3),
            new MaxPool.Spec(3, 1),
            new Flatten.Spec(),
            new Dense.Spec(3, Initializer.ZEROS),
            new Softmax.Spec()),
        model);
  }

  @Test
  void shouldReadEveryOptimizer() {
    assertEquals(
        new Sgd(0.5f, 0.9f, true, 1e-4f),
        optimizer(
            "sgd { learning-rate = 0.5, momentum = 0.9, nesterov = true, weight-decay = 1e-4 }"));
    assertEquals(new Sgd(1, 0, false, 0), optimizer("sgd { learning-rate = 1 }"));
    assertEquals(
        new Adam(0.5f, 0, 0.5f, 1e-7f, 0.1f),
        optimizer(
            "adam { learning-rate = 0.5, beta1 = 0, beta2 = 0.5, epsilon = 1e-7,"
                + " weight-decay = 0.1 }"));
    assertEquals(new Adam(0.001f, 0.9f, 0.999f, 1e-8f, 0), with("optimizer = adam").optimizer());
  }

  private static Optimizer optimizer(String variant) {
    return with("optimizer { " + variant + " }").optimizer();
  }

  @Test
  void shouldReadClippingAndLossAsAVariant() {
    Job job = with("clipping { global-norm = 1.5 }", "loss { half-squared-error {} }");
    assertEquals(OptionalDouble.of(1.5), job.clipNorm());
    assertEquals(new HalfSquaredError(), job.loss());
  }

  @Test
  void shouldTakeNullForAMissingKey() {
    Job job = with("shards = null", "optimizer { sgd = null, adam {} }", "clipping = null");
    assertEquals(8, job.shards());
    assertEquals("adam", job.optimizer().kind());
    assertFalse(job.resolved().contains("null"));
    assertEquals(job, again(job));
  }

  @Test
  void shouldResolveSubstitutions() {
    Job job =
        with("batch-size = 32", "shards = ${batch-size}", "epochs = ${?no-such-key}", "epochs = 3");
    assertEquals(32, job.shards());
    assertFalse(job.resolved().contains("$"));
  }

  @Test
  void shouldSeeTheEnvironmentInFilesOnly(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("env.conf");
    Files.writeString(file, SampleJob.with("data.train.csv { path = ${PATH}, targets = [0] }"));
    DataSource.Csv csv = (DataSource.Csv) JobFile.read(file, List.of()).data().train();
    assertTrue(csv.path().toString().endsWith(System.getenv("PATH")), csv.path().toString());
  }

  @Test
  void shouldReadIncludedFilesRelativeToTheIncludingOne(@TempDir Path folder) throws IOException {
    Files.createDirectories(folder.resolve("shared/deep"));
    Files.writeString(
        folder.resolve("shared/base.conf"), SampleJob.with("include \"deep/opt.conf\""));
    Files.writeString(
        folder.resolve("shared/deep/opt.conf"),
        "optimizer = adam\ndata.train.idx { images = i, labels = l }\ndata.train.builtin = null");
    Path file = folder.resolve("job.conf");
    Files.writeString(
        file,
        "include file(\"shared/base.conf\")\nepochs = 9\noptimizer { adam { beta1 = 0.5 } }\n");
    Job job = JobFile.read(file, List.of());
    assertEquals(9, job.epochs());
    assertEquals(0.5f, ((Adam) job.optimizer()).beta1());
    assertEquals(new DataSource.Idx(folder.resolve("i"), folder.resolve("l")), job.data().train());
  }

  @Test
  void shouldReadAFileWithByteOrderMarkAndCarriageReturns(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("sine.conf");
    Files.writeString(file, "\uFEFF" + SampleJob.with().replace("\n", "\r\n"));
    assertEquals("sine", JobFile.read(file, List.of()).name());
  }

  @Test
  void shouldRememberPlacesButCompareByContent() {
    Job job = with();
    Job shifted = parse("\n\n" + SampleJob.with());
    assertEquals("test.conf:2: model[0].dense.units", job.places().of("model[0].dense.units"));
    assertEquals("test.conf:4: model[0].dense.units", shifted.places().of("model[0].dense.units"));
    assertEquals("unheard-of", job.places().of("unheard-of"));
    assertEquals(job, shifted);
    assertNotEquals(job, with("seed = 2"));
  }
}
