package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.yamabiko.model.Checkpoint;
import dev.yamabiko.model.Checkpoint.Position;
import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.protocol.StepTiming;
import dev.yamabiko.step.Statistics;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class RunNoticesTest {

  private static final String AT = "\"at\":\"2026-11-26T18:00:00.000Z\"";
  private static final Position TO = new Position(100, 1, 3_200, Optional.empty(), 1);
  private static final Checkpoint FROM =
      new Checkpoint(TO, new float[0], new float[0][], Optional.empty(), Checkpoint.WayBack.NONE);

  private final List<Notice> all = new ArrayList<>();
  private final RunNotices notices =
      new RunNotices(Clock.fixed(Instant.parse("2026-11-26T18:00:00Z"), ZoneOffset.UTC), all::add);

  private String told(RunEvent event) {
    all.clear();
    notices.observe(event);
    return all.stream().map(Notice::json).collect(Collectors.joining());
  }

  private void closeStep(long step) {
    Statistics statistics = new Statistics(32, 1, 0, 0);
    assertEquals("", told(new RunEvent.StepClosed(step, 0, statistics, 0.1f, Double.NaN)));
    assertEquals("", told(new RunEvent.StepTimed(step, StepTiming.NONE)));
  }

  @Test
  void shouldSayInWhichStepWorkersComeAndGo() {
    assertEquals("", told(new RunEvent.RunStarted(2, 130, 0, 0)));
    assertEquals(
        "{\"notice\":\"worker w2 was lost\","
            + AT
            + ",\"kind\":\"worker-lost\",\"step\":130,\"worker\":\"w2\"}",
        told(new RunEvent.WorkerLeft("w2", "was lost", false, 1, null)));
    closeStep(130);
    assertEquals(
        "{\"notice\":\"worker w3 joined\","
            + AT
            + ",\"kind\":\"worker-joined\",\"step\":131,\"worker\":\"w3\"}",
        told(new RunEvent.WorkerJoined("w3", 2)));
  }

  @Test
  void shouldSayOnceThatAWorkerThatHasNotComeBackWasLost() {
    RunEvent lost = new RunEvent.WorkerLeft("w2", "was lost", false, 1, null);
    assertNotEquals("", told(lost));
    closeStep(130);
    assertEquals("", told(lost));
    assertNotEquals("", told(new RunEvent.WorkerLeft("w3", "was lost", false, 0, null)));
    assertNotEquals("", told(new RunEvent.WorkerLeft("w2", "failed: full", true, 0, null)));
    told(new RunEvent.WorkerJoined("w2", 1));
    assertNotEquals("", told(lost));
    told(new RunEvent.WentOn(2));
    assertNotEquals("", told(lost));
  }

  @Test
  void shouldTellOfCheckpointsAndOfWhateverElseIsSaid() {
    notices.kept(200);
    notices.say(Notice.Kind.DISK, "cannot write");
    assertEquals(
        List.of(
            "{\"notice\":\"the checkpoint of step 200 is on the disk\","
                + AT
                + ",\"kind\":\"checkpoint\",\"step\":200}",
            "{\"notice\":\"cannot write\"," + AT + ",\"kind\":\"disk\"}"),
        all.stream().map(Notice::json).toList());
  }

  @Test
  void shouldSayWhoseShardsGoToOthers() {
    assertEquals(
        "{\"notice\":\"shards of step 4 are computed again elsewhere: w1 late\","
            + AT
            + ",\"kind\":\"shards-reissued\",\"step\":4,\"worker\":\"w1\"}",
        told(new RunEvent.ShardsReissued(4, List.of("w1"), "late")));
    assertEquals(
        "{\"notice\":\"shards of step 4 are computed again elsewhere: w1, w2 late\","
            + AT
            + ",\"kind\":\"shards-reissued\",\"step\":4}",
        told(new RunEvent.ShardsReissued(4, List.of("w1", "w2"), "late")));
  }

  @Test
  void shouldSayWhereTheRunGoesBackToAndCountFromThere() {
    closeStep(130);
    assertEquals(
        "{\"notice\":\"NaN in layer 2: the run goes back from step 131 to step 100, its learning"
            + " rate times 0.5 from there\","
            + AT
            + ",\"kind\":\"rollback\",\"step\":131}",
        told(new RunEvent.RolledBack("NaN in layer 2", 131, FROM, TO, 0.5)));
    assertEquals(
        "{\"notice\":\"the run waits for workers\"," + AT + ",\"kind\":\"waiting\",\"step\":100}",
        told(new RunEvent.Waiting("waits for workers", List.of())));
    assertEquals(
        "{\"notice\":\"the run goes on, workers: 2\"," + AT + ",\"kind\":\"went-on\",\"step\":100}",
        told(new RunEvent.WentOn(2)));
    assertEquals(
        "{\"notice\":\"parameters node p1 was lost; all slices return to step 100 from step 120,"
            + " and go on to the same bits\","
            + AT
            + ",\"kind\":\"slices-returned\",\"step\":120}",
        told(new RunEvent.SlicesReturned("parameters node p1 was lost", 120, FROM, TO)));
  }
}
