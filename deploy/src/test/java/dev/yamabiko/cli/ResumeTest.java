package dev.yamabiko.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.yamabiko.cli.ResumableJob.Output;
import dev.yamabiko.coordinator.RunListener;
import dev.yamabiko.local.SingleNode;
import dev.yamabiko.protocol.RunEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A run that was interrupted and goes on gives the bits and the metrics of one that was not. */
class ResumeTest {

  private static final int[] WORKERS = {1, 2, 3, 5};

  private static final String[] NEVER = {"--set", "checkpoint.every-steps=1000000"};

  @TempDir private Path working;

  private ResumableJob stopping() {
    return new ResumableJob(working, ResumableJob.STOPPING);
  }

  /** Leaves out what time, machine and place decide. */
  private static JsonNode timeless(JsonNode result) {
    return ((ObjectNode) result.deepCopy())
        .without(
            List.of("seconds", "steps_here", "samples_per_second", "workers", "run_directory"));
  }

  private static void assertSame(ResumableJob job, String expected, Output output, String run)
      throws IOException {
    assertEquals(0, output.exitCode(), output.err());
    assertEquals(timeless(job.result(expected)), timeless(output.json()));
    assertEquals(output.json(), job.result(run));
    assertArrayEquals(job.metrics(expected), job.metrics(run), run);
    assertArrayEquals(
        Files.readAllBytes(job.directory(expected).resolve("model.safetensors")),
        Files.readAllBytes(job.directory(run).resolve("model.safetensors")));
  }

  @Test
  void shouldStopEarlyAndRestoreTheBestEpochForAnyNumberOfWorkers() throws IOException {
    ResumableJob job = stopping();
    for (int workers : WORKERS) {
      Output output = job.train("run" + workers, workers, 1 + workers % 3, List.of());
      assertSame(job, "run1", output, "run" + workers);
    }
    JsonNode result = job.result("run1");
    int epochs = result.path("epochs").asInt();
    assertTrue(epochs < 12, result.toString());
    assertEquals(epochs - 3, result.path("best_epoch").asInt(), "patience is 2");
    assertEquals(150 * epochs, result.path("samples_applied").asInt());
    String line =
        Files.readAllLines(job.directory("run1").resolve("metrics.jsonl")).stream()
            .filter(l -> l.startsWith("{\"epoch\":" + (epochs - 3) + ","))
            .findFirst()
            .orElseThrow();
    assertTrue(
        line.contains("\"validation_loss\":" + result.path("validation_loss").asText()),
        "the result describes the best epoch's weights: " + line);
  }

  @Test
  void shouldGiveSameBitsWhereverTheProcessWasKilled() throws IOException {
    ResumableJob job = stopping();
    Random random = new Random(1);
    List<String> copies = new ArrayList<>();
    // Before the first event, after the last one, and at some between them.
    RunListener killer =
        event -> {
          boolean rare = !(event instanceof RunEvent.StepClosed);
          if (random.nextInt(rare ? 3 : 8) == 0
              || event instanceof RunEvent.RunStarted
              || event instanceof RunEvent.RunEnded) {
            String copy = "killed" + copies.size();
            job.copy("run", copy);
            copies.add(copy);
          }
        };
    Output whole = job.train("run", 2, 1, List.of(killer));
    assertEquals(0, whole.exitCode(), whole.err());
    assertTrue(copies.size() > 10, copies.toString());
    for (int i = 0; i < copies.size(); i++) {
      Output output = job.resume(copies.get(i), WORKERS[i % 4], 1 + i % 3);
      assertSame(job, "run", output, copies.get(i));
    }
  }

