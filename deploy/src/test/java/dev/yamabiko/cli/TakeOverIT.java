package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two coordinators in containers with one volume: the one with the job is killed, the other one
 * goes on, and whoever follows the job gets the bits of a single-node run in this JVM.
 */
@EnabledIf(
    value = "dev.yamabiko.cli.ContainerCluster#engineAnswers",
    disabledReason = ContainerCluster.NO_ENGINE)
@Timeout(600)
class TakeOverIT {

  private static final String JOB =
      """
      name = taken
      seed = 8
      data.train { builtin { name = digits, examples = 1000 } }
      data.validation { builtin { name = digits, examples = 200, seed = 7 } }
      model = [
        { conv2d { filters = 8, kernel = 3 } }, relu, { max-pool { size = 2 } }, flatten,
        { dense { units = 64 } }, relu, { dense { units = 10 } }
      ]
      loss = softmax-cross-entropy
      optimizer { sgd { learning-rate = 0.02, momentum = 0.9 } }
      batch-size = 50
      shards = 8
      epochs = 12
      workers.min = 2
      checkpoint.every-steps = 20
      """;

  private static final int EARLY = 60;

  @TempDir private Path directory;

  @Tag("soak")
  @Test
  void shouldGiveBitsOfSingleNodeWhenACoordinatorIsKilled() throws Exception {
    ContainerCluster.buildImage();
    Files.writeString(directory.resolve("taken.conf"), JOB);
    JsonNode single = run("train", "taken.conf", "--json", "--out", "single");
    try (ContainerCluster cluster =
        ContainerCluster.start("take-over", directory, 2, List.of("auto", "auto"))) {
      ContainerSecrets secrets = cluster.secrets();
      ContainedApi second = new ContainedApi(() -> cluster.server(1), secrets, secrets.token());
      String servers = cluster.server(1) + "," + cluster.server(0);
      String ca = secrets.certificate().toString();
      String token = secrets.tokenFile().toString();
      CompletableFuture<JsonNode> followed =
          CompletableFuture.supplyAsync(
              () ->
                  run(
                      "submit",
                      "taken.conf",
                      "--server",
                      servers,
                      "--ca",
                      ca,
                      "--token-file",
                      token,
                      "--follow",
                      "--json"));
      long from = awaitStep(second, ContainedApi.JOBS + "/taken-1", followed);
      cluster.killCoordinator(0);
      long killed = System.nanoTime();
      JsonNode end = followed.get(4, TimeUnit.MINUTES);
      System.out.printf(
          "killed at step %d, at its end %d ms later%n",
          from, (System.nanoTime() - killed) / 1_000_000);
      assertTrue(from < end.path("steps").asLong(), "the job was over too early: " + end);
      for (String field :
          List.of("status", "weights_sha256", "data_sha256", "steps", "samples_applied")) {
        assertTrue(single.hasNonNull(field), field + ": " + single);
        assertEquals(single.get(field), end.get(field), field + ": " + end);
      }
    }
  }

  /** Asks the one that stands by. */
  private static long awaitStep(ContainedApi api, String job, CompletableFuture<?> end)
      throws Exception {
    JsonNode last = api.await(job, view -> end.isDone() || view.path("step").asLong() >= EARLY);
    if (end.isDone()) {
      throw new AssertionError("the job ended before its step " + EARLY + ": " + end.get());
    }
    return last.path("step").asLong();
  }

  /** The command in this JVM; returns its JSON. */
  private JsonNode run(String... arguments) {
    Invocation done = Invocation.of(directory, List.of(arguments));
    assertEquals(0, done.exitCode(), done.err());
    return done.json();
  }
}
