package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.model.Checkpoint;
import dev.yamabiko.model.Checkpoint.Position;
import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.protocol.StepTiming;
import dev.yamabiko.protocol.WorkerTiming;
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

  private double part(String part) {
    return registry.get("yamabiko.step.part").tag("part", part).counter().count();
  }

  @Test
  void shouldCountStepsAndTheirTimes() {
    RunMetrics run = cluster.run("a-1");
    run.onEvent(new RunEvent.RunStarted(2, 0, 0, 0));
    StepTiming timing =
        new StepTiming(
            1_000_000,
            200_000,
            List.of(
                new WorkerTiming("w1", 800_000, 500_000),
                new WorkerTiming("w2", 400_000, 300_000)));
    for (int step = 0; step < 3; step++) {
      run.onEvent(closed(step, 1));
      run.onEvent(new RunEvent.StepTimed(step, timing));
    }
    run.onEvent(new RunEvent.WorkerLeft("w1", "was lost", false, 1, null));
    run.onEvent(
        new RunEvent.SlicesReturned("p1 was lost", 3, checkpoint(2), checkpoint(2).position()));
    run.onEvent(closed(2, 1));
    run.onEvent(new RunEvent.StepTimed(2, new StepTiming(50_000_000, 0, List.of())));
    var timer = registry.get("yamabiko.step").tag("job", "a-1").timer();
    assertEquals(4, timer.count());
    assertEquals(53_000_000, timer.totalTime(TimeUnit.NANOSECONDS));
    assertEquals(3 * 400e-6, part("compute"), 1e-12);
    assertEquals(3 * 200e-6, part("broadcast"), 1e-12);
    assertEquals(3 * 200e-6, part("wait"), 1e-12);
    assertEquals(3 * 200e-6, part("aggregate"), 1e-12);
    assertEquals(4, count("yamabiko.steps", "a-1"));
    assertEquals(32, count("yamabiko.samples", "a-1"));
    assertEquals(1, count("yamabiko.slice.returns", "a-1"));
    assertEquals(3, gauge("yamabiko.job.step", "a-1"));
    assertEquals(1, gauge("yamabiko.job.workers", "a-1"));
  }

  @Test
  void shouldTellWhatWasSaidLast() {
    RunMetrics run = cluster.run("a-1");
    run.onEvent(new RunEvent.RunStarted(2, 7, 1, 56));
    assertEquals(7, gauge("yamabiko.job.step", "a-1"));
    assertEquals(1, gauge("yamabiko.job.epoch", "a-1"));
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
