package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.model.Checkpoint;
import dev.yamabiko.model.Checkpoint.Position;
import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.step.Statistics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RunMetricsTest {

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private long now = -50;
  private final ClusterMetrics cluster = new ClusterMetrics(registry, () -> now);

  private static RunEvent.StepClosed closed(long step, double loss) {
    return new RunEvent.StepClosed(step, 0, new Statistics(8, 8 * loss, 0, 0), 0.25f, Double.NaN);
  }

  private static Checkpoint checkpoint(long step) {
    return new Checkpoint(
        new Position(step, 0, 8 * step, Optional.empty(), 0),
        new float[1],
        new float[0][],
        Optional.empty(),
        Checkpoint.WayBack.NONE);
  }

  private double count(String name, String job) {
    return registry.get(name).tag("job", job).counter().count();
  }

  private double gauge(String name, String job) {
    return registry.get(name).tag("job", job).gauge().value();
  }

  private void after(long nanos, RunMetrics run, RunEvent event) {
    now += nanos;
    run.onEvent(event);
  }

  @Test
  void shouldTimeStepsAndNothingElse() {
    RunMetrics run = cluster.run("a-1");
    after(0, run, new RunEvent.RunStarted(2, 0, 0));
    after(100, run, closed(0, 1));
    after(50, run, new RunEvent.WorkerLeft("w1", "was lost", false, 1));
    after(250, run, closed(1, 1));
    after(
        7_000, run, new RunEvent.EpochClosed(0, 2, new Statistics(16, 16, 0, 0), Optional.empty()));
    after(9_000, run, new RunEvent.CheckpointTaken(checkpoint(2)));
    after(30, run, closed(2, 1));
    after(10, run, new RunEvent.Waiting("no worker is left", List.of()));
    after(90_000, run, new RunEvent.WentOn(1));
    after(1_000, run, closed(3, 1));
    after(2, run, closed(4, 1));
    after(
        500,
        run,
        new RunEvent.SlicesReturned("p1 was lost", 4, checkpoint(2), checkpoint(2).position()));
    after(1_000, run, closed(2, 1));
    after(1, run, closed(3, 1));
    var timer = registry.get("yamabiko.step").tag("job", "a-1").timer();
    assertEquals(5, timer.count());
    assertEquals(100 + 300 + 30 + 2 + 1, timer.totalTime(TimeUnit.NANOSECONDS));
    assertEquals(7, count("yamabiko.steps", "a-1"));
    assertEquals(56, count("yamabiko.samples", "a-1"));
    assertEquals(1, count("yamabiko.slice.returns", "a-1"));
    assertEquals(4, gauge("yamabiko.job.step", "a-1"));
    assertEquals(1, gauge("yamabiko.job.workers", "a-1"));
  }

  @Test
  void shouldTellWhatWasSaidLast() {
    RunMetrics run = cluster.run("a-1");
    run.onEvent(new RunEvent.RunStarted(2, 0, 0));
    run.onEvent(closed(0, 3));
    assertEquals(3, gauge("yamabiko.train.loss", "a-1"));
    assertEquals(0.25, gauge("yamabiko.learning.rate", "a-1"));
    assertNull(registry.find("yamabiko.validation.loss").gauge());
    for (double loss : new double[] {2, Double.NaN}) {
      run.onEvent(
          new RunEvent.EpochClosed(
              4, 1, new Statistics(8, 8, 0, 0), Optional.of(new Statistics(4, 4 * loss, 0, 0))));
      assertEquals(loss, gauge("yamabiko.validation.loss", "a-1"));
    }
    assertEquals(5, gauge("yamabiko.job.epoch", "a-1"));
    run.onEvent(
        new RunEvent.RolledBack("diverged", 7, checkpoint(0), checkpoint(0).position(), 0.5));
    run.onEvent(new RunEvent.ShardsReissued(0, List.of("w1", "w2"), "are late"));
    run.checkpointWritten();
    assertEquals(0, gauge("yamabiko.job.step", "a-1"));
    assertEquals(0, gauge("yamabiko.job.epoch", "a-1"));
    assertEquals(1, count("yamabiko.rollbacks", "a-1"));
    assertEquals(2, count("yamabiko.reissues", "a-1"));
    assertEquals(1, count("yamabiko.checkpoints.written", "a-1"));
  }

  @Test
  void shouldCountTheTrafficOfAllRunsOfAJob() {
    RunMetrics run = cluster.run("a-1");
    run.begin(() -> new WireVolume.Volume(10, 20, 30, 1));
    cluster.runEnded("a-1");
    RunMetrics again = cluster.run("a-1");
    again.begin(() -> new WireVolume.Volume(1, 2, 3, 1));
    for (String traffic : List.of("up", "down", "dataset")) {
      double bytes =
          registry.get("yamabiko.wire").tag("traffic", traffic).functionCounter().count();
      assertEquals(List.of("up", "down", "dataset").indexOf(traffic) * 11 + 11, bytes);
    }
  }

  @Test
  void shouldForgetAJobSomeTimeAfterItsEnd() {
    cluster.run("a-1");
    cluster.run("b-2");
    cluster.runEnded("a-1");
    cluster.runEnded("never-ran");
    now += ClusterMetrics.REMEMBERED.toNanos() - 1;
    cluster.forgetEnded();
    assertNotNull(registry.find("yamabiko.steps").tag("job", "a-1").counter());
    now++;
    cluster.forgetEnded();
    assertTrue(registry.getMeters().stream().noneMatch(m -> "a-1".equals(m.getId().getTag("job"))));
    assertNotNull(registry.find("yamabiko.steps").tag("job", "b-2").counter());
  }

  @Test
  void shouldKeepAJobThatGoesOn() {
    cluster.run("a-1").onEvent(closed(0, 1));
    cluster.runEnded("a-1");
    cluster.run("a-1").onEvent(closed(1, 1));
    now += 2 * ClusterMetrics.REMEMBERED.toNanos();
    cluster.forgetEnded();
    assertEquals(2, count("yamabiko.steps", "a-1"));
  }

  /** However fast jobs fail, and whether or not anybody looks. */
  @Test
  void shouldRememberNoMoreThanSoManyEndedJobs() {
    for (int job = 0; job < 3 * ClusterMetrics.MOST_ENDED; job++) {
      cluster.run("job-" + job);
      cluster.runEnded("job-" + job);
    }
    cluster.forgetEnded();
    assertEquals(ClusterMetrics.MOST_ENDED, registry.find("yamabiko.steps").counters().size());
    assertNotNull(registry.find("yamabiko.steps").tag("job", "job-299").counter());
  }
}
