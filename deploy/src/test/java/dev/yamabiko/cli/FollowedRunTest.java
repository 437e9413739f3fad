package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.client.JsonFields;
import dev.yamabiko.client.ServerEvents;
import dev.yamabiko.model.CanonicalJson;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Hand-made events of a job of two epochs of ten steps, and what they leave on a terminal. */
class FollowedRunTest {

  private static final Terminal TERMINAL =
      new Terminal(true, 100, 24, false, true, Ink.PLAIN, Ink.PLAIN);
  private static final long STEP = 200_000_000L;
  private static final Terminal PIPE = new Terminal(false, 100, false);

  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final CompletableFuture<String> workers =
      CompletableFuture.completedFuture(
          """
          {"workers":[{"name":"w1","samples_per_second":512.3,"reissued":0},\
          {"name":"w2","samples_per_second":498.0,"reissued":2}],"parameters":[]}""");
  private long now = 77;
  private long number;

  /** As the coordinator tells of it when it is connected to. */
  private String job = "";

  private FollowedRun run(Terminal terminal) {
    Session session =
        new Session(
            new PrintStream(new ByteArrayOutputStream()),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Path.of(""),
            terminal,
            false,
            new Interruption(Duration.ZERO, code -> {}));
    return new FollowedRun(
        session, () -> CompletableFuture.completedFuture(job), () -> workers, () -> now);
  }

  private void on(FollowedRun run, String kind, String data) {
    run.on(new ServerEvents.Event(++number, kind, data));
  }

  private static String job(String status, int step, int epoch, String more) {
    return "{\"id\":\"d-1\",\"status\":\"%s\",\"step\":%d,\"steps_total\":20,\"epoch\":%d,\"epochs\":2%s}"
        .formatted(status, step, epoch, more);
  }

  private static JsonFields fields(String json) {
    return new JsonFields(CanonicalJson.object(json));
  }

  private void step(FollowedRun run, int step) {
    now += STEP;
    on(
        run,
        "step",
        "{\"step\":%d,\"epoch\":%d,\"examples\":10,\"train_loss\":0.5,\"train_accuracy\":0.8,\"learning_rate\":0.1}"
            .formatted(step, step / 10));
  }

  private void epoch(FollowedRun run, int epoch) {
    on(
        run,
        "epoch",
        "{\"epoch\":%d,\"steps\":%d,\"train_loss\":0.5,\"train_accuracy\":0.8,\"validation_loss\":0.4,\"validation_accuracy\":0.9}"
            .formatted(epoch, 10 * epoch + 10));
  }

  private void timing(FollowedRun run, int step) {
    on(
        run,
        "timing",
        """
        {"step":%d,"steps":5,"seconds":0.01,"compute":0.006,"broadcast":0.001,"wait":0.001,\
        "aggregate":0.002,"samples_per_second":1000.0,"workers":[\
        {"name":"w1","compute":0.006,"broadcast":0.002,"wait":0.0},\
        {"name":"w2","compute":0.006,"broadcast":0.0,"wait":0.002}]}"""
            .formatted(step));
  }

  private void notice(FollowedRun run, int step, String kind, String text) {
    on(
        run,
        "notice",
        "{\"notice\":\"%s\",\"at\":\"2026-11-26T18:00:00.000Z\",\"kind\":\"%s\",\"step\":%d}"
            .formatted(text, kind, step));
  }

  private String text() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private List<String> screen() {
    return Screen.lines(text());
  }

  private static final String BAR =
      "epoch 1/2 [####--------------------]  loss 0.5000  accuracy 80.00 %  100 samples/s  0:02 left";
  private static final List<String> TABLE =
      List.of(
          "step 10.0 ms  samples/s  compute  broadcast  wait  aggregate  re-issued",
          "w1                  512     60 %       20 %   0 %       20 %          0",
          "w2                  498     60 %        0 %  20 %       20 %          2");

  @Test
  void shouldKeepTheWorkersBelowTheBarAndNoticesAbove() {
    FollowedRun run = run(TERMINAL);
    on(run, "status", job("running", 0, 0, ""));
    step(run, 0);
    timing(run, 0);
    timing(run, 0);
    step(run, 1);
    assertEquals("yamabiko: d-1 is running", screen().get(0));
    assertEquals(BAR, screen().get(1));
    assertEquals(TABLE, screen().subList(2, screen().size()));
    notice(run, 1, "worker-lost", "worker w2 was lost");
    assertEquals(
        List.of("yamabiko: d-1 is running", "yamabiko: worker w2 was lost", BAR),
        screen().subList(0, 3));
    assertEquals(TABLE, screen().subList(3, screen().size()));
  }

  @Test
  void shouldShowNoWorkersWhileNothingIsComputed() {
    FollowedRun run = run(TERMINAL);
    on(run, "status", job("running", 0, 0, ""));
    step(run, 0);
    step(run, 1);
    timing(run, 1);
    on(run, "status", job("waiting", 2, 0, ",\"reason\":\"for workers\""));
    assertEquals(
        List.of("yamabiko: d-1 is running", "yamabiko: d-1 is waiting: for workers", BAR),
        screen());
  }

