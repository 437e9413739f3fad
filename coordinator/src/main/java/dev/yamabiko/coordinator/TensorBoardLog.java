package dev.yamabiko.coordinator;

import dev.yamabiko.coordinator.tensorboard.Event;
import dev.yamabiko.coordinator.tensorboard.EventWriter;
import dev.yamabiko.coordinator.tensorboard.Histogram;
import dev.yamabiko.data.Targets;
import dev.yamabiko.model.AtomicFile;
import dev.yamabiko.model.Checkpoint;
import dev.yamabiko.nn.Network;
import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.step.Statistics;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * What a run tells TensorBoard: the figures of {@code metrics.jsonl}, rounded to floats, under the
 * same numbers of steps, and histograms of weights and gradients where the job asks for them. What
 * belongs to an epoch, or to weights, stands at the last step before it, so that a run which goes
 * on from there takes nothing of it back. Where steps are taken again, a start says from which one
 * on.
 *
 * <p>None of it is part of the result, and no trouble with it is the run's.
 */
final class TensorBoardLog implements RunListener, AutoCloseable {

  private static final long UNCOUNTED = -1;

  private final BoardContent content;
  private final Targets targets;
  private final Clock clock;
  private final Optional<EventWriter> writer;
  private long counted = UNCOUNTED;

  /** The first step that was taken back since weights were last given to be counted. */
  private long standing = Long.MAX_VALUE;

  private CompletableFuture<Void> counting = CompletableFuture.completedFuture(null);

  /**
   * @param directory is made if there is anything to write
   */
  TensorBoardLog(
      Path directory, BoardContent content, Targets targets, Clock clock, AtomicFile.Gate gate) {
    this.content = content;
    this.targets = targets;
    this.clock = clock;
    writer =
        content.isNothing()
            ? Optional.empty()
            : Optional.of(new EventWriter(directory, clock, gate));
  }

  @Override
  public void onEvent(RunEvent event) {
    writer.ifPresent(to -> tell(to, event));
  }

  private void tell(EventWriter to, RunEvent event) {
    if (event instanceof RunEvent.StepClosed closed) {
      scalars(to, closed.step(), of(closed));
    } else if (event instanceof RunEvent.EpochClosed closed) {
      scalars(to, closed.step() - 1, of(closed));
      to.flush();
    } else if (event instanceof RunEvent.CheckpointTaken taken) {
      Checkpoint checkpoint = taken.checkpoint();
      histograms(to, checkpoint.position().step(), checkpoint.weights(), taken.gradient());
    } else if (event instanceof RunEvent.WeightsCopied copied) {
      histograms(to, copied.step(), copied.weights(), copied.gradient());
    } else if (event instanceof RunEvent.RunStarted begun) {
      start(to, begun.step());
    } else if (event instanceof RunEvent.RolledBack back) {
      start(to, back.to().step());
    } else if (event instanceof RunEvent.SlicesReturned back) {
      start(to, back.to().step());
    } else if (event instanceof RunEvent.RunEnded) {
      to.flush();
    }
  }

  private synchronized void start(EventWriter to, long step) {
    to.add(Event.start(now(), step));
    counted = UNCOUNTED;
    standing = Math.min(standing, step);
  }

  private double now() {
    return clock.millis() / 1e3;
  }

  private void scalars(EventWriter to, long step, Map<String, Double> values) {
    if (content.scalars()) {
      to.add(Event.scalars(now(), step, values));
    }
  }

  private Map<String, Double> of(RunEvent.StepClosed closed) {
    Map<String, Double> values = new LinkedHashMap<>();
    put(values, "train", closed.statistics());
    values.put("learning_rate", (double) closed.learningRate());
    if (!Double.isNaN(closed.gradientNorm())) {
      values.put("gradient_norm", closed.gradientNorm());
    }
    return values;
  }

  private Map<String, Double> of(RunEvent.EpochClosed closed) {
    Map<String, Double> values = new LinkedHashMap<>();
    put(values, "train_epoch", closed.train());
    closed.validation().ifPresent(validation -> put(values, "validation", validation));
    return values;
  }

  private void put(Map<String, Double> values, String part, Statistics statistics) {
    values.put("loss/" + part, statistics.meanLoss());
    if (targets instanceof Targets.Classes) {
      values.put("accuracy/" + part, statistics.accuracy());
    } else {
      values.put("rmse/" + part, statistics.rmse(targets.width()));
    }
  }

  /** Once for the same weights, which may come for several reasons. */
  private void histograms(EventWriter to, long steps, float[] weights, Optional<float[]> gradient) {
    if (steps > 0 && steps != counted && content.hasHistogramsAfter(steps)) {
      counted = steps;
      double time = now();
      synchronized (this) {
        standing = Long.MAX_VALUE;
      }
      counting =
          to.afterwards(() -> add(to, steps - 1, histograms(time, steps - 1, weights, gradient)));
    }
  }

  /** The run may have gone back meanwhile, and said so. */
  private synchronized void add(EventWriter to, long step, List<Event> events) {
    if (step < standing) {
      events.forEach(to::add);
    }
  }

  private List<Event> histograms(
      double time, long step, float[] weights, Optional<float[]> gradient) {
    List<Event> events = new ArrayList<>();
    Map<String, Double> notFinite = new LinkedHashMap<>();
    for (Network.Place tensor : content.weights()) {
      Histogram counts = histogram(tensor, weights);
      events.add(Event.histogram(time, step, "weights/" + tensor.name(), counts));
      if (counts.notFinite() > 0) {
        notFinite.put("not_finite/" + tensor.name(), (double) counts.notFinite());
      }
    }
    if (gradient.isPresent()) {
      for (Network.Place tensor : content.gradients()) {
        Histogram counts = histogram(tensor, gradient.get());
        events.add(Event.histogram(time, step, "gradients/" + tensor.name(), counts));
      }
    }
    if (!notFinite.isEmpty()) {
      events.add(Event.scalars(time, step, notFinite));
    }
    return events;
  }

  private static Histogram histogram(Network.Place tensor, float[] flat) {
    int from = tensor.offset();
    return Histogram.of(flat, from, from + tensor.parameter().size());
  }

  /** No weights are looked at any more. */
  @Override
  public CompletableFuture<Void> settled() {
    return counting;
  }

  @Override
  public void close() {
    writer.ifPresent(EventWriter::close);
  }
}
