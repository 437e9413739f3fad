package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.yamabiko.step.SampleHash;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command as scripts use it: example jobs in, exit code, JSON line and run directory out. */
class EndToEndTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path directory;

  /** What an invocation left. */
  record Output(int exitCode, String out, String err) {
    JsonNode json() throws IOException {
      List<String> lines = out.lines().toList();
      return JSON.readTree(lines.get(lines.size() - 1));
    }
  }

  @Test
  void shouldReportTheWeightsInTheModelFile() throws IOException {
    Output output = train("spirals.conf", "run", "--set", "epochs=3");
    assertEquals(0, output.exitCode(), output.err());
    JsonNode result = output.json();
    assertEquals("completed", result.path("status").asText());
    assertEquals(3, result.path("epochs").asInt());
    assertTrue(result.path("validation_rmse").isNull());
    assertTrue(result.path("validation_accuracy").isDouble());
    assertTrue(result.path("train_loss").isDouble());
    assertTrue(result.path("weights_sha256").asText().matches("[0-9a-f]{64}"));
    assertTrue(result.path("data_sha256").asText().matches("[0-9a-f]{64}"));
    assertEquals(result, JSON.readTree(directory.resolve("run/result.json").toFile()));
    assertEquals(
        new TreeSet<>(
            List.of(
                "checkpoints",
                "job.conf",
                "metrics.jsonl",
                "model.safetensors",
                "result.json",
                "tensorboard")),
        names("run"));
    // The resolved job trains to the same weights from anywhere.
    Output again = train(directory.resolve("run/job.conf").toString(), "again");
    assertEquals(result.path("weights_sha256"), again.json().path("weights_sha256"));
    assertArrayEquals(bytes("run/model.safetensors"), bytes("again/model.safetensors"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "2", "3", "5"})
  void shouldGiveSameBitsAndMetricsForAnyNumberOfWorkers(String workers) throws IOException {
    String[] settings = {"--set", "epochs=2", "--set", "data.train.builtin.examples=500"};
    Output one = train("digits.conf", "one", with(settings, "--workers", "1"));
    Output many = train("digits.conf", "many", with(settings, "--workers", workers));
    assertEquals(one.json().path("weights_sha256"), many.json().path("weights_sha256"));
    assertEquals(1000, many.json().path("samples_applied").asInt());
    assertEquals(workers, many.json().path("workers").asText());
    assertArrayEquals(bytes("one/metrics.jsonl"), bytes("many/metrics.jsonl"));
  }

  @Test
  void shouldNameStepAndLayerWhenTheRunDiverges() throws IOException {
    Output output = train("digits.conf", "run", "--set", "optimizer.sgd.learning-rate=1e30");
    assertEquals(1, output.exitCode());
    String error = output.json().path("error").asText();
    assertEquals("failed", output.json().path("status").asText());
    assertTrue(error.matches(".*step \\d+.*layer \\d+ \\(.*"), error);
    assertFalse(output.err().contains("\tat "), output.err());
    assertEquals(
        new TreeSet<>(List.of("job.conf", "metrics.jsonl", "result.json", "tensorboard")),
        names("run"));
  }

  @Test
  void shouldStayBelowConvolutionalNetworkWhenModelIsLinear() throws IOException {
    Output output = train("digits.conf", "run", "--set", "model=[flatten,{dense{units=10}}]");
    assertEquals(0, output.exitCode(), output.err());
    double accuracy = output.json().path("validation_accuracy").asDouble();
    assertTrue(accuracy > 0.5 && accuracy < 0.93, "accuracy " + accuracy);
  }

  @Tag("slow")
  @Test
  void shouldReadBuiltInDigitsAlmostAlwaysRight() throws IOException {
    Output output = train("digits.conf", "run");
    assertTrue(output.json().path("validation_accuracy").asDouble() >= 0.98, output.out());
    assertEquals(60_000, output.json().path("samples_applied").asInt());
    JsonNode ledger = output.json().path("ledger");
    assertEquals(5, ledger.path("epochs").asInt(), ledger.toString());
    assertEquals(12_000, ledger.path("examples_per_epoch").asInt(), ledger.toString());
    assertEquals(
        SampleHash.text(SampleHash.ofAll(12_000)), ledger.path("sample_hash_per_epoch").asText());
    assertEquals(0, ledger.path("open_epoch_examples").asInt(-1), ledger.toString());
  }

  @Test
  void shouldSaveModelAndExitWith130WhenInterrupted() throws Exception {
    Path job = Path.of("jobs", "spirals.conf").toAbsolutePath();
    List<String> arguments =
        List.of("train", job.toString(), "--json", "--out", "run", "--set", "epochs=1000000");
    Process process =
        Jvms.start(
            Jvms.current(), List.of("--add-modules=jdk.incubator.vector"), arguments, directory);
    Path metrics = directory.resolve("run/metrics.jsonl");
    long deadline = System.nanoTime() + 60_000_000_000L;
    while (process.isAlive()
        && System.nanoTime() < deadline
        && !(Files.exists(metrics) && Files.size(metrics) > 0)) {
      Thread.onSpinWait();
    }
    process.destroy();
    Jvms.Finished finished = Jvms.finish(process, directory);
    assertEquals(130, finished.exitCode(), finished.err());
    JsonNode result = JSON.readTree(finished.lastLine());
    assertEquals("cancelled", result.path("status").asText());
    assertTrue(result.path("steps").asLong() > 0);
    assertTrue(names("run").contains("model.safetensors"));
    assertEquals(result, JSON.readTree(directory.resolve("run/result.json").toFile()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"digits.conf", "spirals.conf"})
  void shouldCheckExampleWithoutWriting(String job) throws IOException {
    Output output = run("check", example(job), "--json");
    assertEquals(0, output.exitCode(), output.err());
    assertEquals(new TreeSet<>(), names("."));
  }

  @ParameterizedTest
  @ValueSource(strings = {"digits.conf", "spirals.conf"})
  void shouldPassGradientCheckOfExample(String job) throws IOException {
    Output output =
        run(
            "gradcheck",
            example(job),
            "--json",
            "--set",
            "data.train.builtin.examples=50",
            "--set",
            "data.validation.builtin.examples=10");
    assertEquals(0, output.exitCode(), output.err());
    JsonNode report = output.json();
    assertEquals("ok", report.path("status").asText());
    assertTrue(report.path("largest_relative_error").asDouble(1) < 1e-3, report.toString());
    assertTrue(report.path("speedup").isNumber(), report.toString());
  }

  private Output train(String job, String out, String... more) {
    String[] fixed = {"train", example(job), "--json", "--out", out};
    return run(with(fixed, more));
  }

  private static String example(String job) {
    return job.contains("/") ? job : Path.of("jobs", job).toAbsolutePath().toString();
  }

  private static String[] with(String[] first, String... more) {
    List<String> all = new ArrayList<>(List.of(first));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  private Output run(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        Main.run(
            arguments,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            directory);
    return new Output(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private TreeSet<String> names(String folder) throws IOException {
    TreeSet<String> names = new TreeSet<>();
    try (Stream<Path> files = Files.list(directory.resolve(folder))) {
      files.forEach(file -> names.add(file.getFileName().toString()));
    }
    return names;
  }

  private byte[] bytes(String file) throws IOException {
    return Files.readAllBytes(directory.resolve(file));
  }
}
