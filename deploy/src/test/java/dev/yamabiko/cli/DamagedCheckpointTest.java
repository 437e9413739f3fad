package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.cli.ResumableJob.Output;
import dev.yamabiko.protocol.RunEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An interrupted run whose checkpoints were damaged goes on from the newest one that is whole. */
class DamagedCheckpointTest {

  @TempDir private Path working;

  private ResumableJob job;
  private Output whole;

  /** Interrupted in the fourth epoch, with three checkpoints and perhaps the best epoch's. */
  @BeforeEach
  void interrupt() {
    job = new ResumableJob(working, ResumableJob.STOPPING.replace("keep = 2", "keep = 3"));
    whole = job.train("whole", 2);
    assertEquals(0, whole.exitCode(), whole.err());
    Output cut =
        job.cancelled(
            "run",
            3,
            1,
            event -> event instanceof RunEvent.StepClosed closed && closed.step() == 32);
    assertEquals(1, cut.exitCode(), cut.err());
    assertEquals("cancelled", cut.json().path("status").asText(), cut.err());
  }

  private static byte[] cut(byte[] content) {
    return Arrays.copyOf(content, content.length / 2);
  }

  private static byte[] flipped(byte[] content) {
    byte[] damaged = content.clone();
    damaged[content.length / 3] ^= 16;
    return damaged;
  }

  private static void damage(Path file, boolean flip) throws IOException {
    byte[] content = Files.readAllBytes(file);
    Files.write(file, flip ? flipped(content) : cut(content));
  }

  private void assertSameAsWhole(Output resumed, String run) throws IOException {
    assertEquals(0, resumed.exitCode(), resumed.err());
    assertEquals(whole.weights(), resumed.weights());
    assertArrayEquals(job.metrics("whole"), job.metrics(run));
    assertArrayEquals(
        Files.readAllBytes(job.directory("whole").resolve("model.safetensors")),
        Files.readAllBytes(job.directory(run).resolve("model.safetensors")));
  }

  @Test
  void shouldUseTheOneBeforeWhenASliceIsDamaged() throws IOException {
    List<Path> checkpoints = job.checkpoints("run");
    Path newest = checkpoints.get(checkpoints.size() - 1);
    Path before = checkpoints.get(checkpoints.size() - 2);
    for (Path slice : ResumableJob.filesOf(newest)) {
      if (slice.equals(newest)) {
        continue;
      }
      String run = "run-" + slice.getFileName();
      job.copy("run", run);
      Path damaged = job.directory(run).resolve("checkpoints").resolve(slice.getFileName());
      damage(damaged, true);
      Output resumed = job.resume(run, 3, 2);
      assertEquals(1, passedOver(resumed).size(), resumed.err());
      String said = passedOver(resumed).get(0);
      assertTrue(said.contains("its slice " + slice.getFileName() + " is damaged"), said);
      assertTrue(resumed.err().contains("after step %d, ".formatted(step(before))), said);
      assertSameAsWhole(resumed, run);
    }
  }

  private static List<String> passedOver(Output output) {
    return output
        .err()
        .lines()
        .filter(line -> line.startsWith("yamabiko: passed over a checkpoint: "))
        .toList();
  }

  private static long step(Path checkpoint) {
    return Long.parseLong(checkpoint.getFileName().toString().replaceAll("\\D", ""));
  }

  @Test
  void shouldNameTheNewestAndUseTheOneBefore() throws IOException {
    for (boolean flip : new boolean[] {false, true}) {
      String run = "flip-" + flip;
      job.copy("run", run);
      List<Path> checkpoints = job.checkpoints(run);
      Path newest = checkpoints.get(checkpoints.size() - 1);
      Path before = checkpoints.get(checkpoints.size() - 2);
      damage(newest, flip);
      Output resumed = job.resume(run, flip ? 1 : 5);
      assertEquals(1, passedOver(resumed).size(), resumed.err());
      String said = passedOver(resumed).get(0);
      assertTrue(said.contains(newest + ": the file is torn"), said);
      assertTrue(
          resumed.err().contains("going on after step %d, epoch ".formatted(step(before))),
          resumed.err());
      assertSameAsWhole(resumed, run);
      assertTrue(Files.exists(newest.resolveSibling(newest.getFileName() + ".damaged")));
      assertEquals(List.of(), passedOver(job.resume(run, 2)), "it is named once");
    }
  }

  @Test
  void shouldGoBackAsFarAsAnyCheckpointIsWhole() throws IOException {
    Random random = new Random(5);
    int checkpoints = job.checkpoints("run").size();
    assertTrue(checkpoints >= 3, "only " + checkpoints);
    for (int damaged = 2; damaged < checkpoints; damaged++) {
      String run = "run" + damaged;
      job.copy("run", run);
      List<Path> files = new ArrayList<>(job.checkpoints(run));
      for (int i = 0; i < damaged; i++) {
        damage(files.remove(files.size() - 1), random.nextBoolean());
      }
      Output resumed = job.resume(run, 2);
      assertEquals(damaged, passedOver(resumed).size(), resumed.err());
      long from = step(files.get(files.size() - 1));
      assertTrue(resumed.err().contains("going on after step %d, ".formatted(from)), resumed.err());
      assertSameAsWhole(resumed, run);
    }
  }

  @Test
  void shouldRefuseToBeginAnewOverARunWithoutAnyWholeCheckpoint() throws IOException {
    byte[] metrics = job.metrics("run");
    for (Path checkpoint : job.checkpoints("run")) {
      damage(checkpoint, true);
    }
    List<Path> before = job.checkpoints("run");
    Output resumed = job.resume("run", 2);
    assertEquals(2, resumed.exitCode(), resumed.err());
    String error = resumed.error();
    assertTrue(
        error.startsWith(
            "--resume: the run in "
                + job.directory("run")
                + " cannot go on: none of its checkpoints can be used: "),
        error);
    for (Path checkpoint : before) {
      assertTrue(error.contains(checkpoint + ": "), error);
    }
    assertTrue(error.endsWith("; to begin anew, give a new directory"), error);
    assertEquals(before.size(), passedOver(resumed).size());
    assertEquals(before, job.checkpoints("run"));
    assertArrayEquals(metrics, job.metrics("run"));
    assertFalse(resumed.err().contains("\tat "), resumed.err());
  }
}
