package dev.yamabiko.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.data.Augmentation;
import dev.yamabiko.data.Augmentations;
import dev.yamabiko.data.DataSource;
import dev.yamabiko.data.DataSource.Colour;
import dev.yamabiko.data.DataSource.Column;
import dev.yamabiko.data.DataSource.Header;
import dev.yamabiko.data.DataSource.ImageSize;
import dev.yamabiko.data.DataSource.MissingValues;
import dev.yamabiko.data.DataSource.Normalization;
import dev.yamabiko.data.DataSource.UnknownCategories;
import dev.yamabiko.data.DataSpec;
import dev.yamabiko.data.DataSpec.Validation;
import dev.yamabiko.job.TensorBoard.Histograms;
import dev.yamabiko.nn.Activation;
import dev.yamabiko.nn.AveragePool;
import dev.yamabiko.nn.BatchNorm;
import dev.yamabiko.nn.BinaryCrossEntropy;
import dev.yamabiko.nn.Conv2d;
import dev.yamabiko.nn.Dense;
import dev.yamabiko.nn.Dropout;
import dev.yamabiko.nn.Flatten;
import dev.yamabiko.nn.Gelu;
import dev.yamabiko.nn.GlobalAveragePool;
import dev.yamabiko.nn.HalfSquaredError;
import dev.yamabiko.nn.Huber;
import dev.yamabiko.nn.Initializer;
import dev.yamabiko.nn.LayerNorm;
import dev.yamabiko.nn.LayerSpec;
import dev.yamabiko.nn.LeakyRelu;
import dev.yamabiko.nn.Loss;
import dev.yamabiko.nn.MaxPool;
import dev.yamabiko.nn.Residual;
import dev.yamabiko.nn.Softmax;
import dev.yamabiko.nn.SoftmaxCrossEntropy;
import dev.yamabiko.optim.Adam;
import dev.yamabiko.optim.AdamW;
import dev.yamabiko.optim.Clipping;
import dev.yamabiko.optim.Optimizer;
import dev.yamabiko.optim.Period;
import dev.yamabiko.optim.RmsProp;
import dev.yamabiko.optim.Schedule;
import dev.yamabiko.optim.Sgd;
import dev.yamabiko.step.Communication;
import dev.yamabiko.step.UpdateRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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
            ModelSpec.of(
                List.of(
                    new Conv2d.Spec(16, 3, 3, 1, 0, 0, Initializer.HE),
                    new Activation.Spec(Activation.Kind.RELU),
                    new MaxPool.Spec(2, 2),
                    new Flatten.Spec(),
                    new Dense.Spec(10, Initializer.HE))),
            new SoftmaxCrossEntropy(),
            new UpdateRule(
                new Sgd(0.1f, 0.9f, false, 0), new Schedule.Constant(), Optional.empty()),
            Communication.EXACT,
            128,
            8,
            5,
            new Checkpoints(OptionalLong.of(100), 3),
            Optional.empty(),
            Optional.empty(),
            WorkerCount.DEFAULT,
            TensorBoard.DEFAULT,
            Map.of(),
            job.resolved(),
            Places.UNKNOWN),
        job);
  }

  @Test
  void shouldReadHowManyWorkersAJobAsksFor() {
    assertEquals(WorkerCount.DEFAULT, parse(DIGITS).workers());
    assertEquals(new WorkerCount(2, 5), parse(DIGITS + "\nworkers { min = 2, max = 5 }").workers());
    JobException e =
        assertThrows(
            JobException.class, () -> parse(DIGITS + "\nworkers { min = 3, max = 2 }").workers());
    assertTrue(e.getMessage().contains("at least min, which is 3, but found 2"), e.getMessage());
  }

  @Test
  void shouldReadWhatIsWrittenForTensorBoard() {
    assertEquals(new TensorBoard(true, Optional.empty()), parse(DIGITS).tensorBoard());
    assertEquals(
        new TensorBoard(false, Optional.of(new Histograms(Period.epochs(2), false))),
        parse(DIGITS + "\ntensorboard { scalars = false, histograms { every-epochs = 2 } }")
            .tensorBoard());
    Job job = parse(DIGITS + "\ntensorboard.histograms { every-steps = 50, gradients = true }");
    assertEquals(
        new TensorBoard(true, Optional.of(new Histograms(Period.steps(50), true))),
        job.tensorBoard());
    assertEquals(job.tensorBoard(), again(job).tensorBoard());
    for (String wrong :
        List.of(
            "histograms {}",
            "histograms { every-steps = 1, every-epochs = 1 }",
            "histograms { every-steps = 0 }",
            "histograms = true",
            "histograms { gradients = true }",
            "histograms { every-steps = 1, gradients = 1 }",
            "scalars = 1",
            "gradients = true")) {
      JobException refused =
          assertThrows(JobException.class, () -> parse(DIGITS + "\ntensorboard { " + wrong + " }"));
      assertTrue(refused.getMessage().contains("tensorboard"), refused.getMessage());
    }
  }

  @Test
  void shouldReadInWhatPrecisionAJobCommunicates() {
    Communication.Format half = Communication.Format.BFLOAT16;
    Communication.Format full = Communication.Format.FLOAT32;
    Job job = parse(DIGITS + "\ncommunication { gradients = bfloat16 }");
    assertEquals(new Communication(half, full), job.communication());
    assertEquals(job, again(job));
    String both = "\ncommunication { gradients = float32, weights = bfloat16 }";
    assertEquals(new Communication(full, half), parse(DIGITS + both).communication());
    assertEquals(Communication.EXACT, parse(DIGITS + "\ncommunication {}").communication());
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
    assertEquals(Optional.empty(), job.update().clipping());
    assertEquals(8, job.shards());
    assertEquals(new Checkpoints(OptionalLong.empty(), 3), job.checkpoints());
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
    Job seeded =
        with(
            "seed = 20",
            "data { train { builtin { name = spirals, examples = 9, seed = 21 } },"
                + " validation { builtin { name = spirals, examples = 3 } } }");
    assertEquals(
        Optional.of(new Validation.Source(new DataSource.Builtin("spirals", 3, 22))),
        seeded.data().validation());
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
  void shouldReadImages() {
    Job job =
        with(
            "data { train { images { directory = photos, size = [24, 32], colour = grey } },"
                + " validation { images { directory = /data/v } } }");
    assertEquals(
        new DataSpec(
            new DataSource.Images(
                Path.of("/jobs/photos"), Optional.of(new ImageSize(24, 32)), Colour.GREY),
            Optional.of(
                new Validation.Source(
                    new DataSource.Images(Path.of("/data/v"), Optional.empty(), Colour.RGB))),
            Optional.empty()),
        job.data());
    assertEquals(job, again(job));
    assertEquals(
        new DataSource.Images(
            Path.of("/jobs/photos"), Optional.of(new ImageSize(8, 8)), Colour.RGB),
        with("data.train.images { directory = photos, size = 8 }").data().train());
  }

  @Test
  void shouldReadEveryAugmentation() {
    String train = "data { train { builtin { name = digits, examples = 9 } }, augment = ";
    Job job =
        with(
            train
                + "[ flip, { flip { horizontal = false, vertical = true } },"
                + " { shift { pixels = 2 } }, { rotate { degrees = 7.5 } },"
                + " { crop { padding = 3 } }, { noise { deviation = 0.05 } } ] }");
    assertEquals(
        List.of(
            new Augmentation.Flip(true, false),
            new Augmentation.Flip(false, true),
            new Augmentation.Shift(2),
            new Augmentation.Rotate(7.5),
            new Augmentation.Crop(3),
            new Augmentation.Noise(0.05)),
        job.data().augment().all());
    assertEquals(job, again(job));
    assertEquals(Augmentations.NONE, with(train + "[] }").data().augment());
    assertEquals(Augmentations.NONE, with().data().augment());
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
                        OptionalDouble.empty()))),
            Optional.empty(),
            Augmentations.NONE,
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
            normalize-targets = none, missing = mean, categorical = [3], \
            unknown-categories = zeros } } }""");
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
            MissingValues.MEAN,
            List.of(new Column.Indexed(3)),
            UnknownCategories.ZEROS),
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
            .model()
            .layers();
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
  void shouldReadPoolsActivationsAndNormalizations() {
    assertEquals(
        List.of(
            new AveragePool.Spec(2, 2),
            new AveragePool.Spec(3, 1),
            new GlobalAveragePool.Spec(),
            new LeakyRelu.Spec(0.01f),
            new LeakyRelu.Spec(0.2f),
            new Gelu.Spec(),
            new Dropout.Spec(0.5f),
            new Dropout.Spec(0.1f),
            new LayerNorm.Spec(1e-5f),
            new LayerNorm.Spec(0.1f),
            new BatchNorm.Spec(0.1f, 1e-5f),
            new BatchNorm.Spec(1, 0.001f),
            new Dense.Spec(1, Initializer.ONES)),
        with("""
                model = [ average-pool, { average-pool { size = 3, stride = 1 } }, \
                global-average-pool, leaky-relu, { leaky-relu { slope = 0.2 } }, gelu, \
                dropout, { dropout { rate = 0.1 } }, \
                layer-norm, { layer-norm { epsilon = 0.1 } }, \
                batch-norm, { batch-norm { momentum = 1, epsilon = 0.001 } }, \
                { dense { units = 1, initializer = ones } } ]""")
            .model()
            .layers());
  }

  @Test
  void shouldReadResidualBlocksInsideEachOther() {
    LayerSpec relu = new Activation.Spec(Activation.Kind.RELU);
    LayerSpec inner = new Residual.Spec(List.of(relu), List.of());
    Job job =
        with(
            "model = [ { residual { body = [ relu, { residual { body = [relu], shortcut = [] } } ],"
                + " shortcut = [ { dense { units = 3 } }, gelu ] } }, { dense { units = 1 } } ]",
            "freeze = [0]");
    assertEquals(
        new Residual.Spec(
            List.of(relu, inner), List.of(new Dense.Spec(3, Initializer.HE), new Gelu.Spec())),
        job.model().layers().get(0));
    assertEquals(job, again(job));
  }

  private static Loss loss(String variant) {
    return with("loss " + variant).loss();
  }

  @Test
  void shouldReadEveryLoss() {
    assertEquals(new SoftmaxCrossEntropy(), loss("= softmax-cross-entropy"));
    assertEquals(
        new SoftmaxCrossEntropy(List.of(1f, 0.5f, 2f), 0.1f),
        loss("{ softmax-cross-entropy { class-weights = [1, 0.5, 2], label-smoothing = 0.1 } }"));
    assertEquals(new BinaryCrossEntropy(), loss("= binary-cross-entropy"));
    assertEquals(
        new BinaryCrossEntropy(List.of(1f, 3f), 0.2f),
        loss("{ binary-cross-entropy { class-weights = [1, 3], label-smoothing = 0.2 } }"));
    assertEquals(new Huber(1), loss("= huber"));
    assertEquals(new Huber(0.5f), loss("{ huber { delta = 0.5 } }"));
  }

  private static Schedule schedule(String variant) {
    return with("schedule " + variant).update().schedule();
  }

  @Test
  void shouldReadEverySchedule() {
    assertEquals(new Schedule.Constant(), with().update().schedule());
    assertEquals(new Schedule.Constant(), schedule("= constant"));
    assertEquals(new Schedule.Step(Period.epochs(10), 0.1), schedule("= step"));
    assertEquals(
        new Schedule.Step(Period.steps(30), 0.5),
        schedule("{ step { every-steps = 30, factor = 0.5 } }"));
    assertEquals(
        new Schedule.Exponential(Period.epochs(1), 0.9),
        schedule("{ exponential { factor = 0.9 } }"));
    assertEquals(new Schedule.Cosine(0), schedule("= cosine"));
    assertEquals(
        new Schedule.WarmUp(Period.epochs(2), new Schedule.Cosine(0.01)),
        schedule("{ cosine { minimum = 0.01, warm-up-epochs = 2 } }"));
    assertEquals(
        new Schedule.WarmUp(Period.steps(100), new Schedule.Constant()),
        schedule("{ constant { warm-up-steps = 100 } }"));
  }

  @Test
  void shouldReadEveryOptimizer() {
    assertEquals(
        new AdamW(0.001f, 0.9f, 0.999f, 1e-8f, 0.01f), with("optimizer = adamw").optimizer());
    assertEquals(
        new AdamW(0.5f, 0, 0.5f, 1e-7f, 0.1f),
        optimizer(
            "adamw { learning-rate = 0.5, beta1 = 0, beta2 = 0.5, epsilon = 1e-7,"
                + " weight-decay = 0.1 }"));
    assertEquals(new RmsProp(0.01f, 0.99f, 1e-8f, 0, 0), with("optimizer = rmsprop").optimizer());
    assertEquals(
        new RmsProp(0.5f, 0.9f, 1e-7f, 0.8f, 0.1f),
        optimizer(
            "rmsprop { learning-rate = 0.5, alpha = 0.9, epsilon = 1e-7, momentum = 0.8,"
                + " weight-decay = 0.1 }"));
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
    assertEquals(Optional.of(new Clipping.GlobalNorm(1.5)), job.update().clipping());
    assertEquals(new HalfSquaredError(), job.loss());
    assertEquals(
        Optional.of(new Clipping.Value(0.5f)),
        with("clipping { value = 0.5 }").update().clipping());
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
