package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.data.Targets;
import dev.yamabiko.model.AtomicFile;
import dev.yamabiko.model.Checkpoint;
import dev.yamabiko.nn.Dense;
import dev.yamabiko.nn.Initializer;
import dev.yamabiko.nn.Network;
import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.protocol.RunOutcome;
import dev.yamabiko.step.Statistics;
import dev.yamabiko.tensor.Shape;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class RunDirectoryTest {

  private static final Targets CLASSES = Targets.Classes.numbered(3);
  private static final Targets VALUES =
      new Targets.Values(List.of(Targets.Value.plain("a"), Targets.Value.plain("b")));
  private static final RunEvent STARTED = new RunEvent.RunStarted(2, 0, 0, 0);

  private final List<String> failures = new ArrayList<>();

  @TempDir Path directory;

  private RunDirectory open(Targets targets) throws IOException {
    return RunDirectory.begin(directory, description(targets), failures::add);
  }

  private static RunDescription description(Targets targets) {
    return new RunDescription("name = test", "d", Map.of("format", "yamabiko"), targets, 2);
  }

  private String content(String file) throws IOException {
    return Files.readString(directory.resolve(file));
  }

  private static RunEvent step(long step, double gradientNorm) {
    return new RunEvent.StepClosed(step, 0, new Statistics(4, 5, 3, 32), 0.5f, gradientNorm);
  }

  @Test
  void shouldWriteOneLinePerStepAndEpochOfAClassification() throws IOException {
    try (RunDirectory run = open(CLASSES)) {
      run.onEvent(STARTED);
      run.onEvent(step(0, Double.NaN));
      run.onEvent(step(1, 0.25));
      run.onEvent(
          new RunEvent.EpochClosed(
              0, 2, new Statistics(8, 10, 6, 0, 255), Optional.of(new Statistics(2, 3, 1, 0))));
    }
    assertEquals(
        """
        {"step":0,"epoch":0,"examples":4,"train_loss":1.25,"train_accuracy":0.75,"learning_rate":0.5}
        {"step":1,"epoch":0,"examples":4,"train_loss":1.25,"train_accuracy":0.75,"learning_rate":0.5,"gradient_norm":0.25}
        {"epoch":0,"steps":2,"examples":8,"sample_hash":"00000000000000ff","train_loss":1.25,"train_accuracy":0.75,"validation_loss":1.5,"validation_accuracy":0.5}
        """,
        content("metrics.jsonl"));
    assertEquals("name = test\n", content("job.conf"));
    assertEquals(List.of(), failures);
  }

  @Test
  void shouldWriteRmsePerOutputOfARegression() throws IOException {
    try (RunDirectory run = open(VALUES)) {
      run.onEvent(step(0, Double.NaN));
      run.onEvent(new RunEvent.EpochClosed(0, 1, new Statistics(4, 5, 0, 8), Optional.empty()));
    }
    assertEquals(
        """
        {"step":0,"epoch":0,"examples":4,"train_loss":1.25,"train_rmse":2.0,"learning_rate":0.5}
        {"epoch":0,"steps":1,"examples":4,"sample_hash":"0000000000000000","train_loss":1.25,"train_rmse":1.0}
        """,
        content("metrics.jsonl"));
  }

  @Test
  void shouldHaveWrittenTheFirstStepAtOnceAndAllLinesWhenEpochCloses() throws IOException {
    try (RunDirectory run = open(CLASSES)) {
      run.onEvent(step(0, Double.NaN));
      assertEquals(1, content("metrics.jsonl").lines().count());
      run.onEvent(step(1, Double.NaN));
      run.onEvent(new RunEvent.EpochClosed(0, 2, new Statistics(8, 9, 6, 0), Optional.empty()));
      assertEquals(3, content("metrics.jsonl").lines().count());
    }
  }

  @Test
  void shouldWriteNullForALossThatIsNoNumber() throws IOException {
    try (RunDirectory run = open(CLASSES)) {
      run.onEvent(
          new RunEvent.StepClosed(
              0, 0, new Statistics(1, Double.POSITIVE_INFINITY, 0, 0), 0.5f, Double.NaN));
    }
    assertEquals(
        "{\"step\":0,\"epoch\":0,\"examples\":1,\"train_loss\":null,\"train_accuracy\":0.0,"
            + "\"learning_rate\":0.5}\n",
        content("metrics.jsonl"));
  }

  @Test
  void shouldReportOnceWhenDirectoryIsRemovedDuringTheRun() throws IOException {
    try (RunDirectory run = open(CLASSES)) {
      run.onEvent(step(0, Double.NaN));
      remove();
      RunEvent epoch = new RunEvent.EpochClosed(0, 1, new Statistics(4, 5, 3, 0), Optional.empty());
      run.onEvent(epoch);
      run.onEvent(epoch);
      assertEquals(1, failures.size());
      assertEquals(Optional.of(failures.get(0)), run.failure());
      assertEquals(
          "cannot write to " + directory + ": metrics.jsonl has been removed during the run",
          failures.get(0));
    } finally {
      Files.createDirectories(directory);
    }
  }

  private final List<String> warnings = new ArrayList<>();

  private DiskWatch watch() {
    return new DiskWatch() {
      @Override
      public void failed(String why) {
        failures.add(why);
      }

      @Override
      public void warned(String why) {
        warnings.add(why);
      }
    };
  }

  private static RunEvent checkpoint(long step) {
    Checkpoint.Position position = new Checkpoint.Position(step, 0, 4, Optional.empty(), 0);
    return new RunEvent.CheckpointTaken(
        new Checkpoint(
            position, new float[9], new float[0][], Optional.empty(), Checkpoint.WayBack.NONE));
  }

  private void assertWarns(String cause, AtomicFile.Gate gate, Executor writer) throws IOException {
    RunDescription description = description(CLASSES);
    RunDirectory run = RunDirectory.begin(directory, description, gate, watch(), writer);
    try (run) {
      run.onEvent(checkpoint(1));
      run.settled().join();
      assertEquals(
          List.of(
              "cannot write to %s: %s; the run goes on and tries again at the next checkpoint; there is no checkpoint yet"
                  .formatted(directory, cause)),
          warnings);
      assertFalse(run.hasCheckpoint());
    }
    assertEquals(List.of(), failures);
  }

  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void shouldSayWhyACheckpointIsNotThereWhateverTheReasonIs() throws IOException {
    AtomicFile.Gate broken =
        change -> {
          if (Files.exists(directory.resolve("checkpoints"))) {
            throw new IllegalStateException("broken");
          }
          change.make();
        };
    assertWarns("java.lang.IllegalStateException: broken", broken, Runnable::run);
  }

  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void shouldNotWaitForACheckpointThatNobodyWrites() throws IOException {
    assertWarns(
        "java.lang.OutOfMemoryError: unable to create native thread",
        AtomicFile.Gate.OPEN,
        task -> {
          throw new OutOfMemoryError("unable to create native thread");
        });
  }

  private void remove() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }

  private static final Network NETWORK =
      Network.build(Shape.of(2), List.of(new Dense.Spec(3, Initializer.HE)));

  @Test
  void shouldLeaveModelAndResultWhole() throws IOException {
    try (RunDirectory run = open(CLASSES)) {
      RunResult result = result(run.path());
      assertSame(result, run.keep(NETWORK, outcome(), result));
      assertTrue(Files.size(run.model()) > 36);
    }
    assertTrue(content("result.json").endsWith("}\n"));
    try (Stream<Path> files = Files.list(directory)) {
      assertEquals(
          List.of("job.conf", "metrics.jsonl", "model.safetensors", "result.json"),
          files.map(file -> file.getFileName().toString()).sorted().toList());
    }
  }

  @Test
  void shouldFailTheRunAndLeaveNoPartWhenModelCannotBeWritten() throws IOException {
    try (RunDirectory run = open(CLASSES)) {
      Files.createDirectories(run.model().resolve("in-the-way"));
      RunResult kept = run.keep(NETWORK, outcome(), result(run.path()), Duration.ZERO);
      assertEquals(RunOutcome.Status.FAILED, kept.status());
      String error = kept.error().orElseThrow();
      assertTrue(error.startsWith("cannot write to " + directory), error);
      assertEquals(kept.toJson() + "\n", content("result.json"));
    }
    assertFalse(Files.exists(directory.resolve("model.safetensors.part")));
  }

  /** With a checkpoint of step 1, and one of step 2 for which there is no place. */
  private RunDirectory withoutItsLastCheckpoint() throws IOException {
    RunDirectory run =
        RunDirectory.begin(
            directory, description(CLASSES), AtomicFile.Gate.OPEN, watch(), Runnable::run);
    run.onEvent(checkpoint(1));
    Files.move(directory.resolve("checkpoints"), directory.resolve("elsewhere"));
    Files.createFile(directory.resolve("checkpoints"));
    run.onEvent(checkpoint(2));
    assertEquals(1, warnings.size());
    return run;
  }

  private void makePlace() throws IOException {
    Files.delete(directory.resolve("checkpoints"));
    Files.move(directory.resolve("elsewhere"), directory.resolve("checkpoints"));
  }

  @Test
  void shouldWriteTheLastCheckpointAtTheEndWhenItCouldNotBeWrittenBefore() throws IOException {
    try (RunDirectory run = withoutItsLastCheckpoint()) {
      makePlace();
      RunResult result = result(run.path());
      assertSame(result, run.keep(NETWORK, outcome(), result));
    }
    assertEquals(
        directory.resolve("checkpoints/step-0000000002.checkpoint"),
        RunDirectory.checkpoints(directory, 1).last().orElseThrow());
  }

  @Test
  void shouldSayWhichCheckpointIsMissingWhenItCannotBeHad() throws IOException {
    try (RunDirectory run = withoutItsLastCheckpoint()) {
      RunResult kept = run.keep(NETWORK, outcome(), result(run.path()), Duration.ZERO);
      assertEquals(RunOutcome.Status.COMPLETED, kept.status());
      String warning = kept.warning().orElseThrow();
      assertTrue(
          warning.startsWith(
              "the checkpoint of step 2 is missing: cannot write to " + directory + ": "),
          warning);
      assertTrue(content("result.json").contains("\"warning\":\"the checkpoint of step 2"));
      assertTrue(Files.exists(run.model()));
    }
  }

  @Test
  void shouldNotWriteACheckpointAtTheEndThatTheRunHasGoneBackFrom() throws IOException {
    try (RunDirectory run = withoutItsLastCheckpoint()) {
      makePlace();
      Checkpoint from = ((RunEvent.CheckpointTaken) checkpoint(1)).checkpoint();
      run.onEvent(new RunEvent.RolledBack("diverged", 2, from, from.position(), 0.5));
      run.keep(NETWORK, outcome(), result(run.path()));
    }
    assertEquals(
        directory.resolve("checkpoints/step-0000000001.checkpoint"),
        RunDirectory.checkpoints(directory, 1).last().orElseThrow());
  }

  @Test
  void shouldHaveNoLineOfStepsThatAreTakenAgainElsewhere() throws IOException {
    try (RunDirectory run = open(CLASSES)) {
      Checkpoint from = ((RunEvent.CheckpointTaken) checkpoint(1)).checkpoint();
      run.onEvent(step(0, Double.NaN));
      run.onEvent(checkpoint(1));
      run.settled().join();
      run.onEvent(step(1, Double.NaN));
      run.onEvent(new RunEvent.SlicesReturned("p was lost", 2, from, from.position()));
      run.onEvent(step(1, Double.NaN));
      run.keep(NETWORK, outcome(), result(run.path()));
    }
    List<String> steps = content("metrics.jsonl").lines().toList();
    assertEquals(2, steps.size(), steps.toString());
    assertTrue(steps.get(0).contains("\"step\":0"), steps.toString());
    assertTrue(steps.get(1).contains("\"step\":1"), steps.toString());
  }

  private static RunOutcome outcome() {
    return new RunOutcome(
        RunOutcome.Status.COMPLETED,
        "",
        1,
        2,
        8,
        3,
        Optional.of(new float[9]),
        Optional.empty(),
        Optional.empty(),
        OptionalInt.empty(),
        0,
        Optional.empty());
  }

  private static RunResult result(Path directory) {
    return new RunResult(
        "test",
        RunOutcome.Status.COMPLETED,
        1,
        2,
        3,
        0.5,
        Double.NaN,
        Double.NaN,
        Double.NaN,
        Optional.empty(),
        Double.NaN,
        Optional.empty(),
        "d",
        2,
        8,
        8,
        2,
        9,
        OptionalInt.empty(),
        0,
        directory,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  @Test
  void shouldNotTakeForAbsentWhatCannotBeRead() throws IOException {
    for (String name : List.of("job.conf", "metrics.jsonl", "result.json")) {
      Files.createSymbolicLink(directory.resolve(name), Path.of(name));
    }
    assertThrows(FileSystemException.class, () -> RunDirectory.holdsRun(directory));
    assertThrows(FileSystemException.class, () -> RunDirectory.isInUse(directory));
    assertThrows(FileSystemException.class, () -> RunDirectory.resultOf(directory));
  }
}
