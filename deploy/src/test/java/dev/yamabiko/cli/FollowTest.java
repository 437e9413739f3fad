package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.client.Follower;
import dev.yamabiko.client.Server;
import dev.yamabiko.coordinator.JobEvent;
import dev.yamabiko.coordinator.JobStatus;
import dev.yamabiko.model.CanonicalJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@Timeout(120)
class FollowTest {

  static final String RESULT =
      """
      {"job":"spirals","status":"completed","epochs":2,"steps":10,"workers":1,"train_loss":0.25,\
      "validation_loss":null,"validation_accuracy":null,"validation_rmse":null,\
      "weights_sha256":"abc","data_sha256":"def","samples_applied":80,"samples_per_second":40.0,\
      "seconds":2.0,"parameters":9,"best_epoch":null,"rollbacks":0,"run_directory":"/x"}""";

  private static final String SPIRALS =
      """
      data.train.builtin { name = spirals, examples = 40 }
      model = [ { dense { units = 3 } } ], loss = softmax-cross-entropy
      optimizer { sgd { learning-rate = 0.1 } }
      batch-size = 8, shards = 2, epochs = 2
      """;

  static final Follower.Patience PATIENCE =
      new Follower.Patience(
          Duration.ofSeconds(60),
          Duration.ofSeconds(60),
          Duration.ofMillis(100),
          Duration.ofSeconds(60));

  @TempDir Path working;
  @TempDir Path data;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Interruption interruption = new Interruption(Duration.ZERO, code -> {});
  private TestServer server;

  @BeforeEach
  void start() throws IOException {
    server = new TestServer(data, List.of());
    Files.writeString(working.resolve("spirals.conf"), SPIRALS);
  }

  @AfterEach
  void close() {
    server.close();
  }

  private Session session() {
    return session(new Terminal(false, 80, true));
  }

  private Session session(Terminal terminal) {
    return new Session(
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        working,
        terminal,
        true,
        interruption);
  }

  /** In another thread, so that the test can play the coordinator. */
  private CompletableFuture<Integer> follow(Follower.Patience patience) {
    return follow(patience, session());
  }

  private CompletableFuture<Integer> follow(Follower.Patience patience, Session session) {
    String[] args = {"spirals.conf", "--follow", "--json", "--server", server.url()};
    return CompletableFuture.supplyAsync(
        () -> {
          CommandLine command = new CommandLine(new SubmitCommand(session, patience));
          command.setExecutionExceptionHandler(
              (e, given, parsed) -> {
                session.fail(e.getMessage());
                return 1;
              });
          return command.execute(args);
        });
  }

