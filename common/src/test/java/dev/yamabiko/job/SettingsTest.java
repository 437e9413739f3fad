package dev.yamabiko.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.data.DataSource;
import dev.yamabiko.data.DataSpec.Validation;
import dev.yamabiko.nn.Dense;
import dev.yamabiko.nn.HalfSquaredError;
import dev.yamabiko.nn.Initializer;
import dev.yamabiko.nn.LayerSpec;
import dev.yamabiko.nn.SoftmaxCrossEntropy;
import dev.yamabiko.optim.Adam;
import dev.yamabiko.optim.Clipping;
import dev.yamabiko.optim.Sgd;
import dev.yamabiko.tensor.AllocatedBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
  private static final Path HERE = Path.of("/work dir");

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void writeJob() throws IOException {
    file = folder.resolve("digits.conf");
    write(SampleJob.with());
  }

  private void write(String job) throws IOException {
    Files.writeString(file, job);
  }

  private Job set(String... settings) {
    return JobFile.read(file, List.of(settings), HERE);
  }

  private void assertError(String message, String... settings) {
    JobException e = assertThrows(JobException.class, () -> set(settings));
    assertEquals(message, e.getMessage());
  }

  private DataSource.Csv csv(String... settings) throws IOException {
    write(SampleJob.with("data.train.csv { path = data.csv, targets = [1], columns = [2] }"));
    return (DataSource.Csv) set(settings).data().train();
  }

  @Test
  void shouldReplaceValuesByTheLastSetting() {
    Job job = set("batch-size=64", "epochs=7", "epochs = 8", "clipping.global-norm=0.5");
    assertEquals(64, job.batchSize());
    assertEquals(8, job.epochs());
    assertEquals(new Clipping.GlobalNorm(0.5), job.update().clipping().orElseThrow());
  }

  @Test
  void shouldReplaceALayerByAnotherOne() throws IOException {
    write(
        SampleJob.with(
            "model = [ { dense { units = 7 } }, relu,"
                + " { residual { body = [ { dense { units = 7 } } ] } }, { dense { units = 1 } } ]"));
    List<LayerSpec> layers =
        set(
                "model.0.layer-norm.epsilon=0.5",
                "model.1.leaky-relu.slope=0.25",
                "model.2.residual.body.0.dropout.rate=0.125")
            .model()
            .layers();
    assertEquals(
        set("model=[{ layer-norm.epsilon = 0.5 }, { leaky-relu.slope = 0.25 },"
                + " { residual.body = [ { dropout.rate = 0.125 } ] }, { dense.units = 1 }]")
            .model()
            .layers(),
        layers);
  }

  @Test
  void shouldReplaceAnAugmentationByAnotherOne() throws IOException {
    write(SampleJob.with("data.augment = [ flip, { noise { deviation = 0.1 } } ]"));
    assertEquals(
        set("data.augment=[{ noise.deviation = 0.5 }, { noise.deviation = 0.1 }]").data().augment(),
        set("data.augment.0.noise.deviation=0.5").data().augment());
    assertError(
        "--set data.augment.1.flop.x: data.augment[1]: expected flip, shift, rotate, crop or noise"
            + " but found \"flop\"; did you mean \"flip\"?",
        "data.augment.1.flop.x=1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "C:/data/x.csv",
        "a=b=c.csv",
        "x+y.csv",
        "s3//bucket.csv",
        "${HOME}.csv",
        "with # hash.csv",
        "with, comma.csv",
        "007-temperatures.csv",
        "1.5.2",
        "2020+2021",
        "5e+",
        "-",
        "truely",
        "a\\b.csv"
      })
  void shouldTakeOtherTextLiterally(String path) throws IOException {
    assertEquals(HERE.resolve(path), csv("data.train.csv.path=" + path).path());
  }

  @Test
  void shouldTakePathsInSettingsFromTheWorkingDirectoryAndOthersFromTheFile() throws IOException {
    assertEquals(folder.resolve("data.csv"), csv("data.train.csv.lags=3").path());
    assertEquals(HERE.resolve("other.csv"), csv("data.train.csv.path=other.csv").path());
    assertEquals(HERE.resolve("other.csv"), csv("data.train.csv.path=\"other.csv\"").path());
  }

  @Test
  void shouldReadHoconValues() throws IOException {
    DataSource.Csv csv =
        csv(
            "data.train.csv.columns=[Temp, 3]",
            "data.train.csv.header=true",
            "data.train.csv.separator=\";\"",
            "data.train.csv.targets= [4] ");
    assertEquals(
        List.of(new DataSource.Column.Named("Temp"), new DataSource.Column.Indexed(3)),
        csv.columns());
    assertEquals(DataSource.Header.TRUE, csv.header());
    assertEquals(';', csv.separator());
    assertEquals(List.of(new DataSource.Column.Indexed(4)), csv.targets());
  }

  @Test
  void shouldReplaceObjectsWholly() throws IOException {
    write(SampleJob.with("optimizer { sgd { momentum = 0.9, weight-decay = 0.1 } }"));
    assertEquals(new Sgd(0.5f, 0, false, 0), set("optimizer.sgd={learning-rate=0.5}").optimizer());
    assertEquals(new Sgd(0.5f, 0, false, 0), set("optimizer={sgd{learning-rate=0.5}}").optimizer());
    assertEquals(
        new Sgd(0.5f, 0.9f, false, 0.1f), set("optimizer.sgd.learning-rate=0.5").optimizer());
  }

  @Test
  void shouldReachIntoListsByNumber() throws IOException {
    write(
        SampleJob.with(
            "model = [ { dense { units = 8, initializer = zeros } }, relu, { dense { units = 1 } } ]",
            "freeze = [0]"));
    Job job = set("model.0.dense.units=5", "model.1=tanh", "freeze.0=2");
    assertEquals(
        set("model=[{dense{units=5,initializer=zeros}},tanh,{dense{units=1}}]", "freeze=[2]"), job);
  }

  @Test
  void shouldReplaceTheVariantWhenAnotherOneIsSet() throws IOException {
    write(SampleJob.with("optimizer { sgd { momentum = 0.9 } }", "data.validation.fraction = 0.1"));
    assertEquals(0.5f, ((Adam) set("optimizer.adam.beta1=0.5").optimizer()).beta1());
    assertEquals("adam", set("optimizer=adam").optimizer().kind());
    assertEquals(new SoftmaxCrossEntropy(), set("loss=softmax-cross-entropy").loss());
    assertEquals(new HalfSquaredError(), set("loss.half-squared-error={}").loss());
    assertEquals(
        new DataSource.Idx(HERE.resolve("i"), HERE.resolve("l")),
        set("data.train.idx.images=i", "data.train.idx.labels=l").data().train());
    assertEquals(
        Optional.of(new Validation.Source(new DataSource.Builtin("sine", 10, 2))),
        set("data.validation.builtin={name=sine,examples=10}").data().validation());
    assertEquals(
        Optional.of(new Validation.Fraction(0.5)),
        set("data.validation.builtin={name=sine,examples=10}", "data.validation.fraction=0.5")
            .data()
            .validation());
  }

  @Test
  void shouldReplaceWhatIsDoneOnDivergence() throws IOException {
    write(SampleJob.with("checkpoint.every-steps = 9", "on-divergence.rollback.factor = 0.5"));
    assertEquals(Optional.empty(), set("on-divergence.stop={}").rollback());
    assertEquals(
        Optional.of(new Rollback(0.1, 3)),
        set("on-divergence.stop={}", "on-divergence.rollback.factor=0.1").rollback());
  }

  @Test
  void shouldReplaceABareVariantWhenOneWithOptionsIsSet() {
    assertEquals("adam", set("optimizer.adam.beta1=0.5").optimizer().kind());
    assertEquals(0.5f, set("optimizer.sgd.learning-rate=0.5").optimizer().learningRate());
  }

  @Test
  void shouldForgetAReplacedVariantWhenItComesBack() throws IOException {
    write(SampleJob.with("optimizer { sgd { momentum = 0.9 } }"));
    assertEquals(
        new Sgd(0.5f, 0, false, 0),
        set("optimizer.adam.beta1=0.5", "optimizer.sgd.learning-rate=0.5").optimizer());
  }

  @Test
  void shouldRemoveAKeySetToNull() throws IOException {
    write(SampleJob.with("shards = 2", "data.validation.fraction = 0.1", "optimizer { sgd {} }"));
    assertEquals(8, set("shards=null").shards());
    assertEquals(Optional.empty(), set("data.validation=null").data().validation());
    assertEquals("adam", set("optimizer.sgd=null", "optimizer.adam.beta1=0").optimizer().kind());
    assertError("--set epochs: expected an integer of at least 1 but found null", "epochs=null");
  }

  @Test
  void shouldReplaceTheModel() {
    assertEquals(2, set("model=[{dense{units=4}},{dense{units=1}}]").model().layers().size());
  }

  @Test
  void shouldSeeSettingsWhereTheFileSubstitutes() throws IOException {
    write(SampleJob.with("shards = ${batch-size}"));
    assertEquals(4, set("batch-size=4").shards());
    write(SampleJob.with("data.validation = ${data.train}"));
    Job job = set("data.train.idx.images=i", "data.train.idx.labels=l");
    assertEquals(Optional.of(new Validation.Source(job.data().train())), job.data().validation());
  }

  @Test
  void shouldResolveSubstitutionsInsideASetting() {
    assertEquals(
        List.of(new Dense.Spec(16, Initializer.HE)),
        set("model=[{dense{units=${batch-size}}}]").model().layers());
    assertError(
        "--set model: ${nothing} is neither a key of this job nor an environment variable",
        "model=[{dense{units=${nothing}}}]");
  }

  @Test
  void shouldReadTheSameJobFromItsResolvedTextAfterSettings() throws IOException {
    write(SampleJob.with("data.train.csv { path = data.csv, targets = [1] }"));
    Job job = set("data.train.csv.path=a b.csv", "optimizer.adam.epsilon=1e-7", "shards=null");
    assertEquals(job, JobFile.parse(job.resolved(), "j.conf", Path.of("/other"), List.of()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "batch-size=0 | --set batch-size: expected an integer of at least 1 but found 0",
        "batch-size= | --set batch-size: expected an integer of at least 1 but found \"\"",
        "batch-size=\"64\" | --set batch-size: expected an integer of at least 1 but found \"64\"",
        "batch-size=5. | --set batch-size: expected an integer of at least 1 but found 5.",
        "batch-size=0x10 | --set batch-size: expected an integer of at least 1 but found \"0x10\"",
        "batch-size.x=1 | --set batch-size.x: batch-size: expected an integer of at least 1 but found an object",
        "model=[{dense{units=0}}] | --set model: model[0].dense.units: expected an integer of at least 1 but found 0",
        "model.0.units=3 | --set model.0.units: model[0]: expected dense, conv2d, max-pool, average-pool, global-average-pool, flatten, relu, leaky-relu, gelu, sigmoid, tanh, softmax, dropout, batch-norm, layer-norm or residual but found \"units\"",
        "model.1.dense.units=3 | --set model.1.dense.units: expected the number of one of the 1 elements of model, from 0 on, but found 1",
        "model.x.dense.units=3 | --set model.x.dense.units: model: expected a list of layers but found an object",
        "optimizer | --set optimizer: expected KEY=VALUE but found no \"=\"",
        "=3 | --set: expected KEY=VALUE but found no key before \"=\"",
        "@=3 | --set @: not a key: Reserved character '@' is not allowed outside quotes",
        "a..b=3 | --set a..b: not a key: path has a leading, trailing, or two adjacent period '.'",
        "model[0]=3 | --set model[0]: not a key: expected letters and digits, or double quotes around others, but found '['",
        "a #b=3 | --set a #b: not a key: expected letters and digits, or double quotes around others, but found '#b'",
        "$=3 | --set $: not a key: '$' not followed by {, 'end of file' not allowed after '$'",
        "model=[relu | --set model: not valid HOCON: expected a value, ',' or ']' in a list but found end of file",
        "name=\"a\", b = 1 | --set name: expected one value but found more after it",
        "optimizer={include \"x\"} | --set optimizer: include \"x\": nothing can be included here",
        "optimizer={sgd{},adam{}} | --set optimizer: expected exactly one key but found \"adam\" and \"sgd\"",
        "optimizer.adamx.beta1=0 | --set optimizer.adamx.beta1: optimizer: expected sgd, adam, adamw or rmsprop but found \"adamx\"; did you mean \"adam\"?",
        "epoch=3 | --set epoch: unknown key; did you mean \"epochs\"? Known keys: "
            + SampleJob.KEYS,
        "data.train.idx.images=i | --set data.train.idx.images: data.train.idx.labels: expected the path of a file but it is missing",
      })
  void shouldNameTheSettingWhenItIsWrong(String setting, String message) {
    assertError(message, setting);
  }

  @Test
  void shouldAnswerInOneLineWhenASettingHasSeveral() {
    assertError(
        "--set a b: not a key: expected letters and digits, or double quotes around others,"
            + " but found '\\n'@1",
        "a\nb=3");
    assertError("--set: expected KEY=VALUE but found no key before \"=\"", "\n =3");
  }

  @Test
  void shouldNameTheFileWhenASettingMakesAnotherKeyWrong() throws IOException {
    write(SampleJob.with("shards = 8"));
    assertError(
        file + ":7: shards: expected an integer from 1 to batch-size, which is 4, but found 8",
        "batch-size=4");
  }

  @Test
  void shouldRefuseAKeyOfThousandsOfParts() throws IOException {
    write(SampleJob.with("shards = 1"));
    String key = "model" + ".0".repeat(5000);
    assertError(
        Sources.settingName(key) + ": not a key: expected at most 1000 characters but found 10005",
        key + "=1");
  }

  @Test
  void shouldTakeThousandsOfSettingsWithoutCopyingTheJobForEach() throws IOException {
    write(SampleJob.with("model = [ { dense { units = 1 } } ]"));
    List<String> settings = new ArrayList<>();
    for (int i = 1; i <= 1_500; i++) {
      settings.add("optimizer.sgd.learning-rate=0." + i);
      settings.add("model.0.dense.units=" + i);
    }
    settings.add("model.0.dense.units=1");
    set("epochs=1");
    long before = AllocatedBytes.ofThisThread();
    Job job = JobFile.read(file, settings, HERE);
    long bytes = AllocatedBytes.ofThisThread() - before;
    assertEquals(set("optimizer.sgd.learning-rate=0.1500"), job);
    assertTrue(bytes < 20_000L * settings.size(), bytes + " bytes");
  }

  @Test
  void shouldChangeWhatASettingBeforeHasMade() throws IOException {
    assertEquals(
        set("model=[relu,{dense{units=1}}]"),
        set("model=[relu,tanh]", "model.1={dense{units=5}}", "model.1.dense.units=1"));
    assertError(
        "--set model.0.dense.units: model[0].dense.units: expected an integer of at least 1 but"
            + " found 0",
        "model=[relu]",
        "model.0={dense{units=1}}",
        "model.0.dense.units=0");
  }

  @Test
  void shouldSetWhatASubstitutionStandsFor() throws IOException {
    write(SampleJob.with("data.validation = ${data.train}"));
    DataSource expected = new DataSource.Builtin("sine", 10, 7);
    assertEquals(
        Optional.of(new Validation.Source(expected)),
        set("data.validation.builtin.examples=10", "data.validation.builtin.seed=7")
            .data()
            .validation());
    assertEquals(
        Optional.of(new Validation.Source(expected)),
        set(
                "data.validation.builtin={name=sine,examples=99}",
                "data.validation.builtin={name=sine,examples=10}",
                "data.validation.builtin.seed=7")
            .data()
            .validation());
  }

  @Test
  void shouldShowBothEndsOfALongKey() {
    String key = "e" + "x".repeat(5_000) + ".y";
    JobException e = assertThrows(JobException.class, () -> set(key + "=1"));
    assertTrue(e.getMessage().length() < 1_000, e.getMessage());
    assertTrue(e.getMessage().startsWith("--set exxx"), e.getMessage());
  }
}
