package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.cli.ResumableJob.Output;
import dev.yamabiko.local.SingleNode;
import dev.yamabiko.protocol.RunEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What commands make of a run's model when its files are damaged, in danger or half written. */
class ModelUseTest {

  private static final String TEXT =
      """
      name = use, seed = 3
      data.train.csv { path = data.csv, label = k }
      model = [ { dense { units = 2 } } ], loss = softmax-cross-entropy, optimizer = sgd
      batch-size = 4, shards = 2, epochs = 2
      """;

  @TempDir private Path working;

  private ResumableJob job;

  @BeforeEach
  void train() throws IOException {
    Files.writeString(working.resolve("data.csv"), "x,k\n1,a\n2,b\n3,a\n4,b\n5,a\n6,b\n7,a\n8,b\n");
    job = new ResumableJob(working, TEXT);
    assertEquals(0, job.train("run", 1).exitCode());
  }

  private Path model() {
    return job.directory("run").resolve("model.safetensors");
  }

  private Output command(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--json");
    return job.command(all, SingleNode::run);
  }

  private Output evaluate() {
    Output output = command("evaluate", "run", "--data", "job.conf");
    assertEquals(0, output.exitCode(), output.err());
    return output;
  }

  private Output predict(String out) {
    return command("predict", "run", "--input", "data.csv", "--out", out);
  }

  @Test
  void shouldSayThatEvaluateMeasuresAllOfWhatAJobSplits() {
    String notice = "data.validation.fraction does not count here: all of data.train is measured";
    Output split =
        command("evaluate", "run", "--data", "job.conf", "--set", "data.validation.fraction=0.5");
    assertEquals(8, split.json().path("examples").asInt());
    assertTrue(split.err().contains(notice), split.err());
    assertFalse(evaluate().err().contains(notice));
  }

  private void damageModel() throws IOException {
    byte[] bytes = Files.readAllBytes(model());
    bytes[bytes.length - 1] ^= 1;
    Files.write(model(), bytes);
  }

  /** What a substitution is merged with is no object yet when the file's form is looked for. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "data { train { csv { path = data.csv, label = k } } }, data = ${?NONE}",
        "data = ${?NONE}, data { train { csv { path = data.csv, label = k } } }"
      })
  void shouldEvaluateWithDataThatIsASubstitution(String data) throws IOException {
    Files.writeString(working.resolve("merged.conf"), data);
    Output output =
        command(
            "evaluate", "run", "--data", "merged.conf", "--set", "data.train.csv.path=data.csv");
    assertEquals(0, output.exitCode(), output.err());
    assertEquals(evaluate().json(), output.json());
  }

  @Test
  void shouldRefuseADamagedModelWhereverOneIsRead() throws IOException {
    damageModel();
    for (Output output :
        List.of(
            command("evaluate", "run", "--data", "job.conf"),
            predict("p.csv"),
            job.train("warm", 1, "--set", "warm-start=run"))) {
      assertEquals(2, output.exitCode(), output.err());
      assertTrue(output.error().contains("the weights are damaged"), output.error());
      assertEquals(1, output.err().lines().count(), output.err());
    }
    assertFalse(Files.exists(job.directory("warm")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "run/model.safetensors",
        "link",
        "run/result.json",
        "run/job.conf",
        "run/metrics.jsonl",
        "run/checkpoints/new",
        "run/../run/checkpoints"
      })
  void shouldNotPredictOverTheRunItself(String out) throws IOException {
    Files.createSymbolicLink(working.resolve("link"), model());
    byte[] before = Files.readAllBytes(model());
    Output output = predict(out);
    assertEquals(2, output.exitCode(), output.err());
    assertTrue(output.error().contains("cannot be used: it is "), output.error());
    assertArrayEquals(before, Files.readAllBytes(model()));
  }

  @Test
  void shouldPredictIntoTheRunDirectory() {
    assertEquals(0, predict("run/predictions.csv").exitCode());
    assertTrue(Files.exists(job.directory("run").resolve("predictions.csv")));
  }

  @Test
  void shouldHaveNothingToSayOfACompletedRun() {
    assertEquals("", predict("p.csv").err().replaceAll("\\d predictions in .*\n", ""));
    assertFalse(evaluate().err().contains("yamabiko: "));
  }

  @Test
  void shouldSayThatARunHasNoResult() throws IOException {
    Files.delete(job.directory("run").resolve("result.json"));
    assertSays("has no result.json: it has not ended, or was killed");
  }

  @Test
  void shouldSayThatTheResultIsAnotherModels() throws IOException {
    assertEquals(0, job.train("other", 1, "--set", "seed=4").exitCode());
    Files.copy(
        job.directory("other").resolve("model.safetensors"),
        model(),
        StandardCopyOption.REPLACE_EXISTING);
    assertSays("describes other weights than the model's");
  }

  @Test
  void shouldSayThatARunWasCancelled() {
    Output cut =
        job.cancelled(
            "cut",
            1,
            1,
            event -> event instanceof RunEvent.StepClosed,
            "--set",
            "epochs=200",
            "--set",
            "batch-size=8");
    assertEquals(1, cut.exitCode());
    Output output = command("evaluate", "cut", "--data", "job.conf");
    assertTrue(output.err().contains("is not complete: cancelled after step "), output.err());
    assertFalse(output.err().contains("from before"), output.err());
  }

  @Test
  void shouldKeepTheResultOfARunThatGoesOnUntilItEndsAgain() throws IOException {
    byte[] before = Files.readAllBytes(job.directory("run").resolve("result.json"));
    List<String> resume =
        List.of("train", "job.conf", "--out", "run", "--resume", "--json", "--set", "epochs=3");
    Output failed =
        job.command(
            resume,
            (checked, begin, workers, listeners, cancellation) -> {
              throw new OutOfMemoryError("Java heap space");
            });
    assertEquals(1, failed.exitCode());
    assertArrayEquals(before, Files.readAllBytes(job.directory("run").resolve("result.json")));
    assertSays("has gone on with another job.conf since it left this model");
    assertEquals(0, job.command(resume, SingleNode::run).exitCode());
    assertEquals(3, job.result("run").path("epochs").asInt());
    assertFalse(evaluate().err().contains("yamabiko: "));
  }

  @Test
  void shouldSayThatTheModelOfAFailedRunIsFromBefore() throws IOException {
    Files.writeString(
        job.directory("run").resolve("result.json"),
        "{\"status\":\"failed\",\"steps\":7,\"weights_sha256\":null}");
    assertSays("is not complete: failed after step 7; its model is from before that");
  }

  @Test
  void shouldCheckAWarmStartAsTrainingWill() throws IOException {
    Output fits = command("check", "job.conf", "--set", "warm-start=run");
    assertEquals(0, fits.exitCode(), fits.err());
    assertTrue(fits.err().contains("warm start: 2 of 2 tensors from "), fits.err());
    Files.createDirectories(working.resolve("empty"));
    damageModel();
    for (String start : List.of("none", "empty", "run", "job.conf")) {
      Output train = job.train("warm", 1, "--set", "warm-start=" + start);
      Output check = command("check", "job.conf", "--set", "warm-start=" + start);
      assertEquals(2, check.exitCode(), check.out());
      assertEquals(train.error(), check.error());
    }
  }

  private void assertSays(String notice) {
    for (Output output : List.of(evaluate(), predict("p.csv"))) {
      long notices = output.err().lines().filter(l -> l.startsWith("yamabiko: ")).count();
      assertTrue(output.err().contains(notice), output.err());
      assertEquals(1, notices, output.err());
    }
  }
}
