package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.yamabiko.client.Follower;
import dev.yamabiko.coordinator.JobStatus;
import dev.yamabiko.job.Job;
import dev.yamabiko.local.LocalRun;
import dev.yamabiko.local.SingleNode;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@Timeout(120)
class SweepCommandTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String JOB =
      """
      data.train.builtin { name = spirals, examples = 60 }
      data.validation.builtin { name = spirals, examples = 30, seed = 7 }
      model = [ { dense { units = 4 } }, tanh, { dense { units = 3 } } ]
      loss = softmax-cross-entropy, optimizer { sgd { learning-rate = 0.1 } }
      batch-size = 20, shards = 2, epochs = 3
      sweep.grid.optimizer.sgd.learning-rate = [0.1, 0.5]
      sweep.grid.model.0.dense.units = [3, 5]
      """;

  /** With it a trial's loss is not finite. */
  private static final String DIVERGES = "sweep.grid.optimizer.sgd.learning-rate=[0.1, 3e38]";

  private static final Follower.Patience PATIENCE =
      new Follower.Patience(
          Duration.ofSeconds(5),
          Duration.ofSeconds(20),
          Duration.ofMillis(20),
          Duration.ofSeconds(20));

  @TempDir private Path working;
  @TempDir private Path data;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Interruption interruption = new Interruption(Duration.ofSeconds(60), code -> {});

  /** Of those tests that want one. */
  private TestServer server;

  @AfterEach
  void close() {
    if (server != null) {
      server.close();
    }
  }

  @BeforeEach
  void write() throws IOException {
    Files.writeString(working.resolve("job.conf"), JOB);
  }

  private Session session(List<String> arguments) {
    return new Session(
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        working,
        new Terminal(false, 80, true),
        arguments.contains("--json"),
        interruption);
  }

  private int run(String... arguments) {
    return run(SingleNode::run, arguments);
  }

  private int run(LocalRun.Trainer trainer, String... arguments) {
    out.reset();
    err.reset();
    Session session = session(List.of(arguments));
    return new CommandLine(new SweepCommand(session, trainer, PATIENCE))
        .setExecutionExceptionHandler(
            (e, command, parsed) -> {
              session.fail(e.getMessage());
              return 1;
            })
        .execute(arguments);
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private JsonNode json() throws IOException {
    List<String> lines = out().lines().toList();
    return JSON.readTree(lines.get(lines.size() - 1));
  }

  private static List<String> texts(JsonNode trials, String field) {
    return StreamSupport.stream(trials.spliterator(), false)
        .map(trial -> trial.path(field).asText())
        .toList();
  }

  private String trainedAlone(String rate, String units) throws IOException {
    Invocation alone =
        Invocation.of(
            working,
            List.of(
                "train",
                "job.conf",
                "--out",
                "alone-" + rate + units,
                "--json",
                "--workers",
                "3",
                "--set",
                "sweep=null",
                "--set",
                "optimizer.sgd.learning-rate=" + rate,
                "--set",
                "model.0.dense.units=" + units));
    assertEquals(0, alone.exitCode(), alone.err());
    return alone.json().required("weights_sha256").asText();
  }

  @Test
  void shouldTrainEachTrialAsIfItWereAloneAndNameTheBest() throws IOException {
    assertEquals(0, run("job.conf", "--local", "--out", "sw", "--workers", "2", "--json"), err());
    JsonNode answer = json();
    assertEquals("completed", answer.required("status").asText());
    assertEquals("job", answer.required("sweep").asText());
    assertEquals("validation_loss", answer.required("metric").asText());
    JsonNode trials = answer.required("trials");
    assertEquals(List.of("job-s01", "job-s02", "job-s03", "job-s04"), texts(trials, "job"));
    assertEquals(trainedAlone("0.1", "5"), trials.get(1).required("weights_sha256").asText());
    assertEquals(trainedAlone("0.5", "3"), trials.get(2).required("weights_sha256").asText());
    assertEquals(0.5, trials.get(2).at("/settings/optimizer.sgd.learning-rate").asDouble());
    double best = answer.at("/best/validation_loss").asDouble();
    trials.forEach(trial -> assertTrue(best <= trial.path("validation_loss").asDouble()));
    String name = answer.at("/best/job").asText();
    Path model = working.resolve("sw").resolve(name).resolve("model.safetensors");
    assertTrue(Files.exists(model));
    assertTrue(err().contains("best by validation loss: " + name), err());
    assertTrue(err().contains(model.toString()), err());
  }

  @Test
  void shouldGoOnPastATrialThatFails() throws IOException {
    assertEquals(
        1,
        run(
            "job.conf",
            "--local",
            "--out",
            "sw",
            "--json",
            "--set",
            DIVERGES,
            "--set",
            "epochs=30"),
        err());
    JsonNode answer = json();
    assertEquals("failed", answer.required("status").asText());
    assertEquals(
        List.of("completed", "completed", "failed", "failed"),
        texts(answer.required("trials"), "status"));
    assertTrue(answer.at("/trials/2/error").asText().contains("loss"), answer::toString);
    assertTrue(answer.at("/best/job").asText().matches("job-s0[12]"), answer::toString);
    assertFalse(err().contains("to go on"), "they would diverge again");
  }

  @Test
  void shouldGoOnPastATrialThatCannotBegin() throws IOException {
    AtomicInteger runs = new AtomicInteger();
    LocalRun.Trainer breaking =
        (checked, begin, workers, listeners, cancellation) -> {
          if (runs.incrementAndGet() == 1) {
            inTheWay(working.resolve("sw/job-s02"));
          } else if (runs.get() == 2) {
            throw new IllegalStateException("broken");
          }
          return SingleNode.run(checked, begin, workers, listeners, cancellation);
        };
    assertEquals(1, run(breaking, "job.conf", "--local", "--out", "sw", "--json"), err());
    JsonNode trials = json().required("trials");
    assertEquals(List.of("completed", "failed", "failed", "completed"), texts(trials, "status"));
    assertTrue(trials.at("/1/error").asText().contains("job-s02 cannot be used: "), err());
    assertTrue(trials.at("/2/error").asText().endsWith("IllegalStateException: broken"), err());
    assertTrue(err().contains("best by validation loss: job-s0"), err());
    assertTrue(err().contains("to go on: yamabiko sweep job.conf"), err());
  }

  private static void inTheWay(Path file) {
    try {
      Files.writeString(file, "notes");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void shouldEndWithTheTrialUnderWayWhenInterruptedAndGoOnWhenResumed() throws Exception {
    AtomicInteger runs = new AtomicInteger();
    LocalRun.Trainer interrupting =
        (checked, begin, workers, listeners, cancellation) -> {
          if (runs.incrementAndGet() == 2) {
            Thread signal = new Thread(interruption::onSignal);
            signal.setDaemon(true);
            signal.start();
            await("the signal has come", interruption::signalled);
          }
          return SingleNode.run(checked, begin, workers, listeners, cancellation);
        };
    assertEquals(130, run(interrupting, "job.conf", "--local", "--out", "sw", "--json"), err());
    interruption.end(130);
    JsonNode before = json();
    assertEquals("cancelled", before.required("status").asText());
    List<String> statuses = texts(before.required("trials"), "status");
    assertEquals("completed", statuses.get(0));
    assertEquals(List.of("null", "null"), statuses.subList(2, 4));
    assertTrue(err().contains("yamabiko sweep job.conf --local --out "), err());

    Interruption none = new Interruption(Duration.ZERO, code -> {});
    runs.set(0);
    LocalRun.Trainer counting =
        (checked, begin, workers, listeners, cancellation) -> {
          runs.incrementAndGet();
          return SingleNode.run(checked, begin, workers, listeners, cancellation);
        };
    Session session =
        new Session(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            working,
            new Terminal(false, 80, true),
            true,
            none);
    out.reset();
    int code =
        new CommandLine(new SweepCommand(session, counting, PATIENCE))
            .execute("job.conf", "--local", "--out", "sw", "--json", "--resume");
    assertEquals(0, code, err());
    assertEquals(statuses.get(1).equals("completed") ? 2 : 3, runs.get());
    JsonNode trials = json().required("trials");
    assertEquals(before.at("/trials/0/weights_sha256"), trials.at("/0/weights_sha256"));
    assertEquals(trainedAlone("0.1", "5"), trials.at("/1/weights_sha256").asText());
  }

  @Test
  void shouldNotGoOnWhereNoTrialOfTheSweepIs() throws Exception {
    Files.createDirectories(working.resolve("data/images"));
    assertEquals(1, run("job.conf", "--local", "--out", "data", "--resume"));
    assertTrue(err().contains("--resume expects trials of the sweep there, as "), err());
    try (Stream<Path> content = Files.list(working.resolve("data"))) {
      assertEquals(1, content.count());
    }
  }

  @Test
  void shouldRefuseToGoOnWithOtherTrials() {
    assertEquals(0, run("job.conf", "--local", "--out", "sw"), err());
    assertEquals(
        1,
        run(
            "job.conf",
            "--local",
            "--out",
            "sw",
            "--resume",
            "--set",
            "sweep.grid.optimizer.sgd.learning-rate=[0.1, 0.4]"));
    assertTrue(err().contains("learning-rate was 0.5 but is 0.4 now"), err());
    assertEquals(1, run("job.conf", "--local", "--out", "sw"));
    assertTrue(err().contains("it is not empty"), err());
  }

  @Test
  void shouldLookAtAllTrialsDirectoriesBeforeTheFirstIsTrained() throws IOException {
    assertEquals(0, run("job.conf", "--local", "--out", "sw", "--workers", "1"), err());
    Path sweep = working.resolve("sw");
    delete(sweep.resolve("job-s01"));
    Invocation other = resumed("--set", "sweep.grid.model.0.dense.units=[3, 6]");
    assertEquals(2, other.exitCode(), other.err());
    assertTrue(
        other.err().contains("the run in " + sweep.resolve("job-s02") + " cannot go on: model"),
        other.err());
    assertTrue(
        other
            .err()
            .contains(
                "(in trial 2 of 4: optimizer.sgd.learning-rate = 0.1, model.0.dense.units = 6)"),
        other.err());
    assertFalse(Files.exists(sweep.resolve("job-s01")), other.err());

    delete(sweep.resolve("job-s04"));
    Files.writeString(sweep.resolve("job-s04"), "notes");
    Invocation file = resumed();
    assertEquals(2, file.exitCode(), file.err());
    assertTrue(
        file.err().contains("--out " + sweep.resolve("job-s04") + " cannot be used: "), file.err());
    assertTrue(file.err().contains("(in trial 4 of 4: "), file.err());
    assertFalse(Files.exists(sweep.resolve("job-s01")), file.err());

    Files.delete(sweep.resolve("job-s04"));
    Invocation whole = resumed();
    assertEquals(0, whole.exitCode(), whole.err());
    assertTrue(Files.exists(sweep.resolve("job-s04/result.json")), whole.err());
  }

  private Invocation resumed(String... more) {
    List<String> sweep = List.of("sweep", "job.conf", "--local", "--out", "sw", "--resume");
    return Invocation.of(working, Stream.concat(sweep.stream(), Stream.of(more)).toList());
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> content = Files.walk(directory)) {
      content.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
    }
  }

  @Test
  void shouldSayWhichTrialIsWrongBeforeAnythingIsTrained() {
    Invocation wrong =
        Invocation.of(
            working,
            List.of(
                "sweep", "job.conf", "--local", "--out", "sw", "--set", "model.2.dense.units=4"));
    assertEquals(2, wrong.exitCode());
    assertTrue(
        wrong
            .err()
            .contains(
                "(in trial 1 of 4: optimizer.sgd.learning-rate = 0.1, model.0.dense.units = 3)"),
        wrong.err());
    assertFalse(Files.exists(working.resolve("sw")));
    Invocation checked = Invocation.of(working, List.of("check", "job.conf", "--json"));
    assertEquals(0, checked.exitCode(), checked.err());
    JsonNode trials = checked.json().required("trials");
    assertEquals(4, trials.size());
    assertEquals(trials.at("/0/data_sha256"), trials.at("/3/data_sha256"));
    assertNotEquals(trials.at("/0/parameters"), trials.at("/1/parameters"));
    for (String command : List.of("train", "submit", "gradcheck")) {
      Invocation one = Invocation.of(working, List.of(command, "job.conf"));
      assertEquals(2, one.exitCode());
      assertTrue(one.err().contains("job.conf:6: sweep: "), one.err());
      assertTrue(one.err().contains("yamabiko sweep"), one.err());
    }
    Invocation options = Invocation.of(working, List.of("sweep", "job.conf", "--out", "x"));
    assertEquals(2, options.exitCode());
    assertTrue(options.err().contains("--out expects --local"), options.err());
    for (String option : List.of("--server", "--token-file", "--ca", "--tls")) {
      Invocation both =
          Invocation.of(working, List.of("sweep", "job.conf", "--local", option, "http://a:1"));
      assertEquals(2, both.exitCode());
      assertTrue(both.err().contains(option + " is of no use with --local"), both.err());
    }
  }

  private static void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, "not within 60 s: " + what);
      Thread.onSpinWait();
    }
  }

  // --- On a coordinator -------------------------------------------------------------------------

  private CompletableFuture<Integer> start() throws IOException {
    server = new TestServer(data, List.of());
    return CompletableFuture.supplyAsync(() -> run("job.conf", "--json", "--server", server.url()));
  }

  private void ends(String id, JobStatus status, double loss) {
    String result =
        FollowTest.RESULT.replace("\"validation_loss\":null", "\"validation_loss\":" + loss);
    server.jobs.put(
        id,
        TestServer.view(
            id,
            status,
            status == JobStatus.FAILED ? "the loss is not finite" : "",
            status == JobStatus.COMPLETED ? Optional.of(result.strip()) : Optional.empty()));
  }

  @Test
  void shouldQueueAllTrialsAndFollowThemPastARestartOfTheCoordinator() throws Exception {
    CompletableFuture<Integer> code = start();
    for (int n = 1; n <= 4; n++) {
      Job job = server.submitted.poll(60, TimeUnit.SECONDS);
      assertEquals("job-s0" + n, job.name());
    }
    ends("job-s01-1", JobStatus.COMPLETED, 0.5);
    ends("job-s03-1", JobStatus.FAILED, 0);
    await("the end of one is shown", () -> err().contains("job-s03 failed: the loss is not"));
    server.close();
    await("the loss of the coordinator is said", () -> err().contains("trying again for"));
    ends("job-s02-1", JobStatus.COMPLETED, 0.25);
    ends("job-s04-1", JobStatus.COMPLETED, 0.75);
    server.start();
    assertEquals(1, code.get(60, TimeUnit.SECONDS), err());
    assertTrue(err().contains("connected again"), err());
    JsonNode answer = json();
    assertEquals("failed", answer.required("status").asText());
    assertEquals("job-s02-1", answer.at("/best/id").asText());
    assertEquals(
        List.of("completed", "completed", "failed", "completed"),
        texts(answer.required("trials"), "status"));
    assertTrue(err().contains("curl -o job-s02.safetensors " + server.url()), err());
  }

  @Test
  void shouldLeaveTheJobsAloneWhenInterrupted() throws Exception {
    CompletableFuture<Integer> code = start();
    await("all are queued", () -> err().contains("4 trials are queued"));
    Thread signal = new Thread(interruption::onSignal);
    signal.setDaemon(true);
    signal.start();
    assertEquals(130, code.get(60, TimeUnit.SECONDS), err());
    interruption.end(130);
    assertTrue(err().contains("detached; 4 of 4 trials are queued, and go on"), err());
    assertTrue(
        err().contains("yamabiko sweep job.conf --server " + server.url() + " --resume"), err());
    assertEquals("detached", json().required("status").asText());
    assertEquals(
        List.of("queued", "queued", "queued", "queued"), texts(json().path("trials"), "status"));
  }

  @Test
  void shouldSayHowToGoOnWhenTheCoordinatorStaysAway() throws Exception {
    server = new TestServer(data, List.of());
    Duration soon = Duration.ofMillis(20);
    Follower.Patience little =
        new Follower.Patience(Duration.ofSeconds(5), Duration.ofSeconds(20), soon, soon);
    String[] arguments = {"job.conf", "--json", "--server", server.url()};
    Session session = session(List.of(arguments));
    CompletableFuture<Integer> code =
        CompletableFuture.supplyAsync(
            () ->
                new CommandLine(new SweepCommand(session, SingleNode::run, little))
                    .setExecutionExceptionHandler(
                        (e, command, parsed) -> {
                          session.fail(e.getMessage());
                          return 1;
                        })
                    .execute(arguments));
    await("all are queued", () -> err().contains("4 trials are queued"));
    server.close();
    assertEquals(1, code.get(60, TimeUnit.SECONDS), err());
    assertTrue(
        err()
            .contains(
                "4 of 4 trials are queued, and may go on; to look: yamabiko jobs --server "
                    + server.url()),
        err());
    assertTrue(
        err().contains("yamabiko sweep job.conf --server " + server.url() + " --resume"), err());
    JsonNode answer = json();
    assertEquals("failed", answer.required("status").asText());
    assertTrue(answer.required("error").asText().contains("cannot be reached"), answer::toString);
    assertEquals(
        List.of("job-s01-1", "job-s02-1", "job-s03-1", "job-s04-1"),
        texts(answer.required("trials"), "id"));
  }

  @Test
  void shouldNotWaitForTheCoordinatorWhenInterrupted() throws Exception {
    try (SilentCoordinator silent = new SilentCoordinator()) {
      CompletableFuture<Integer> code =
          CompletableFuture.supplyAsync(() -> run("job.conf", "--json", "--server", silent.url()));
      assertTrue(silent.isAsked(), err());
      new Thread(interruption::onSignal, "signal").start();
      // Far less than an answer may take.
      assertEquals(130, code.get(50, TimeUnit.SECONDS), err());
      interruption.end(130);
    }
    assertTrue(err().contains("detached; 4 of 4 trials are queued, and go on"), err());
  }
}