  private TestServer.Follower follower() throws InterruptedException {
    TestServer.Follower follower = server.followers.poll(60, TimeUnit.SECONDS);
    assertTrue(follower != null, "nobody follows: " + err());
    return follower;
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  static JobEvent running(long number) {
    return new JobEvent(
        number,
        "status",
        TestServer.view("spirals-1", JobStatus.RUNNING, "", Optional.empty()).json());
  }

  static JobEvent step(long number, long step) {
    return new JobEvent(
        number,
        "step",
        "{\"step\":%d,\"epoch\":%d,\"examples\":8,\"train_loss\":0.5,\"train_accuracy\":0.75,\"learning_rate\":0.1}"
            .formatted(step, step / 5));
  }

  static JobEvent epoch(long number, int epoch) {
    return new JobEvent(
        number,
        "epoch",
        "{\"epoch\":%d,\"steps\":%d,\"train_loss\":0.5,\"train_accuracy\":0.75,\"validation_loss\":0.4,\"validation_accuracy\":0.8125}"
            .formatted(epoch, 5 * epoch + 5));
  }

  static JobEvent end(long number, JobStatus status) {
    return new JobEvent(
        number,
        JobEvent.END,
        TestServer.view(
                "spirals-1",
                status,
                "",
                Optional.of(RESULT.replace("\"completed\"", "\"" + status + "\"")))
            .json());
  }

  @Test
  void shouldShowARunToItsEnd() throws Exception {
    CompletableFuture<Integer> code = follow(PATIENCE);
    TestServer.Follower follower = follower();
    assertEquals(0, follower.after());
    long number = 0;
    follower.tell(running(++number));
    for (int e = 0; e < 2; e++) {
      for (int s = 0; s < 5; s++) {
        follower.tell(step(++number, 5 * e + s));
      }
      follower.tell(epoch(++number, e));
    }
    follower.tell(end(++number, JobStatus.COMPLETED));
    assertEquals(0, code.get(), err());
    assertTrue(err().contains("submitted spirals-1"), err());
    assertTrue(
        err()
            .contains(
                "epoch 1/2  loss 0.5000  accuracy 75.00 %  validation loss 0.4000  accuracy 81.25 %"),
        err());
    assertTrue(err().contains("completed: 2 epochs, 10 steps"), err());
    var json = CanonicalJson.object(out());
    assertEquals("spirals-1", json.get("id"));
    assertEquals("completed", json.get("status"));
    assertEquals("abc", json.get("weights_sha256"));
    assertEquals(1, out().lines().count());
  }

  /** A checkpoint may be taken after every step. */
  @Test
  void shouldSayWhatPeopleWantToKnowAndNotThatCheckpointsAreWritten() throws Exception {
    CompletableFuture<Integer> code = follow(PATIENCE);
    TestServer.Follower follower = follower();
    follower.tell(running(1));
    List<String> kinds = List.of("checkpoint", "waiting", "went-on", "rollback", "worker-lost");
    for (int i = 0; i < kinds.size(); i++) {
      String kind = kinds.get(i);
      follower.tell(
          new JobEvent(
              2 + i,
              "notice",
              "{\"notice\":\"of kind %s\",\"at\":\"\",\"kind\":\"%s\"}".formatted(kind, kind)));
    }
    follower.tell(new JobEvent(7, "notice", "{\"notice\":\"of a server of before\"}"));
    follower.tell(new JobEvent(8, "timing", "{\"step\":1,\"steps\":1}"));
    follower.tell(end(9, JobStatus.COMPLETED));
    assertEquals(0, code.get(), err());
    assertEquals(
        List.of("yamabiko: of kind worker-lost", "yamabiko: of a server of before"),
        err().lines().filter(line -> line.contains("of kind") || line.contains("before")).toList());
  }

  @Test
  void shouldEndWithOneWhenTheRunFailed() throws Exception {
    CompletableFuture<Integer> code = follow(PATIENCE);
    follower().tell(end(1, JobStatus.FAILED));
    assertEquals(1, code.get(), err());
    assertEquals("failed", CanonicalJson.object(out()).get("status"));
  }

  @Test
  void shouldComeBackWhenTheCoordinatorDoes() throws Exception {
    CompletableFuture<Integer> code = follow(PATIENCE);
    TestServer.Follower first = follower();
    first.tell(running(1));
    for (int s = 0; s < 5; s++) {
      first.tell(step(2 + s, s));
    }
    first.tell(epoch(7, 0));
    await(() -> err().contains("epoch 1/2"));
    server.close();
    await(() -> err().contains("is lost"));
    server.start();
    TestServer.Follower second = follower();
    assertEquals(7, second.after());
    // From the last checkpoint on: what was shown before is not shown again.
    second.tell(running(1));
    second.tell(step(2, 4));
    second.tell(epoch(3, 0));
    for (int s = 5; s < 10; s++) {
      second.tell(step(s, s));
    }
    second.tell(epoch(10, 1));
    second.tell(end(11, JobStatus.COMPLETED));
    assertEquals(0, code.get(), err());
    assertTrue(err().contains("connected again to " + server.url()), err());
    assertEquals(1, err().lines().filter(line -> line.startsWith("epoch 1/2")).count(), err());
    assertEquals(1, err().lines().filter(line -> line.startsWith("epoch 2/2")).count(), err());
  }

  @Test
  void shouldWaitForACoordinatorThatWasLostBeforeTheFirstConnection() throws Exception {
    server.close();
    AtomicInteger asked = new AtomicInteger();
    Follower follower =
        new Follower(
            Server.of(server.url(), "--server"),
            "spirals-1",
            new FollowedRun(
                session(),
                () -> {
                  asked.incrementAndGet();
                  return CompletableFuture.completedFuture("");
                },
                CompletableFuture::new,
                System::nanoTime),
            PATIENCE,
            System::nanoTime);
    CompletableFuture<Optional<String>> end = CompletableFuture.supplyAsync(follower::follow);
    await(() -> end.isDone() || err().contains("is lost"));
    server.jobs.put(
        "spirals-1", TestServer.view("spirals-1", JobStatus.QUEUED, "", Optional.empty()));
    server.start();
    follower().tell(end(1, JobStatus.COMPLETED));
    assertEquals("completed", CanonicalJson.object(end.get().orElseThrow()).get("status"));
    assertEquals(1, asked.get(), "once for each connection, how far the job is");
    assertTrue(err().contains("connected again to " + server.url()), err());
  }

  /** And says so below the bar and the table, which nobody draws again. */
  @Test
  void shouldGiveUpACoordinatorThatDoesNotComeBack() throws Exception {
    CompletableFuture<Integer> code =
        follow(
            new Follower.Patience(
                Duration.ofSeconds(60),
                Duration.ofSeconds(60),
                Duration.ofMillis(20),
                Duration.ofMillis(200)),
            session(new Terminal(true, 100, 24, false, true, Ink.PLAIN, Ink.PLAIN)));
    TestServer.Follower follower = follower();
    follower.tell(running(1));
    follower.tell(step(2, 4));
    follower.tell(
        new JobEvent(
            3,
            "timing",
            """
            {"step":4,"steps":1,"seconds":0.01,"compute":0.006,"broadcast":0.001,"wait":0.0,\
            "aggregate":0.003,"workers":\
            [{"name":"one","compute":0.006,"broadcast":0.001,"wait":0.0}]}"""));
    follower.tell(epoch(4, 0));
    await(() -> err().contains("\rone "));
    server.close();
    try {
      assertEquals(1, code.get(), err());
      List<String> shown = Screen.lines(err());
      assertEquals("epoch 2/2 [------------------------]", shown.get(shown.size() - 3), err());
      assertTrue(shown.get(shown.size() - 2).contains(" may go on; to look again: "), err());
      assertTrue(
          shown
              .get(shown.size() - 1)
              .startsWith("yamabiko: the coordinator " + server.url() + " cannot be reached"),
          err());
      Map<String, Object> answer = CanonicalJson.object(out());
      assertEquals("spirals-1", answer.get("id"), out());
      assertEquals("failed", answer.get("status"), out());
      assertTrue(err().endsWith("yamabiko: " + answer.get("error") + "\n"), out());
    } finally {
      server.start();
    }
  }

  @Test
  void shouldLeaveTheJobAloneWhenInterrupted() throws Exception {
    CompletableFuture<Integer> code = follow(PATIENCE);
    TestServer.Follower follower = follower();
    follower.tell(running(1));
    await(() -> err().contains("spirals-1 is running"));
    interruption.onSignal();
    assertEquals(130, code.get(), err());
    assertTrue(
        err().contains("to look again: yamabiko status spirals-1 --watch --server " + server.url()),
        err());
    assertEquals("{\"id\":\"spirals-1\",\"status\":\"running\"}\n", out());
    assertFalse(server.jobs.get("spirals-1").status().hasEnded());
  }

  @Test
  void shouldNameTheJobWhenInterruptedBeforeTheAnswer() throws Exception {
    server.holdAnswers();
    CompletableFuture<Integer> code = follow(PATIENCE);
    Runnable answer = server.held.poll(60, TimeUnit.SECONDS);
    assertTrue(answer != null, err());
    interruption.onSignal();
    assertFalse(code.isDone());
    answer.run();
    assertEquals(130, code.get(), err());
    assertTrue(err().contains("detached; job spirals-1 goes on"), err());
    assertEquals("{\"id\":\"spirals-1\",\"status\":\"queued\"}\n", out());
  }

  @Test
  void shouldSayThatThereMayBeAJobWhenInterruptedWithoutAnAnswer() throws Exception {
    server.holdAnswers();
    CompletableFuture<Integer> code =
        follow(
            new Follower.Patience(
                Duration.ofMillis(50),
                Duration.ofSeconds(60),
                Duration.ofMillis(20),
                Duration.ofSeconds(60)));
    assertTrue(server.held.poll(60, TimeUnit.SECONDS) != null, err());
    interruption.onSignal();
    assertEquals(130, code.get(), err());
    assertTrue(
        err()
            .contains(
                "interrupted; the job may have been submitted; to look: yamabiko jobs --server "
                    + server.url()),
        err());
    assertEquals(
        "{\"id\":null,\"status\":\"failed\","
            + "\"error\":\"interrupted; the job may have been submitted\"}\n",
        out());
  }

  /** Ends with the test's time. */
  private void await(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      if (Thread.currentThread().isInterrupted()) {
        throw new AssertionError("waited in vain: " + err());
      }
      Thread.onSpinWait();
      Thread.yield();
    }
  }
}
