package dev.yamabiko.cli;

import dev.yamabiko.coordinator.RunListener;
import dev.yamabiko.protocol.RunEvent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The losses of a run, thin enough to keep for any number of steps: when the buckets are full,
 * neighbours are merged and each covers twice the steps.
 */
final class LossHistory implements RunListener {

  private static final int BUCKETS = 1024;

  /** A loss at a time, in epochs. */
  record Point(double epoch, double loss) {}

  private final int stepsPerEpoch;
  private final double[] losses = new double[BUCKETS];
  private final long[] examples = new long[BUCKETS];
  private final List<Point> validation = new ArrayList<>();
  private long stepsPerBucket = 1;
  private int used;

  LossHistory(int stepsPerEpoch) {
    this.stepsPerEpoch = stepsPerEpoch;
  }

  @Override
  public void onEvent(RunEvent event) {
    if (event instanceof RunEvent.StepClosed closed) {
      while (closed.step() / stepsPerBucket >= BUCKETS) {
        merge();
      }
      int bucket = (int) (closed.step() / stepsPerBucket);
      losses[bucket] += closed.statistics().loss();
      examples[bucket] += closed.statistics().examples();
      used = Math.max(used, bucket + 1);
    } else if (event instanceof RunEvent.EpochClosed closed) {
      closed
          .validation()
          .ifPresent(v -> validation.add(new Point(closed.epoch() + 1, v.meanLoss())));
    } else if (event instanceof RunEvent.RolledBack back) {
      forget(back.to().step(), back.to().epochs());
    }
  }

  /** What comes after this is taken anew. */
  void forget(long step, int epochs) {
    int first = (int) (step / stepsPerBucket);
    Arrays.fill(losses, first, BUCKETS, 0);
    Arrays.fill(examples, first, BUCKETS, 0);
    validation.removeIf(point -> point.epoch() > epochs);
  }

  private void merge() {
    for (int i = 0; i < BUCKETS; i++) {
      boolean kept = i < BUCKETS / 2;
      losses[i] = kept ? losses[2 * i] + losses[2 * i + 1] : 0;
      examples[i] = kept ? examples[2 * i] + examples[2 * i + 1] : 0;
    }
    used = (used + 1) / 2;
    stepsPerBucket *= 2;
  }

  /** Mean loss of the training batches, with the weights of their steps. */
  List<Point> train() {
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < used; i++) {
      if (examples[i] > 0) {
        double middle = (i + 0.5) * stepsPerBucket / stepsPerEpoch;
        points.add(new Point(middle, losses[i] / examples[i]));
      }
    }
    return points;
  }

  /** Mean loss of the validation examples at the epochs' ends. */
  List<Point> validation() {
    return List.copyOf(validation);
  }
}
