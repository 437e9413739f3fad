package dev.yamabiko.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.yamabiko.cli.Invocation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * The trials of a sweep on a cluster have the bits of the same jobs run alone, whatever happens.
 */
@Tag("cluster")
@Timeout(600)
class SweepClusterTest {

  private static final String SPIRALS =
      """
      data.train.csv { path = spirals.csv, label = arm }
      data.validation.fraction = 0.25
      model = [ { dense { units = 4 } }, tanh, { dense { units = 3 } } ]
      loss = softmax-cross-entropy, optimizer { sgd { learning-rate = 0.1 } }
      batch-size = 20, shards = 4, epochs = 3
      sweep.random {
        trials = 3
        over { optimizer.sgd.learning-rate { from = 0.01, to = 1, scale = log }, seed = [1, 2] }
      }
      """;

  /** Eight trials, of 40 steps each. */
  private static final String SWEEP =
      """
      sweep.grid {
        "optimizer.sgd.learning-rate" = [0.01, 0.03]
        "model.4.dense.units" = [16, 32]
        seed = [1, 2]
      }
      """;

  private static final String GRID =
      """
      data.train.builtin { name = sine, examples = 100 }
      data.validation.fraction = 0.2
      model = [ { dense { units = 1 } } ], loss = half-squared-error, optimizer = sgd
      batch-size = 20, shards = 4, epochs = 1
      sweep.grid { "optimizer.sgd.learning-rate" = %s }
      """;

  private static final int VICTIM = 3;

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path directory;

  private Invocation run(String... arguments) {
    return Invocation.of(directory, List.of(arguments));
  }

  @Test
  void shouldGiveTheSameAsHereAndFindItsJobsAgain() throws Exception {
    StringBuilder csv = new StringBuilder("x,y,arm\n");
    for (int i = 0; i < 160; i++) {
      csv.append(i * 7 % 31)
          .append(',')
          .append(i * 5 % 17)
          .append(",arm")
          .append(i % 3)
          .append('\n');
    }
    Files.writeString(directory.resolve("spirals.csv"), csv);
    Files.writeString(directory.resolve("job.conf"), SPIRALS);
    try (LocalCluster cluster = new LocalCluster(directory)) {
      cluster.join("one");
      String url = "http://127.0.0.1:" + cluster.coordinator().httpAddress().getPort();
      Invocation there = run("sweep", "job.conf", "--server", url, "--json");
      assertEquals(0, there.exitCode(), there.err());
      assertEquals(1, there.err().split("uploading", -1).length - 1, there.err());
      Invocation here = run("sweep", "job.conf", "--local", "--out", "here", "--json");
      assertEquals(0, here.exitCode(), here.err());
      assertSameTrials(here.json(), there.json());
      assertEquals(here.json().at("/best/job"), there.json().at("/best/job"));

      Invocation again = run("sweep", "job.conf", "--server", url, "--json", "--resume");
      assertEquals(there.json(), again.json());
      Invocation other =
          run("sweep", "job.conf", "--server", url, "--resume", "--set", "batch-size=10");
      assertEquals(2, other.exitCode(), other.err());
      assertTrue(other.err().contains("batch-size was 20 but is 10 now"), other.err());
    }
  }

  /** Whoever is told to go on with --resume would be told the same again. */
  @Test
  void shouldSayNoMoreThanWhichJobIsAnotherSweeps() throws Exception {
    Path job = directory.resolve("job.conf");
    try (LocalCluster cluster = new LocalCluster(directory)) {
      cluster.join("one");
      String url = "http://127.0.0.1:" + cluster.coordinator().httpAddress().getPort();
      Files.writeString(job, GRID.formatted("[0.1, 0.2]"));
      Invocation first = run("sweep", "job.conf", "--server", url);
      assertEquals(0, first.exitCode(), first.err());
      // Of two trials, the first is still the same.
      Files.writeString(job, GRID.formatted("[0.1, 0.3]"));
      Invocation other = run("sweep", "job.conf", "--server", url, "--resume");
      assertEquals(2, other.exitCode(), other.err());
      assertTrue(other.err().contains("--resume: job job-s02-2 is not trial job-s02"), other.err());
      assertFalse(other.err().contains("queued"), other.err());
      assertFalse(other.err().contains("to go on"), other.err());
    }
  }

  private static void assertSameTrials(JsonNode expected, JsonNode actual) {
    assertEquals(expected.required("trials").size(), actual.required("trials").size());
    for (int i = 0; i < actual.required("trials").size(); i++) {
      for (String field :
          List.of("job", "settings", "weights_sha256", "data_sha256", "validation_loss", "steps")) {
        String at = "/trials/%d/%s".formatted(i, field);
        assertEquals(expected.at(at), actual.at(at), at);
      }
    }
  }

  @Tag("soak")
  @Test
  void shouldGiveTheBitsOfEachJobAloneWhenAWorkerIsKilledOnTheWay() throws Exception {
    Path job = Files.writeString(directory.resolve("job.conf"), SmallJob.of(2).text() + SWEEP);
    try (ProcessCluster cluster = new ProcessCluster(directory)) {
      cluster.startCoordinator();
      cluster.haveWorkers("a", "b");
      CompletableFuture<Invocation> sweep =
          CompletableFuture.supplyAsync(
              () -> run("sweep", job.toString(), "--server", cluster.url(), "--json"));
      String id = "small-s0%d-%d".formatted(VICTIM, VICTIM);
      cluster.await(id + " to be queued", () -> isKnown(cluster, id));
      JobWatch watch = cluster.watch(id);
      cluster.await(watch, "a step of " + id, event -> event.isStepFrom(2));
      cluster.worker("b").kill();
      Invocation end = sweep.get(ProcessCluster.SOON.toSeconds(), TimeUnit.SECONDS);
      assertEquals(0, end.exitCode(), () -> end.err() + cluster.evidence());
      JsonNode trials = end.json().required("trials");
      assertEquals(8, trials.size());
      assertEquals(2, workers(cluster, 1));
      assertEquals(1, workers(cluster, 8));
      for (JsonNode trial : trials) {
        JsonNode alone = alone(job, trial);
        assertEquals(alone.required("weights_sha256"), trial.required("weights_sha256"));
        assertEquals(alone.required("validation_loss"), trial.required("validation_loss"));
      }
    }
  }

  private static boolean isKnown(ProcessCluster cluster, String id) throws Exception {
    return cluster.status(id).filter(status -> status.path("id").asText().equals(id)).isPresent();
  }

  private static int workers(ProcessCluster cluster, int trial) throws Exception {
    String id = "small-s0%d-%d".formatted(trial, trial);
    return cluster.status(id).orElseThrow().required("workers").asInt();
  }

  private JsonNode alone(Path job, JsonNode trial) {
    String name = trial.required("job").asText();
    List<String> arguments = new ArrayList<>(List.of("train", job.toString(), "--json"));
    arguments.addAll(List.of("--out", "alone-" + name, "--set", "sweep=null"));
    for (Map.Entry<String, JsonNode> setting : trial.required("settings").properties()) {
      arguments.addAll(List.of("--set", setting.getKey() + "=" + setting.getValue()));
    }
    Invocation alone = run(arguments.toArray(String[]::new));
    assertEquals(0, alone.exitCode(), alone.err());
    return alone.json();
  }
}