  @Test
  void shouldWarnOfTheStepsThatDamagedMetricsLack() throws IOException {
    ResumableJob job = stopping();
    RunListener killer =
        event -> {
          if (event instanceof RunEvent.StepClosed closed && closed.step() == 18) {
            job.copy("run", "killed");
          }
        };
    Output whole = job.train("run", 2, 1, List.of(killer));
    assertEquals(0, whole.exitCode(), whole.err());
    Path metrics = job.directory("killed").resolve("metrics.jsonl");
    byte[] damaged = job.metrics("killed");
    damaged[500] = '@';
    Files.write(metrics, damaged);
    long left = new String(damaged, 0, 500, UTF_8).lines().count() - 1; // all of the first epoch
    Output output = job.resume("killed", 2);
    assertEquals(0, output.exitCode(), output.err());
    assertEquals(whole.weights(), output.weights());
    String warning =
        output.err().lines().filter(line -> line.contains("is damaged")).findFirst().orElse("");
    assertTrue(warning.contains(metrics.getFileName() + " is damaged: expected"), output.err());
    assertTrue(warning.contains("the first that of step " + left + ";"), warning);
    assertTrue(warning.matches(".*; the run goes on at step (7|14) .*"), warning);
    assertEquals(1, output.err().lines().filter(line -> line.contains("is damaged")).count());
  }

  @Test
  void shouldKeepMostOfAKilledRunWhoseJobDoesNotAskForCheckpoints() throws IOException {
    String text = ResumableJob.STOPPING.replaceFirst("(?m)^checkpoint.*$", "");
    ResumableJob job = new ResumableJob(working, text.replaceFirst("(?m)^early-stopping.*$", ""));
    // 75 steps in each epoch.
    String[] small = {"--set", "batch-size=2", "--set", "shards=2", "--set", "epochs=3"};
    RunListener killer =
        event -> {
          if (event instanceof RunEvent.StepClosed closed && closed.step() == 200) {
            job.copy("run", "killed");
          }
        };
    assertEquals(0, job.train("run", 2, 1, List.of(killer), small).exitCode());
    Output output = job.resume("killed", 3, small);
    assertTrue(output.err().contains("going on after step 150, epoch 3\n"), output.err());
    assertEquals(75, output.json().path("steps_here").asInt());
    assertTrue(output.err().contains(": 3 epochs, 225 steps; 75 steps here in "), output.err());
    assertSame(job, "run", output, "killed");
    String[] never = Stream.concat(Stream.of(small), Stream.of(NEVER)).toArray(String[]::new);
    assertEquals(output.weights(), job.train("never", 1, never).weights());
    assertArrayEquals(job.metrics("run"), job.metrics("never"));
  }

  @Test
  void shouldGiveSameBitsWhenInterruptedAgainAndAgain() throws IOException {
    ResumableJob job = stopping();
    assertEquals(0, job.train("run", 1).exitCode());
    for (int every : new int[] {1, 3, 10}) {
      String run = "every" + every;
      int times = 0;
      Output output;
      do {
        int workers = WORKERS[times++ % 4];
        long[] count = {0};
        output =
            job.cancelled(
                run,
                workers,
                1 + times % 3,
                event -> event instanceof RunEvent.StepClosed && ++count[0] >= every,
                "--resume");
        assertTrue(times < 200, "no progress");
        if (output.exitCode() != 0) {
          JsonNode result = output.json();
          assertEquals("cancelled", result.path("status").asText(), output.err());
          assertTrue(output.weights().matches("[0-9a-f]{64}"), result.toString());
          assertTrue(result.path("train_loss").isNull());
        }
      } while (output.exitCode() != 0);
      assertTrue(times > 2, "interrupted only " + times + " times");
      assertSame(job, "run", output, run);
    }
  }

  @Test
  void shouldGiveSameBitsWhenInterruptedAtAnEpochsEnd() throws IOException {
    ResumableJob job = stopping();
    assertEquals(0, job.train("run", 2).exitCode());
    for (long step : new long[] {9, 19, 29}) {
      String run = "end" + step;
      Output cut =
          job.cancelled(
              run,
              2,
              1,
              event -> event instanceof RunEvent.StepClosed closed && closed.step() == step);
      assertEquals(1, cut.exitCode(), cut.err());
      assertSame(job, "run", job.resume(run, 3), run);
    }
  }