  @Test
  void shouldLeaveOneTableAtTheEnd() {
    for (Terminal terminal : List.of(TERMINAL, PIPE)) {
      err.reset();
      FollowedRun run = run(terminal);
      on(run, "status", job("running", 0, 0, ""));
      for (int step = 0; step < 20; step++) {
        step(run, step);
        timing(run, step);
        if (step % 10 == 9) {
          epoch(run, step / 10);
        }
      }
      run.leave();
      run.end();
      List<String> shown = screen();
      assertEquals(6, shown.size(), text());
      assertEquals(
          "epoch 2/2  loss 0.5000  accuracy 80.00 %  validation loss 0.4000  accuracy 90.00 %"
              + "  50 samples/s  2.0 s",
          shown.get(2));
      assertEquals(TABLE, shown.subList(3, 6));
    }
  }

  @Test
  void shouldBeginWithWhatIsKnownOfARunUnderWay() {
    FollowedRun run = run(PIPE);
    run.begin(fields(job("running", 12, 1, "")));
    on(run, "status", job("queued", 0, 0, ""));
    on(run, "status", job("running", 0, 0, ""));
    notice(run, 5, "worker-lost", "worker w3 was lost");
    for (int step = 0; step < 20; step++) {
      now -= step < 12 ? STEP : 0; // all at once
      step(run, step);
      if (step < 12) {
        timing(run, step);
      }
      if (step % 10 == 9) {
        epoch(run, step / 10);
      }
    }
    run.leave();
    run.end();
    assertEquals(
        """
        yamabiko: d-1 is running
        epoch 1/2  loss 0.5000  accuracy 80.00 %  validation loss 0.4000  accuracy 90.00 %
        epoch 2/2  loss 0.5000  accuracy 80.00 %  validation loss 0.4000  accuracy 90.00 %  50 samples/s
        """,
        text());
  }

  /** 4,821 of 12,000. */
  @Test
  void shouldRoundAsTrainDoes() {
    FollowedRun run = run(PIPE);
    on(run, "status", job("running", 0, 0, ""));
    step(run, 0);
    on(
        run,
        "epoch",
        "{\"epoch\":0,\"steps\":10,\"train_loss\":0.5,\"train_accuracy\":%s}"
            .formatted(4821 / 12000.0));
    assertTrue(text().contains("accuracy 40.18 %"), text());
  }

  @Test
  void shouldSayNoStatusFromBeforeOfARunThatHasNotBegun() {
    FollowedRun run = run(PIPE);
    run.begin(fields(job("waiting", 0, 0, ",\"reason\":\"for workers\"")));
    on(run, "status", job("queued", 0, 0, ""));
    on(run, "status", job("waiting", 0, 0, ",\"reason\":\"for workers\""));
    on(run, "status", job("running", 0, 0, ""));
    assertEquals(
        """
        yamabiko: d-1 is waiting: for workers
        yamabiko: d-1 is running
        """,
        text());
    assertEquals("running", run.status());
  }

  @Test
  void shouldSayOnceWhatSeveralEventsTell() {
    FollowedRun run = run(PIPE);
    on(run, "status", job("running", 0, 0, ""));
    notice(run, 1, "checkpoint", "a checkpoint of step 1 is on disk");
    notice(run, 1, "waiting", "waits for workers");
    notice(run, 1, "disk", "the disk is full");
    assertFalse(text().contains("checkpoint") || text().contains("waits"), text());
    assertEquals("yamabiko: the disk is full", screen().get(1));
  }

  private void catchUp(FollowedRun run, int from, int to) {
    for (int step = from; step < to; step++) {
      now -= STEP - 1; // all at once
      step(run, step);
      if (step % 10 == 9) {
        epoch(run, step / 10);
      }
    }
  }

  private static final String ENDED =
      "epoch %d/2  loss 0.5000  accuracy 80.00 %%  validation loss 0.4000  accuracy 90.00 %%";

  @Test
  void shouldTellNoSpeedOfWhatItCatchesUpOnAfterALoss() {
    for (Terminal terminal : List.of(TERMINAL, PIPE)) {
      err.reset();
      FollowedRun run = run(terminal);
      job = job("running", 0, 0, "");
      run.connected();
      on(run, "status", job);
      step(run, 0);
      step(run, 1);
      now += 50 * STEP;
      job = job("running", 15, 1, "");
      run.connected();
      catchUp(run, 2, 15);
      for (int step = 15; step < 20; step++) {
        step(run, step);
      }
      epoch(run, 1);
      run.leave();
      assertEquals(
          List.of(
              "yamabiko: d-1 is running",
              ENDED.formatted(1),
              ENDED.formatted(2) + "  50 samples/s"),
          screen());
    }
  }

  @Test
  void shouldTellTheSpeedOfWhatIsNewAfterALoss() {
    FollowedRun run = run(PIPE);
    job = job("running", 0, 0, "");
    run.connected();
    on(run, "status", job);
    for (int step = 0; step < 8; step++) {
      step(run, step);
    }
    now += 50 * STEP;
    job = job("running", 5, 0, "");
    run.connected();
    for (int step = 5; step < 20; step++) {
      step(run, step);
      if (step % 10 == 9) {
        epoch(run, step / 10);
      }
    }
    assertEquals(
        List.of(
            "yamabiko: d-1 is running",
            ENDED.formatted(1) + "  50 samples/s",
            ENDED.formatted(2) + "  50 samples/s  2.0 s"),
        screen());
  }

  @Test
  void shouldTellNoSpeedOfEpochsThatComeInOneBatch() {
    FollowedRun run = run(PIPE);
    run.connected();
    on(run, "status", job("running", 0, 0, ""));
    catchUp(run, 0, 20);
    assertEquals(
        List.of("yamabiko: d-1 is running", ENDED.formatted(1), ENDED.formatted(2)), screen());
  }
}
