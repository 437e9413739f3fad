package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.data.DataLoader;
import dev.yamabiko.data.LoadedData;
import dev.yamabiko.job.Job;
import dev.yamabiko.job.JobFile;
import dev.yamabiko.nn.Network;
import dev.yamabiko.protocol.RunLedger;
import dev.yamabiko.protocol.RunOutcome;
import dev.yamabiko.protocol.RunOutcome.Status;
import dev.yamabiko.step.ClassTally;
import dev.yamabiko.step.ErrorTally;
import dev.yamabiko.step.Measures;
import dev.yamabiko.step.Statistics;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class RunResultTest {

  private static final Statistics TRAIN = new Statistics(10, 5, 9, 40);
  private static final Statistics VALIDATION = new Statistics(4, 3, 3, 16);

  /** Of three classes; one example of class 2 is taken for class 0. */
  private static final Measures CLASSES =
      new Measures(
          VALIDATION,
          Optional.of(
              new ClassTally(
                  new long[] {ClassTally.pair(0, 0), ClassTally.pair(2, 0), ClassTally.pair(2, 2)},
                  new long[] {2, 1, 1},
                  new float[0],
                  new float[0])),
          Optional.empty());

  private static final Measures VALUES =
      new Measures(
          VALIDATION,
          Optional.empty(),
          Optional.of(
              new ErrorTally(
                  4, new double[] {6}, new double[] {16}, new double[] {7}, new double[] {64})));

  private static Job job(String data, String loss, int outputs) {
    return JobFile.parse(
        """
        name = small
        data.train.builtin { name = %s, examples = 12 }
        data.validation.builtin { name = %s, examples = 4 }
        model = [ { dense { units = %d } } ], loss = %s, optimizer = sgd
        batch-size = 5, shards = 1, epochs = 1
        """
            .formatted(data, data, outputs, loss),
        "small.conf",
        Path.of(""),
        List.of());
  }

  private static final Job SPIRALS = job("spirals", "softmax-cross-entropy", 3);
  private static final Job SINE = job("sine", "half-squared-error", 1);

  private static RunResult of(Job job, RunOutcome outcome, Optional<LoadedData.Baseline> baseline) {
    LoadedData loaded = DataLoader.load(job.data(), job.seed());
    LoadedData data =
        new LoadedData(loaded.train(), loaded.validation(), loaded.scaling(), baseline);
    Network network = job.model().build(data.train().inputShape());
    return RunResult.of(
        job,
        data,
        network,
        "dada",
        outcome,
        outcome.steps(),
        outcome.samplesApplied(),
        0.12345678,
        Path.of("/runs/small"));
  }

  private static RunOutcome completed() {
    return completed(CLASSES);
  }

  private static RunOutcome completed(Measures validation) {
    return new RunOutcome(
        Status.COMPLETED,
        "",
        1,
        3,
        12,
        2,
        Optional.of(new float[0]),
        Optional.of(TRAIN),
        Optional.of(validation),
        OptionalInt.of(0),
        0,
        Optional.of(new RunLedger(1, 10, 255, 2, -1)));
  }

  @Test
  void shouldCarryEveryFieldOfAClassification() {
    assertEquals(
        "{\"job\":\"small\",\"status\":\"completed\",\"epochs\":1,\"steps\":3,\"workers\":2,"
            + "\"train_loss\":0.5,\"validation_loss\":0.75,\"validation_accuracy\":0.75,"
            + "\"validation_rmse\":null,\"evaluation\":{\"loss\":0.75,\"examples\":4,"
            + "\"accuracy\":0.75,\"macro_f1\":0.7333333333333334,\"classes\":["
            + "{\"name\":\"0\",\"precision\":0.6666666666666666,\"recall\":1.0,\"f1\":0.8,"
            + "\"support\":2},"
            + "{\"name\":\"1\",\"precision\":null,\"recall\":null,\"f1\":null,\"support\":0},"
            + "{\"name\":\"2\",\"precision\":1.0,\"recall\":0.5,\"f1\":0.6666666666666666,"
            + "\"support\":2}],\"confusion\":[[2,0,0],[0,0,0],[1,0,1]],\"roc_auc\":null,"
            + "\"mae\":null,\"rmse\":null,\"r2\":null,\"targets\":null},\"weights_sha256\":"
            + "\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\","
            + "\"data_sha256\":\"dada\",\"steps_here\":3,\"samples_applied\":12,"
            + "\"samples_per_second\":97.2,"
            + "\"seconds\":0.123,\"parameters\":9,\"best_epoch\":0,\"rollbacks\":0,"
            + "\"ledger\":{\"epochs\":1,\"examples_per_epoch\":10,"
            + "\"sample_hash_per_epoch\":\"00000000000000ff\",\"open_epoch_examples\":2,"
            + "\"open_epoch_sample_hash\":\"ffffffffffffffff\"},\"run_directory\":\"/runs/small\"}",
        of(SPIRALS, completed(), Optional.empty()).toJson());
  }

  @Test
  void shouldCarryRmseAndBaselineOfARegression() {
    String json =
        of(SINE, completed(VALUES), Optional.of(new LoadedData.Baseline("same", 2.5))).toJson();
    assertTrue(json.contains("\"mae\":1.5,\"rmse\":2.0,\"r2\":0.75,\"targets\":[{\"name\":"), json);
    assertTrue(
        json.contains(
            "\"validation_accuracy\":null,\"validation_rmse\":2.0,\"baseline_rmse\":2.5,"),
        json);
  }

  @Test
  void shouldCountOnlyItsOwnSamplesPerSecondWhenTheRunWasContinued() {
    LoadedData data = DataLoader.load(SPIRALS.data(), SPIRALS.seed());
    Network network = SPIRALS.model().build(data.train().inputShape());
    RunResult result =
        RunResult.of(SPIRALS, data, network, "dada", completed(), 1, 4, 2, Path.of("/runs/small"));
    assertEquals(12, result.samplesApplied());
    assertEquals(2, result.samplesPerSecond());
  }

  @Test
  void shouldCarryNullsAndTheErrorOfAFailure() {
    RunOutcome outcome =
        new RunOutcome(
            Status.FAILED,
            "no worker left",
            0,
            1,
            5,
            2,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            OptionalInt.empty(),
            1,
            Optional.empty());
    String json = of(SPIRALS, outcome, Optional.empty()).toJson();
    assertTrue(json.contains("\"status\":\"failed\""), json);
    assertTrue(json.contains("\"train_loss\":null,\"validation_loss\":null,"), json);
    assertTrue(json.contains("\"evaluation\":null,"), json);
    assertTrue(json.contains("\"weights_sha256\":null"), json);
    assertTrue(json.endsWith("\"error\":\"no worker left\"}"), json);
  }

  @Test
  void shouldDescribeNoModelWhenTheResultCouldNotBeKept() {
    String json = of(SPIRALS, completed(), Optional.empty()).failed("disk full").toJson();
    assertTrue(json.contains("\"status\":\"failed\""), json);
    assertTrue(json.contains("\"validation_accuracy\":null"), json);
    assertTrue(json.contains("\"weights_sha256\":null"), json);
    assertTrue(json.contains("\"steps\":3"), json);
    assertFalse(json.contains("0.75"), json);
  }
}