  @Test
  void shouldGiveTheSameResultWhenACompletedRunIsResumed() throws IOException {
    ResumableJob job = stopping();
    assertEquals(0, job.train("run", 2).exitCode());
    job.copy("run", "again");
    assertSame(job, "run", job.resume("again", 3), "again");
  }

  @Test
  void shouldSayThatAllEpochsAreDoneWhenACompletedRunIsResumed() {
    ResumableJob job =
        new ResumableJob(working, ResumableJob.STOPPING.replaceFirst("(?m)^early-stopping.*$", ""));
    assertEquals(0, job.train("run", 2, "--set", "epochs=3").exitCode());
    Output output = job.resume("run", 2, "--set", "epochs=3");
    assertEquals(0, output.exitCode());
    assertTrue(
        output.err().contains("yamabiko: all 3 epochs, 30 steps, are done; measuring the model"),
        output.err());
    assertFalse(output.err().contains("epoch 4"), output.err());
  }

  @Test
  void shouldGoOnWhenMoreEpochsAreAskedFor() throws IOException {
    String text = ResumableJob.STOPPING.replaceFirst("(?m)^early-stopping.*$", "");
    ResumableJob job = new ResumableJob(working, text);
    assertEquals(0, job.train("run", 1, "--set", "epochs=4").exitCode());
    assertEquals(0, job.train("short", 2, "--set", "epochs=2").exitCode());
    Output output = job.resume("short", 3, "--set", "epochs=4");
    assertTrue(output.err().contains("going on after step 20, epoch 3\n"), output.err());
    assertSame(job, "run", output, "short");
  }

  @Test
  void shouldSayThatTheLearningRateJumpsWhenACosineIsStretched() {
    String text = ResumableJob.STOPPING.replaceFirst("(?m)^early-stopping.*$", "");
    ResumableJob job =
        new ResumableJob(working, text + "schedule { cosine { warm-up-steps = 3 } }\n");
    assertEquals(0, job.train("run", 1, "--set", "epochs=2").exitCode());
    job.copy("run", "same");
    Output same = job.resume("same", 1, "--set", "epochs=2");
    assertFalse(same.err().contains("schedule"), same.err());
    // Step 17 of 37 that come after the warm-up: 0.02 (1 + cos(17/36 pi)) / 2.
    Output stretched = job.resume("run", 1, "--set", "epochs=4");
    assertEquals(0, stretched.exitCode(), stretched.err());
    assertTrue(
        stretched
            .err()
            .contains(
                "yamabiko: epochs was 2 but is 4 now, and the cosine schedule spans them all: the"
                    + " learning rate goes on at 0.0109 after 0; a run that had 4 epochs from the"
                    + " beginning ends with other weights\n"),
        stretched.err());
    Output again = job.resume("run", 1, "--set", "epochs=4");
    assertFalse(again.err().contains("schedule"), again.err());
  }

  @Test
  void shouldSayNothingOfACosineThatHasNotBegun() {
    String text = ResumableJob.STOPPING.replaceFirst("(?m)^early-stopping.*$", "");
    ResumableJob job =
        new ResumableJob(working, text + "schedule { cosine { warm-up-steps = 12 } }\n");
    assertEquals(0, job.train("run", 1, "--set", "epochs=1").exitCode());
    Output output = job.resume("run", 1, "--set", "epochs=4");
    assertTrue(output.err().contains("going on after step 10,"), output.err());
    assertFalse(output.err().contains("schedule"), output.err());
    assertEquals(job.train("whole", 1, "--set", "epochs=4").weights(), output.weights());
  }

