package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.yamabiko.coordinator.RunListener;
import dev.yamabiko.local.LocalRun;
import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.protocol.RunOutcome;
import dev.yamabiko.step.Measures;
import dev.yamabiko.step.Statistics;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the command does around a run; the run itself is played by the test. */
class TrainCommandTest {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Interruption interruption = new Interruption(Duration.ofDays(1), code -> {});

  @TempDir Path working;

  @BeforeEach
  void writeJob() throws IOException {
    Files.writeString(
        working.resolve("job.conf"),
        """
        name = spirals
        data.train.builtin { name = spirals, examples = 40 }
        data.validation.builtin { name = spirals, examples = 10 }
        model = [ { dense { units = 3 } } ], loss = softmax-cross-entropy, optimizer = sgd
        batch-size = 20, shards = 2, epochs = 1
        """);
  }

  private int train(LocalRun.Trainer trainer, String... more) {
    String[] args =
        Stream.concat(Stream.of("train", "job.conf", "--json"), Stream.of(more))
            .toArray(String[]::new);
    Session session =
        new Session(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            working,
            new Terminal(false, 80, true),
            true,
            interruption);
    return Main.run(args, session, new TrainCommand(session, trainer));
  }

  private static RunOutcome outcome(RunOutcome.Status status, String message) {
    boolean weights = status != RunOutcome.Status.FAILED;
    Optional<Statistics> statistics =
        Optional.of(new Statistics(40, 20, 30, 0)).filter(s -> weights);
    return new RunOutcome(
        status,
        message,
        1,
        2,
        40,
        2,
        Optional.of(new float[9]).filter(w -> weights),
        statistics,
        statistics.map(Measures::of),
        OptionalInt.empty(),
        0,
        Optional.empty());
  }

  private static RunOutcome play(List<RunListener> listeners, RunOutcome outcome) {
    Statistics batch = new Statistics(20, 15, 12, 0);
    Stream.of(
            new RunEvent.RunStarted(2, 0, 0, 0),
            new RunEvent.StepClosed(0, 0, batch, 0.1f, Double.NaN),
            new RunEvent.StepClosed(1, 0, batch, 0.1f, Double.NaN),
            new RunEvent.EpochClosed(0, 2, batch.plus(batch), Optional.of(batch)),
            new RunEvent.RunEnded(outcome))
        .forEach(event -> listeners.forEach(listener -> listener.onEvent(event)));
    return outcome;
  }

