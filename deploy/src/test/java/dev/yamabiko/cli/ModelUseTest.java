package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.cli.ResumableJob.Output;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

  private Output predict(String out) {
    return command("predict", "run", "--input", "data.csv", "--out", out);
  }

  private void damageModel() throws IOException {
    byte[] bytes = Files.readAllBytes(model());
    bytes[bytes.length - 1] ^= 1;
    Files.write(model(), bytes);
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
}
