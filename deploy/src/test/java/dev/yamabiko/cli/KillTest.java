package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real processes, killed and terminated at random moments and resumed with other numbers of
 * workers: in the end nothing tells them from the one that nobody touched.
 */
class KillTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int[] WORKERS = {1, 2, 3, 5};
  private static final long SEED = 5;

  @TempDir private Path directory;

  private Process start(String run, int workers) throws IOException {
    Path job = Path.of("src/test/resources/jobs/everything.conf").toAbsolutePath();
    return Jvms.start(
        Jvms.current(),
        List.of("--add-modules=jdk.incubator.vector"),
        List.of(
            "train",
            job.toString(),
            "--set",
            "data.train.builtin.examples=1650",
            "--workers",
            "" + workers,
            "--out",
            run,
            "--resume",
            "--json"),
        directory);
  }

  private JsonNode complete(String run, int workers) throws Exception {
    Jvms.Finished finished = Jvms.finish(start(run, workers), directory);
    assertEquals(0, finished.exitCode(), finished.err());
    return JSON.readTree(finished.lastLine());
  }

  private long checkpoints(String run) throws IOException {
    Path folder = directory.resolve(run + "/checkpoints");
    if (!Files.isDirectory(folder)) {
      return 0;
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".checkpoint"))
          .mapToLong(name -> Long.parseLong(name.replaceAll("\\D", "")))
          .max()
          .orElse(0);
    }
  }

  /** Interrupts the run somewhere behind its next checkpoint; false if it has ended before. */
  private boolean interrupt(String run, int workers, Random random) throws Exception {
    long before = checkpoints(run);
    Process process = start(run, workers);
    boolean soon = random.nextInt(4) == 0;
    long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
    while (!soon && checkpoints(run) == before && process.isAlive()) {
      assertTrue(System.nanoTime() < deadline, "no progress");
      process.waitFor(5, TimeUnit.MILLISECONDS);
    }
    process.waitFor(random.nextInt(soon ? 1500 : 150), TimeUnit.MILLISECONDS);
    boolean kill = random.nextBoolean();
    if (kill) {
      process.destroyForcibly();
    } else {
      process.destroy();
    }
    Jvms.Finished finished = Jvms.finish(process, directory);
    int code = finished.exitCode();
    assertTrue(code == 0 || code == (kill ? 137 : 130) || soon, code + ": " + finished.err());
    return code != 0;
  }

  private void assertSameAfter(int interruptions) throws Exception {
    JsonNode whole = complete("whole", 2);
    Random random = new Random(SEED);
    List<String> runs = new ArrayList<>();
    for (int times = 0; times < interruptions; ) {
      String run = "run" + runs.size();
      runs.add(run);
      int workers = random.nextInt(WORKERS.length);
      while (times < interruptions && interrupt(run, WORKERS[workers++ % 4], random)) {
        times++;
      }
    }
    for (String run : runs) {
      JsonNode result = complete(run, WORKERS[random.nextInt(WORKERS.length)]);
      assertEquals(whole.path("weights_sha256"), result.path("weights_sha256"), run);
      assertEquals(whole.path("samples_applied"), result.path("samples_applied"), run);
      assertEquals(whole.path("ledger"), result.path("ledger"), run);
      assertEquals(
          -1,
          Files.mismatch(
              directory.resolve("whole/metrics.jsonl"), directory.resolve(run + "/metrics.jsonl")),
          run);
    }
  }

  @Test
  void shouldGiveSameBitsWhenKilledAndResumed() throws Exception {
    assertSameAfter(1);
  }

  @Tag("soak")
  @Test
  void shouldGiveSameBitsWhenKilledTwentyTimes() throws Exception {
    assertSameAfter(20);
  }
}