  @Test
  void shouldRefuseFewerEpochsThanWereTaken() throws IOException {
    ResumableJob job =
        new ResumableJob(working, ResumableJob.STOPPING.replaceFirst("(?m)^early-stopping.*$", ""));
    assertEquals(0, job.train("run", 1, "--set", "epochs=3").exitCode());
    byte[] metrics = job.metrics("run");
    Output output = job.resume("run", 1, "--set", "epochs=2");
    assertEquals(2, output.exitCode());
    assertEquals(
        "--resume: the run in "
            + job.directory("run")
            + " cannot go on: it has taken 30 steps already but epochs = 2 gives 20",
        output.error());
    assertArrayEquals(metrics, job.metrics("run"));
    assertEquals("completed", job.result("run").path("status").asText());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "batch-size=8 | batch-size was 16 but is 8 now",
        "seed=4 | seed was 3 but is 4 now",
        "shards=3 | shards was 4 but is 3 now",
        "optimizer.adam.beta1=0.8 | optimizer.adam.beta1 was not set but is 0.8 now",
        "early-stopping.patience=3 | early-stopping.patience was 2 but is 3 now"
      })
  void shouldNameTheKeyWhenTheJobHasChanged(String setting, String change) {
    ResumableJob job = stopping();
    job.cancelled("run", 1, 1, event -> event instanceof RunEvent.StepClosed);
    Output output = job.resume("run", 1, "--set", setting);
    assertEquals(2, output.exitCode());
    assertEquals(
        "--resume: the run in %s cannot go on: %s; a run that goes on may change epochs,"
                .formatted(job.directory("run"), change)
            + " checkpoint.every-steps, checkpoint.keep, tensorboard and paths only",
        output.error());
  }

  @Test
  void shouldSayFirstThatTheRunIsUnderWay() {
    ResumableJob job = stopping();
    List<Output> beside = new ArrayList<>();
    RunListener another =
        event -> {
          if (event instanceof RunEvent.RunStarted) {
            beside.add(job.resume("run", 1));
          }
        };
    assertEquals(0, job.train("run", 1, 1, List.of(another)).exitCode());
    assertEquals(2, beside.get(0).exitCode());
    assertEquals(
        "yamabiko: --out " + job.directory("run") + " is in use by another run\n",
        beside.get(0).err());
  }

  @Test
  void shouldNameTheJobFileOfTheRunWhereItIsDamaged() throws IOException {
    ResumableJob job = stopping();
    job.cancelled("run", 1, 1, event -> event instanceof RunEvent.StepClosed);
    Path file = job.directory("run").resolve("job.conf");
    Files.writeString(file, "batch-size = [\n");
    assertTrue(job.resume("run", 1).error().startsWith(file + ":"), job.resume("run", 1).error());
    Files.write(file, new byte[] {(byte) 0xE9});
    String error = job.resume("run", 1).error();
    assertTrue(error.endsWith(file + " is damaged: expected UTF-8 text"), error);
  }

  @Test
  void shouldNameACheckpointThatIsOfAnotherRun() throws IOException {
    ResumableJob job = stopping();
    job.cancelled("run", 1, 1, event -> event instanceof RunEvent.StepClosed);
    assertEquals(0, job.train("other", 1, "--set", "seed=9").exitCode());
    List<Path> theirs = job.checkpoints("other");
    Path newest = theirs.get(theirs.size() - 1);
    Path foreign = job.directory("run").resolve("checkpoints").resolve(newest.getFileName());
    for (Path file : ResumableJob.filesOf(newest)) {
      Files.copy(file, foreign.resolveSibling(file.getFileName()));
    }
    Output output = job.resume("run", 1);
    assertEquals(2, output.exitCode());
    assertTrue(
        output
            .error()
            .endsWith(
                foreign
                    + " is of another run: seed was 9 but is 3 now; move it away to go on from the"
                    + " one before it"),
        output.error());
    Files.delete(foreign);
    assertEquals(0, job.resume("run", 1).exitCode());
  }

  @Test
  void shouldRefuseWhenTheDataHasChanged() throws IOException {
    ResumableJob job = stopping();
    job.cancelled("run", 1, 1, event -> event instanceof RunEvent.StepClosed);
    byte[] metrics = job.metrics("run");
    Output output = job.resume("run", 1, "--set", "data.train.builtin.seed=9");
    assertEquals(2, output.exitCode());
    assertTrue(
        output.error().contains("cannot go on: its data has changed: expected the SHA-256 "),
        output.error());
    assertArrayEquals(metrics, job.metrics("run"));
  }

  @Test
  void shouldExpectADirectoryToResume() {
    Output output =
        stopping()
            .command(List.of("train", "job.conf", "--resume", "--json"), (a, b, c, d, e) -> null);
    assertEquals(2, output.exitCode());
    assertTrue(
        output.error().startsWith("--resume expects --out DIR, the directory of the run"),
        output.error());
  }

  @Test
  void shouldRefuseADirectoryThatHoldsSomethingElse() throws IOException {
    ResumableJob job = stopping();
    Files.createDirectories(job.directory("run"));
    Files.writeString(job.directory("run").resolve("thesis.tex"), "precious");
    Output output = job.resume("run", 1);
    assertEquals(2, output.exitCode());
    assertTrue(output.error().contains("finds no job.conf"), output.error());
    assertEquals("precious", Files.readString(job.directory("run").resolve("thesis.tex")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "directory",
        "directory metrics.jsonl",
        "directory metrics.jsonl job.conf.part"
      })
  void shouldBeginWhereNothingHasBegun(String leftOver) throws IOException {
    ResumableJob job = stopping();
    for (String name : leftOver.split(" ")) {
      if (name.equals("directory")) {
        Files.createDirectories(job.directory("run"));
      } else if (!name.isEmpty()) {
        Files.createFile(job.directory("run").resolve(name));
      }
    }
    Output output = job.resume("run", 2, "--set", "epochs=1");
    assertTrue(
        output
            .err()
            .contains("no run in " + job.directory("run") + " yet; beginning one at step 0"),
        output.err());
    assertEquals(0, output.exitCode(), output.err());
    assertEquals(10, job.result("run").path("steps").asInt());
    assertFalse(Files.exists(job.directory("run").resolve("job.conf.part")));
  }

  @Test
  void shouldDescribeTheModelThatIsThereWhenCancelledWhileWorkersGetReady() throws IOException {
    ResumableJob job = stopping();
    Output cut =
        job.cancelled(
            "run",
            1,
            1,
            event -> event instanceof RunEvent.StepClosed closed && closed.step() == 4);
    Output output =
        job.command(
            List.of("train", "job.conf", "--json", "--out", "run", "--resume"),
            (checked, begin, count, listeners, cancellation) -> {
              cancellation.cancel("interrupted");
              return SingleNode.run(checked, begin, count, listeners, cancellation);
            });
    assertEquals(1, output.exitCode(), output.err());
    if (output.json().path("steps").equals(cut.json().path("steps"))) {
      assertEquals(cut.weights(), output.weights());
    }
    assertTrue(output.weights().matches("[0-9a-f]{64}"), output.out());
  }

  @Test
  void shouldSayTheCommandThatGoesOnInWordsForAShell() throws IOException {
    ResumableJob job = stopping();
    Files.move(working.resolve("job.conf"), working.resolve("it's mine.conf"));
    Output output =
        job.command(
            List.of(
                "train",
                "it's mine.conf",
                "--json",
                "--set",
                "name=a-b",
                "--set",
                "model=[{ dense { units = 3 } }]",
                "--out",
                "a b",
                "--workers",
                "2"),
            (checked, begin, count, listeners, cancellation) -> {
              List<RunListener> all = new ArrayList<>(listeners);
              all.add(
                  event -> {
                    if (event instanceof RunEvent.StepClosed) {
                      cancellation.cancel("interrupted");
                    }
                  });
              return SingleNode.run(checked, begin, count, all, cancellation);
            });
    assertEquals(1, output.exitCode());
    assertTrue(
        output
            .err()
            .endsWith(
                "yamabiko: to go on: yamabiko train 'it'\\''s mine.conf' --set name=a-b"
                    + " --set 'model=[{ dense { units = 3 } }]' --out '"
                    + job.directory("a b")
                    + "' --resume\n"),
        output.err());
  }
}
