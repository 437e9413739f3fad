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
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code status --watch} of a job that has taken 3 of its 10 steps. */
@Timeout(120)
class WatchTest {

  @TempDir Path data;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Interruption interruption = new Interruption(Duration.ZERO, code -> {});
  private TestServer server;

  @BeforeEach
  void start() throws IOException {
    server = new TestServer(data, List.of());
    server.jobs.put(
        "spirals-1", TestServer.view("spirals-1", JobStatus.RUNNING, "", Optional.empty()));
  }

  @AfterEach
  void close() {
    server.close();
  }

  private CompletableFuture<Integer> watch(Terminal terminal) {
    Session session =
        new Session(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            data,
            terminal,
            true,
            interruption);
    String[] args = {"status", "spirals-1", "--watch", "--json", "--server", server.url()};
    return CompletableFuture.supplyAsync(() -> Main.run(args, session));
  }

  private TestServer.Follower follower() throws InterruptedException {
    TestServer.Follower follower = server.followers.poll(60, TimeUnit.SECONDS);
    assertTrue(follower != null, "nobody follows: " + err());
    return follower;
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private void play(TestServer.Follower follower, JobStatus end) {
    long number = 0;
    follower.tell(FollowTest.running(++number));
    for (int step = 0; step < 10; step++) {
      follower.tell(FollowTest.step(++number, step));
      follower.tell(
          new JobEvent(
              ++number,
              "timing",
              """
                  {"step":%d,"steps":1,"seconds":0.01,"compute":0.006,"broadcast":0.001,\
                  "wait":0.0,"aggregate":0.003,"samples_per_second":800.0,"workers":\
                  [{"name":"one","compute":0.006,"broadcast":0.001,"wait":0.0}]}"""
                  .formatted(step)));
      if (step % 5 == 4) {
        follower.tell(FollowTest.epoch(++number, step / 5));
      }
    }
    follower.tell(FollowTest.end(++number, end));
  }

  @Test
  void shouldShowARunUnderWayToItsEnd() throws Exception {
    CompletableFuture<Integer> code =
        watch(new Terminal(true, 120, 24, false, true, Ink.COLOURED, Ink.PLAIN));
    TestServer.Follower follower = follower();
    assertEquals(0, follower.after());
    play(follower, JobStatus.COMPLETED);
    assertEquals(0, code.get(), err());
    List<String> shown = Screen.lines(err());
    assertEquals("yamabiko: spirals-1 is running", shown.get(0));
    assertTrue(shown.get(1).startsWith("epoch 1/2  loss 0.5000  accuracy 75.00 %"), err());
    assertTrue(shown.get(2).startsWith("epoch 2/2  loss 0.5000  accuracy 75.00 %"), err());
    assertTrue(shown.get(3).startsWith("step 10.0 ms  samples/s  compute"), err());
    assertTrue(shown.get(4).matches("one .* 60 % +10 % +0 % +30 % .*"), err());
    assertTrue(err().contains("spirals completed: 2 epochs, 10 steps"), err());
    assertEquals("completed", CanonicalJson.object(out.toString()).get("status"));
  }

  @Test
  void shouldEndWithOneWhenTheRunFails() throws Exception {
    CompletableFuture<Integer> code = watch(new Terminal(false, 80, true));
    play(follower(), JobStatus.FAILED);
    assertEquals(1, code.get(), err());
    assertFalse(err().contains("\u001b"), err());
    assertEquals("failed", CanonicalJson.object(out.toString()).get("status"));
  }

  @Test
  void shouldLeaveTheJobAloneWhenInterrupted() throws Exception {
    CompletableFuture<Integer> code = watch(new Terminal(false, 80, true));
    follower();
    interruption.onSignal();
    assertEquals(130, code.get(), err());
    assertTrue(err().contains("yamabiko: detached; job spirals-1 goes on; to look again: "), err());
    assertEquals("{\"id\":\"spirals-1\",\"status\":\"running\"}\n", out.toString());
  }

  @Test
  void shouldNotWaitForTheCoordinatorWhenInterrupted() throws Exception {
    try (SilentCoordinator silent = new SilentCoordinator();
        Server asked = Server.of(silent.url(), "--server")) {
      Session session =
          new Session(
              new PrintStream(out, true, StandardCharsets.UTF_8),
              new PrintStream(err, true, StandardCharsets.UTF_8),
              data,
              new Terminal(false, 80, true),
              false,
              interruption);
      Watch watch = new Watch(session, asked, "spirals-1", Follower.Patience.DEFAULT);
      CompletableFuture<Integer> code =
          CompletableFuture.supplyAsync(() -> watch.show(Optional.empty()));
      assertTrue(silent.isAsked());
      watch.detach();
      // Far less than an answer may take.
      assertEquals(130, code.get(50, TimeUnit.SECONDS), err());
    }
  }
}
