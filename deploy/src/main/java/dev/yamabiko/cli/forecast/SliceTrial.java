package dev.yamabiko.cli.forecast;

import dev.yamabiko.coordinator.CheckedJob;
import dev.yamabiko.coordinator.RunSettings;
import dev.yamabiko.model.Checkpoint;
import dev.yamabiko.step.Block;
import dev.yamabiko.step.BlockSum;
import dev.yamabiko.step.SliceStep;
import dev.yamabiko.step.Statistics;
import dev.yamabiko.step.StepPlan;
import java.util.List;

/** Times what a slice does with contributions, and a worker with the weights that come back. */
final class SliceTrial {

  private static final long MILLIS = 200;
  private static final int PARTS = 4;

  /**
   * Seconds for each float.
   *
   * @param update of a slice to which one contribution came
   * @param add for each further one
   * @param install at a worker
   */
  record PerFloat(double update, double add, double install) {}

  private final SliceStep slice;
  private final List<BlockSum.Part> one;
  private final List<BlockSum.Part> several;
  private final float[] replica;
  private long step;

  /**
   * @param gradient of a batch, with its statistics; only read
   */
  SliceTrial(CheckedJob checked, Checkpoint begin, float[] gradient, Statistics statistics) {
    StepPlan own = checked.plan(1).steps();
    StepPlan plan =
        new StepPlan(own.examples(), Math.max(PARTS, own.batchSize()), PARTS, own.epochs());
    slice = RunSettings.cut(checked.job(), checked.network(), plan, begin, 1).take().get(0);
    replica = new float[gradient.length];
    float[] other = gradient.clone();
    one = List.of(new BlockSum.Part(new Block(0, PARTS), gradient, 0, statistics));
    several =
        List.of(
            new BlockSum.Part(new Block(0, 1), gradient, 0, statistics),
            new BlockSum.Part(new Block(1, 2), other, 0, statistics),
            new BlockSum.Part(new Block(2, 3), gradient, 0, statistics),
            new BlockSum.Part(new Block(3, 4), other, 0, statistics));
  }

  private void close(List<BlockSum.Part> parts) {
    slice.aggregate(step, parts);
    slice.update(step++, Double.NaN);
  }

  private void install() {
    System.arraycopy(slice.weights(step), 0, replica, 0, replica.length);
  }

  PerFloat measure() {
    Runnable alone = () -> close(one);
    Runnable together = () -> close(several);
    Runnable install = this::install;
    Stopwatch.warmUp(
        () -> {
          alone.run();
          together.run();
          install.run();
        });
    double[] seconds = Stopwatch.medians(MILLIS, alone, together, install);
    double n = replica.length;
    return new PerFloat(
        seconds[0] / n, Math.max(0, seconds[1] - seconds[0]) / (PARTS - 1) / n, seconds[2] / n);
  }
}
