package dev.yamabiko.coordinator;

import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.protocol.StepTiming;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.LongStream;

/**
 * The figures of one job, by what its run says. Counters count what happens, also steps that are
 * taken again after a return; gauges are what was said last. A step costs some additions. Events
 * come from one thread; figures are read by others.
 */
final class RunMetrics implements RunListener {

  /** Upper bounds of the step's histogram, from small models to large ones. */
  private static final Duration[] BOUNDS =
      LongStream.of(1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000)
          .mapToObj(Duration::ofMillis)
          .toArray(Duration[]::new);

  private final MeterRegistry registry;
  private final String job;
  private final List<Meter> meters = new CopyOnWriteArrayList<>();
  private final Timer stepTime;
  private final Counter compute;
  private final Counter broadcast;
  private final Counter wait;
  private final Counter aggregate;
  private final Counter steps;
  private final Counter samples;
  private final Counter reissues;
  private final Counter rollbacks;
  private final Counter returns;
  private final Counter checkpoints;

  /** Whether there is a validation loss to tell; where there is no such data, there never is. */
  private boolean validated;

  private volatile Supplier<WireVolume.Volume> wire = () -> WireVolume.Volume.NONE;
  private volatile int workers;
  private volatile long step;
  private volatile int epoch;
  private volatile double trainLoss = Double.NaN;
  private volatile double validationLoss = Double.NaN;
  private volatile double learningRate = Double.NaN;

  RunMetrics(MeterRegistry registry, String job) {
    this.registry = registry;
    this.job = job;
    stepTime =
        Timer.builder("yamabiko.step")
            .description("How long steps took")
            .tag("job", job)
            .serviceLevelObjectives(BOUNDS)
            .register(registry);
    meters.add(stepTime);
    compute = part("compute");
    broadcast = part("broadcast");
    wait = part("wait");
    aggregate = part("aggregate");
    steps = counter("yamabiko.steps", "Steps taken, those that were taken again included");
    samples = counter("yamabiko.samples", "Examples in the steps taken");
    reissues =
        counter("yamabiko.reissues", "How often a worker's shards of a step were given to others");
    rollbacks = counter("yamabiko.rollbacks", "Returns to a checkpoint after the loss diverged");
    returns = counter("yamabiko.slice.returns", "Returns to a checkpoint after slices were lost");
    checkpoints = counter("yamabiko.checkpoints.written", "Checkpoints that are on the disk");
    bytes("up", WireVolume.Volume::up);
    bytes("down", WireVolume.Volume::down);
    bytes("dataset", WireVolume.Volume::dataset);
    gauge("yamabiko.job.workers", "Workers that take part in the run", run -> run.workers);
    gauge("yamabiko.job.step", "Steps of the job that are taken", run -> run.step);
    gauge("yamabiko.job.epoch", "Epochs of the job that are closed", run -> run.epoch);
    gauge("yamabiko.train.loss", "Mean loss of the last step's batch", run -> run.trainLoss);
    gauge("yamabiko.learning.rate", "Of the last step", run -> run.learningRate);
  }

  private Counter part(String part) {
    Counter counter =
        Counter.builder("yamabiko.step.part")
            .description("What steps were spent on, in the mean over their workers")
            .baseUnit("seconds")
            .tag("job", job)
            .tag("part", part)
            .register(registry);
    meters.add(counter);
    return counter;
  }

  private Counter counter(String name, String help) {
    Counter counter = Counter.builder(name).description(help).tag("job", job).register(registry);
    meters.add(counter);
    return counter;
  }

  private void bytes(String traffic, ToDoubleFunction<WireVolume.Volume> which) {
    meters.add(
        FunctionCounter.builder("yamabiko.wire", this, run -> which.applyAsDouble(run.wire.get()))
            .description(
                "On the bulk connections of workers: gradients up, weights and dataset blocks down")
            .baseUnit("bytes")
            .tag("job", job)
            .tag("traffic", traffic)
            .register(registry));
  }

  private void gauge(String name, String help, ToDoubleFunction<RunMetrics> value) {
    meters.add(
        Gauge.builder(name, this, value).description(help).tag("job", job).register(registry));
  }

  /** A run of the job begins, which counts its own traffic from 0 on. */
  void begin(Supplier<WireVolume.Volume> traffic) {
    WireVolume.Volume before = wire.get();
    wire = () -> before.plus(traffic.get());
  }

  /** The run has ended, and its connections with it. */
  void ended() {
    WireVolume.Volume last = wire.get();
    wire = () -> last;
    workers = 0;
  }

  /** From any thread. */
  void checkpointWritten() {
    checkpoints.increment();
  }

  @Override
  public void onEvent(RunEvent event) {
    if (event instanceof RunEvent.StepClosed closed) {
      closed(closed);
    } else if (event instanceof RunEvent.RunStarted begun) {
      workers = begun.workers();
      standAt(begun.step(), begun.epochs());
    } else if (event instanceof RunEvent.StepTimed timed) {
      timed(timed.timing());
    } else if (event instanceof RunEvent.EpochClosed closed) {
      closed(closed);
    } else if (event instanceof RunEvent.ShardsReissued late) {
      reissues.increment(late.workers().size());
    } else if (event instanceof RunEvent.RolledBack back) {
      rollbacks.increment();
      standAt(back.to().step(), back.to().epochs());
    } else if (event instanceof RunEvent.SlicesReturned back) {
      returns.increment();
      standAt(back.to().step(), back.to().epochs());
    } else if (event instanceof RunEvent.WorkerJoined joined) {
      workers = joined.workers();
    } else if (event instanceof RunEvent.WorkerLeft left) {
      workers = left.workers();
    }
  }

  private void timed(StepTiming timing) {
    stepTime.record(timing.nanos(), TimeUnit.NANOSECONDS);
    TimingMeans parts = new TimingMeans();
    parts.add(timing);
    compute.increment(parts.computeSeconds());
    broadcast.increment(parts.broadcastSeconds());
    wait.increment(parts.waitSeconds());
    aggregate.increment(parts.aggregateSeconds());
  }

  private void closed(RunEvent.StepClosed closed) {
    steps.increment();
    samples.increment(closed.statistics().examples());
    step = closed.step() + 1;
    trainLoss = closed.statistics().meanLoss();
    learningRate = closed.learningRate();
  }

  private void closed(RunEvent.EpochClosed closed) {
    epoch = closed.epoch() + 1;
    if (closed.validation().isPresent()) {
      validationLoss = closed.validation().get().meanLoss();
      if (!validated) {
        validated = true;
        gauge(
            "yamabiko.validation.loss",
            "Mean loss of the validation data at the last epoch's end",
            run -> run.validationLoss);
      }
    }
  }

  /** The job has come so far. */
  void standAt(long atStep, int atEpoch) {
    step = atStep;
    epoch = atEpoch;
  }

  /** Its series are on the page no longer. */
  void forget() {
    meters.forEach(registry::remove);
  }
}