  private JsonNode answer() throws IOException {
    String text = out.toString(StandardCharsets.UTF_8);
    assertEquals(1, text.lines().count(), text);
    return new JsonMapper().readTree(text);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void shouldSayWhatTheJobIsHardlyMeantToDo() {
    String doubt = "freeze holds all layers that have parameters: training changes none of them";
    LocalRun.Trainer trainer =
        (checked, begin, workers, listeners, cancellation) ->
            play(listeners, outcome(RunOutcome.Status.COMPLETED, ""));
    assertEquals(0, train(trainer, "--set", "freeze=[0]"), err());
    assertTrue(err().lines().toList().contains("yamabiko: " + doubt), err());
    Invocation check = Invocation.of(working, List.of("check", "job.conf", "--set", "freeze=[0]"));
    assertEquals(0, check.exitCode(), check.err());
    assertTrue(check.out().lines().toList().contains("advice      " + doubt), check.out());
    String sweep = "sweep.grid.optimizer.sgd.learning-rate=[0.1, 0.5]";
    Invocation trials =
        Invocation.of(working, List.of("check", "job.conf", "--set", "freeze=[0]", "--set", sweep));
    assertEquals(
        "yamabiko: " + doubt + " (in trial 1 of 2: optimizer.sgd.learning-rate = 0.1)\n",
        trials.err());
  }

  @Test
  void shouldSayOfABatchWhatThereIsOfIt() {
    LocalRun.Trainer trainer =
        (checked, begin, workers, listeners, cancellation) ->
            play(listeners, outcome(RunOutcome.Status.COMPLETED, ""));
    assertEquals(0, train(trainer, "--set", "batch-size=100000", "--set", "shards=1"), err());
    assertTrue(err().contains(" x 1 step of 40 examples in 1 shard; workers: "), err());
  }

  @Test
  void shouldLeaveARunDirectoryWhoseResultIsTheAnswer() throws IOException {
    int code =
        train(
            (checked, begin, workers, listeners, cancellation) ->
                play(listeners, outcome(RunOutcome.Status.COMPLETED, "")),
            "--out",
            "run");

    assertEquals(0, code, err());
    JsonNode answer = answer();
    assertEquals("completed", answer.get("status").textValue());
    assertEquals(0.75, answer.get("validation_accuracy").doubleValue());
    assertEquals(working.resolve("run").toString(), answer.get("run_directory").textValue());
    assertEquals(
        out.toString(StandardCharsets.UTF_8), Files.readString(working.resolve("run/result.json")));
    assertTrue(Files.exists(working.resolve("run/model.safetensors")));
    assertEquals(3, Files.readAllLines(working.resolve("run/metrics.jsonl")).size());
    assertTrue(err().contains("spirals completed: 1 epoch, 2 steps"), err());
  }

  @Test
  void shouldPassTheNumberOfWorkers() throws IOException {
    train(
        (checked, begin, workers, listeners, cancellation) -> {
          assertEquals(7, workers);
          assertEquals(64, checked.dataSha256().length());
          return play(listeners, outcome(RunOutcome.Status.COMPLETED, ""));
        },
        "--workers",
        "7");
    assertEquals("completed", answer().get("status").textValue(), err());
  }

  @Test
  void shouldKeepTheResultOfAFailureWithoutAModel() throws IOException {
    int code =
        train(
            (checked, begin, workers, listeners, cancellation) ->
                play(listeners, outcome(RunOutcome.Status.FAILED, "loss is not finite at step 3")),
            "--out",
            "run");

    assertEquals(1, code);
    assertEquals("loss is not finite at step 3", answer().get("error").textValue());
    assertTrue(Files.readString(working.resolve("run/result.json")).contains("\"failed\""));
    assertFalse(Files.exists(working.resolve("run/model.safetensors")));
    assertTrue(err().contains("yamabiko: loss is not finite at step 3\n"), err());
  }

  @Test
  void shouldFailWhenTheDirectoryIsRemovedDuringTheRun() throws IOException {
    int code =
        train(
            (checked, begin, workers, listeners, cancellation) -> {
              remove(working.resolve("run"));
              return play(listeners, outcome(RunOutcome.Status.CANCELLED, "told to"));
            },
            "--out",
            "run");

    assertEquals(1, code);
    assertEquals("failed", answer().get("status").textValue());
    assertEquals(
        "cannot write to "
            + working.resolve("run")
            + ": metrics.jsonl has been removed during the run",
        answer().get("error").textValue());
    assertTrue(answer().get("weights_sha256").isNull());
  }

  @Test
  void shouldKeepTheReasonWhenTheModelCannotBeWritten() throws IOException {
    int code =
        train(
            (checked, begin, workers, listeners, cancellation) -> {
              block(working.resolve("run/model.safetensors.part"));
              return play(listeners, outcome(RunOutcome.Status.COMPLETED, ""));
            },
            "--out",
            "run");

    assertEquals(1, code);
    assertEquals("failed", answer().get("status").textValue());
    assertFalse(Files.exists(working.resolve("run/model.safetensors")));
    assertEquals(
        out.toString(StandardCharsets.UTF_8), Files.readString(working.resolve("run/result.json")));
  }

  private static void block(Path file) {
    try {
      Files.createDirectories(file.resolve("in-the-way"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void remove(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void shouldSaveWhatAnInterruptedRunHas() throws IOException {
    int code =
        train(
            (checked, begin, workers, listeners, cancellation) -> {
              Thread signal = new Thread(interruption::onSignal);
              signal.setDaemon(true);
              signal.start();
              while (!interruption.signalled()) {
                Thread.onSpinWait();
              }
              return play(listeners, outcome(RunOutcome.Status.CANCELLED, "interrupted"));
            },
            "--out",
            "run");
    interruption.end(Interruption.EXIT_CODE);

    assertEquals(130, code);
    assertEquals("cancelled", answer().get("status").textValue());
    assertEquals("interrupted", answer().get("error").textValue());
    assertTrue(Files.exists(working.resolve("run/model.safetensors")));
    assertTrue(err().contains(working.resolve("run/model.safetensors").toString()), err());
    assertTrue(
        err().matches("(?s).*yamabiko: to go on: yamabiko train \\S+ --out \\S+ --resume\n"),
        err());
  }

  @Test
  void shouldExplainAnInternalErrorInOneLine() throws IOException {
    int code =
        train(
            (checked, begin, workers, listeners, cancellation) -> {
              throw new IllegalStateException("a bug");
            });
    assertEquals(1, code);
    assertEquals("failed", answer().get("status").textValue());
    assertTrue(err().endsWith("java.lang.IllegalStateException: a bug\n"), err());
    assertFalse(err().contains("\tat "), err());
  }

  @Test
  void shouldNameTheRemedyWhenMemoryRunsOut() throws IOException {
    int code =
        train(
            (checked, begin, workers, listeners, cancellation) -> {
              throw new OutOfMemoryError("Java heap space");
            },
            "--out",
            "run");
    assertEquals(1, code);
    assertTrue(answer().get("error").textValue().contains("YAMABIKO_JAVA_OPTS=-Xmx8g"));
    JsonNode result = new JsonMapper().readTree(working.resolve("run/result.json").toFile());
    assertEquals("failed", result.get("status").textValue());
    assertEquals(answer().get("error"), result.get("error"));
    assertTrue(result.get("weights_sha256").isNull());
  }

  @Test
  void shouldRefuseADirectoryThatIsNotEmptyBeforeReadingData() throws IOException {
    Files.createDirectories(working.resolve("run/old"));
    int code =
        train(
            (checked, begin, workers, listeners, cancellation) -> {
              throw new AssertionError("the run must not begin");
            },
            "--out",
            "run");
    assertEquals(2, code);
    assertTrue(answer().get("error").textValue().contains("is not empty"));
  }
}
