package dev.yamabiko.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class TrainingTest {

  private static final TrainingJob JOB = TrainingJob.hocon(SmallJobs.SPIRALS);

  @TempDir Path directory;

  private static TrainingOptions workers(int number) {
    return TrainingOptions.defaults().workers(number);
  }

  /** Counts down at the first epoch's end. */
  private static TrainingOptions signalling(CountDownLatch begun) {
    return workers(2).listener(epoch -> begun.countDown());
  }

  @Test
  void shouldGiveTheSameWeightsWithAnyNumberOfWorkersInADirectoryOrWithout() {
    TrainingResult one = Yamabiko.train(JOB, workers(1));
    TrainingResult three = Yamabiko.train(JOB, workers(3).directory(directory.resolve("run")));
    assertEquals(Status.COMPLETED, one.status());
    assertEquals(Status.COMPLETED, three.status());
    assertTrue(one.weightsSha256().isPresent());
    assertEquals(one.weightsSha256(), three.weightsSha256());
    assertEquals(one.validation(), three.validation());
    assertEquals(one.evaluation(), three.evaluation());
    one.evaluation().clear();
    assertEquals(three.evaluation(), one.evaluation());
    assertEquals(60, one.steps());
    assertEquals(3 * 320, one.samplesApplied());
    assertEquals(3, three.workers());
    assertEquals(one.weightsSha256().get(), one.model().weightsSha256());
    assertEquals(one.weightsSha256().get(), Model.load(directory.resolve("run")).weightsSha256());
    assertEquals(directory.resolve("run"), three.directory().orElseThrow());
    assertTrue(one.directory().isEmpty());
  }

  @Test
  void shouldWriteNothingWithoutADirectory() throws Exception {
    Path before = Path.of("").toAbsolutePath();
    Set<Path> files = files(before);
    TrainingJob job = JOB.set("checkpoint.every-steps", 1).set("tensorboard.scalars", true);
    assertEquals(Status.COMPLETED, Yamabiko.train(job, workers(2)).status());
    assertEquals(files, files(before));
  }

  /** But for what the tools of tests beside this one keep there. */
  private static Set<Path> files(Path folder) throws Exception {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> !file.getFileName().toString().startsWith("."))
          .collect(Collectors.toSet());
    }
  }

  @Test
  void shouldTellOfEveryStepAndEpochInOrder() {
    List<Progress> steps = new ArrayList<>();
    List<Progress> epochs = new ArrayList<>();
    ProgressListener listener =
        new ProgressListener() {
          @Override
          public void onEpoch(Progress progress) {
            epochs.add(progress);
          }

          @Override
          public void onStep(Progress progress) {
            steps.add(progress);
          }
        };
    TrainingResult result = Yamabiko.train(JOB, workers(2).listener(listener));
    assertEquals(60, steps.size());
    for (int i = 0; i < 60; i++) {
      Progress step = steps.get(i);
      assertEquals(i + 1, step.step());
      assertEquals(i / 20 + 1, step.epoch());
      assertEquals(60, step.steps());
      assertTrue(step.validation().isEmpty());
    }
    assertEquals(List.of(1, 2, 3), epochs.stream().map(Progress::epoch).toList());
    assertEquals(List.of(20L, 40L, 60L), epochs.stream().map(Progress::step).toList());
    // All batches are of one size.
    double mean =
        steps.subList(40, 60).stream().mapToDouble(s -> s.train().loss()).average().orElseThrow();
    assertEquals(mean, epochs.get(2).train().loss(), 1e-6);
    assertEquals(result.validation(), epochs.get(2).validation());
    assertTrue(epochs.get(2).validation().orElseThrow().accuracy() > 0.3);
    assertTrue(Double.isNaN(epochs.get(2).train().rmse()));
  }

  @Test
  void shouldEndAfterTheCurrentStepWhenCancelledAndGoOnToTheSameBits() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    Path run = directory.resolve("run");
    Training training =
        Yamabiko.start(JOB.set("epochs", 100_000), signalling(begun).directory(run));
    assertTrue(begun.await(60, TimeUnit.SECONDS));
    training.cancel();
    TrainingResult cancelled = training.await();
    assertEquals(Status.CANCELLED, cancelled.status());
    assertEquals("cancelled", cancelled.error().orElseThrow());
    assertTrue(cancelled.steps() >= 20);
    assertEquals(cancelled.weightsSha256().orElseThrow(), cancelled.model().weightsSha256());
    int epochs = cancelled.epochs() + 2;
    TrainingJob whole = JOB.set("epochs", epochs);
    TrainingResult resumed = Yamabiko.train(whole, workers(3).directory(run).resume(true));
    assertEquals(Status.COMPLETED, resumed.status());
    assertEquals(Yamabiko.train(whole, workers(1)).weightsSha256(), resumed.weightsSha256());
    training.cancel();
  }

  @Test
  void shouldCancelTheRunWhenTheWaitingThreadIsInterrupted() throws Exception {
    Thread waiting = Thread.currentThread();
    TrainingResult result =
        Yamabiko.train(
            TrainingJob.hocon(SmallJobs.ENDLESS),
            workers(2).listener(epoch -> waiting.interrupt()));
    assertTrue(Thread.interrupted());
    assertEquals(Status.CANCELLED, result.status());
  }

  @Test
  void shouldEndTheRunAndSayWhyWhenTheListenerThrows() {
    // An error, as assertions throw, which in an actor would end more than the run.
    AssertionError bug = new AssertionError("a bug of mine");
    ProgressListener listener =
        epoch -> {
          throw bug;
        };
    YamabikoException e =
        assertThrows(
            YamabikoException.class,
            () ->
                Yamabiko.train(
                    TrainingJob.hocon(SmallJobs.ENDLESS), workers(2).listener(listener)));
    assertEquals(
        "the progress listener failed: java.lang.AssertionError: a bug of mine", e.getMessage());
    assertSame(bug, e.getCause());
    assertFalse(e.isInputWrong());
  }

  @Test
  void shouldTrainTwoAtOnceAndLeaveNoThread() throws Exception {
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    CountDownLatch both = new CountDownLatch(2);
    ProgressListener meeting =
        epoch -> {
          both.countDown();
          try {
            assertTrue(both.await(60, TimeUnit.SECONDS), "the other one has not begun");
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        };
    Training first = Yamabiko.start(JOB, workers(2).listener(meeting));
    Training second = Yamabiko.start(JOB.set("seed", 4), workers(2).listener(meeting));
    assertNotEquals(first.await().weightsSha256(), second.await().weightsSha256());
    Set<Thread> left = Thread.getAllStackTraces().keySet();
    left.removeAll(before);
    for (Thread thread : left) {
      assertTrue(thread.isDaemon(), thread.getName());
      // Akka's say that they have ended a moment before they do; the JVM has some of its own.
      if (thread.getName().startsWith("yamabiko") || thread.getName().contains("checkpoint")) {
        thread.join(20_000);
        assertFalse(thread.isAlive(), thread.getName());
      }
    }
  }

  @Test
  void shouldSayOfARunThatDivergesWhyAndThatThereIsNoModel() {
    TrainingResult result =
        Yamabiko.train(
            JOB.set("model", "[ { dense { units = 16 } }, relu, { dense { units = 3 } } ]")
                .set("optimizer.sgd.learning-rate", 1e30),
            workers(1));
    assertEquals(Status.FAILED, result.status());
    assertTrue(result.error().orElseThrow().contains("step"), result.toJson());
    YamabikoException e = assertThrows(YamabikoException.class, result::model);
    assertEquals("the run of spirals has left no model: " + result.error().get(), e.getMessage());
  }

  @Test
  void shouldRefuseAWrongJobBeforeAnythingBegins() {
    TrainingJob job = TrainingJob.hocon(SmallJobs.SPIRALS + "batch-size = 1.5");
    YamabikoException e =
        assertThrows(
            YamabikoException.class, () -> Yamabiko.start(job, TrainingOptions.defaults()));
    assertTrue(e.isInputWrong());
    assertTrue(e.getMessage().startsWith("job:8: batch-size: expected"), e.getMessage());
  }

  @Test
  void shouldSayInTheResultWhatIsWrongWithTheData() throws Exception {
    Path table = Files.writeString(directory.resolve("t.csv"), "a,b\n1,2\nx,3\n");
    TrainingJob job =
        TrainingJob.hocon(
            """
            data.train.csv { path = "%s", targets = [b] }
            model = [ { dense { units = 1 } } ], loss = half-squared-error, optimizer = sgd
            batch-size = 1, epochs = 1
            """
                .formatted(table));
    Training training = Yamabiko.start(job, TrainingOptions.defaults());
    ExecutionException e = assertThrows(ExecutionException.class, () -> training.result().get());
    YamabikoException wrong = (YamabikoException) e.getCause();
    assertTrue(wrong.isInputWrong());
    assertTrue(wrong.getMessage().startsWith(table + ", line 3"), wrong.getMessage());
    assertSame(wrong, assertThrows(CompletionException.class, training.result()::join).getCause());
    assertSame(wrong, training.result().handle((result, failure) -> failure).join());
    assertSame(wrong, assertThrows(YamabikoException.class, training::await));
  }

  @Test
  void shouldRefuseADirectoryThatHoldsSomethingElse() throws Exception {
    Files.writeString(directory.resolve("mine.txt"), "");
    YamabikoException full =
        assertThrows(
            YamabikoException.class, () -> Yamabiko.train(JOB, workers(1).directory(directory)));
    assertEquals(
        "run directory %s cannot be used: it is not empty; give a new or an empty directory, or resume(true) to go on with the run in it"
            .formatted(directory),
        full.getMessage());
    YamabikoException none =
        assertThrows(
            YamabikoException.class,
            () -> Yamabiko.train(JOB, workers(1).directory(directory).resume(true)));
    assertEquals(
        "run directory %s cannot be used: resume(true) expects a run there but finds no job.conf"
            .formatted(directory),
        none.getMessage());
    assertEquals(1, files(directory).size());
  }

  @Test
  void shouldRefuseOptionsThatMakeNoSense() {
    assertThrows(IllegalArgumentException.class, () -> workers(0));
    assertThrows(IllegalArgumentException.class, () -> workers(1025));
    assertThrows(
        IllegalArgumentException.class, () -> Yamabiko.start(JOB, workers(1).resume(true)));
  }
}
