package dev.yamabiko.cli.forecast;

import dev.yamabiko.coordinator.CheckedJob;
import dev.yamabiko.data.Dataset;
import dev.yamabiko.job.Job;
import dev.yamabiko.step.Block;
import dev.yamabiko.step.BlockComputation;
import dev.yamabiko.step.Objective;
import dev.yamabiko.step.Statistics;
import dev.yamabiko.step.StepPlan;
import dev.yamabiko.tensor.KernelsFactory;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Times forward and backward of the job's network on the job's examples, as a worker does them. */
final class ComputeTrial {

  private static final long MILLIS = 1_500;
  private static final long CONTENDED_MILLIS = 400;

  /** Of a block: larger ones take as long for each example. */
  private static final int MOST_EXAMPLES = 1024;

  /** From one size of block to the next smaller one, down to one example. */
  private static final int SHRINK = 4;

  /** A batch, all of which is one block. */
  private record Cell(int examples, int shards) {}

  /** What one thread computes with. */
  private final class Seat {
    final BlockComputation computation =
        new BlockComputation(objective, KernelsFactory.create(), mostRows);
    final float[] gradient = new float[weights.length];
    Statistics statistics;
    private long step;

    void train(Cell cell, BlockComputation.Listener listener) {
      StepPlan plan = new StepPlan(train.size(), cell.examples, cell.shards, 1);
      long full = Math.max(1, train.size() / cell.examples);
      Block whole = new Block(0, cell.shards);
      statistics =
          computation.train(plan, step++ % full, whole, train, weights, gradient, listener);
    }

    void train(Cell cell) {
      train(cell, (index, known) -> {});
    }
  }

  private final Objective objective;
  private final Dataset train;
  private final float[] weights;
  private final int mostRows;
  private final List<Cell> cells;
  private final Seat seat;

  /**
   * @param weights of the run's start
   * @param threads of a worker, who share the memory for activations
   */
  ComputeTrial(CheckedJob checked, float[] weights, int threads) {
    Job job = checked.job();
    objective = job.objective(checked.network());
    train = checked.data().train();
    this.weights = weights;
    mostRows = checked.network().rowsWithin(Runtime.getRuntime().maxMemory() / 2 / threads);
    cells = cells(Math.min(job.batchSize(), train.size()), job.shards());
    seat = new Seat();
  }

  /** Whole batches and parts of them, in shards of the job's size and in one. */
  private static List<Cell> cells(int batch, int shards) {
    Set<Cell> cells = new LinkedHashSet<>();
    int own = Math.min(batch, shards);
    for (int examples = Math.min(batch, MOST_EXAMPLES); examples >= 1; examples /= SHRINK) {
      cells.add(new Cell(examples, Math.max(1, (int) ((long) own * examples / batch))));
      cells.add(new Cell(examples, 1));
    }
    return List.copyOf(cells);
  }

  void warmUp() {
    Stopwatch.warmUp(() -> cells.forEach(seat::train));
  }

  BlockCost cost() {
    double[] seconds =
        Stopwatch.medians(
            MILLIS,
            cells.stream().<Runnable>map(c -> () -> seat.train(c)).toArray(Runnable[]::new));
    List<BlockCost.Sample> samples = new ArrayList<>();
    for (int i = 0; i < seconds.length; i++) {
      Cell cell = cells.get(i);
      samples.add(new BlockCost.Sample(cell.examples, cell.shards, seconds[i]));
    }
    return BlockCost.fit(samples);
  }

  /** Of the largest block. */
  GradientOrder order() {
    List<Integer> from = new ArrayList<>();
    List<Long> at = new ArrayList<>();
    long began = Stopwatch.threadNanos();
    seat.train(
        cells.get(0),
        (index, known) -> {
          from.add(index);
          at.add(Stopwatch.threadNanos() - began);
        });
    double whole = Math.max(1, Stopwatch.threadNanos() - began);
    return new GradientOrder(
        from.stream().mapToInt(Integer::intValue).toArray(),
        at.stream().mapToDouble(nanos -> nanos / whole).toArray());
  }

  /** How many times as long the largest block takes when so many threads compute it at once. */
  double contention(int threads) {
    if (threads == 1) {
      return 1;
    }
    double alone = largest(seat);
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<CompletableFuture<Double>> all = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        Seat own = i == 0 ? seat : new Seat();
        all.add(CompletableFuture.supplyAsync(() -> largest(own), pool));
      }
      double together = all.stream().mapToDouble(CompletableFuture::join).average().orElseThrow();
      return Math.max(1, together / alone);
    } finally {
      pool.shutdownNow();
    }
  }

  private double largest(Seat of) {
    return Stopwatch.medians(CONTENDED_MILLIS, () -> of.train(cells.get(0)))[0];
  }

  /** The last gradient, which belongs to this object, and its statistics. */
  float[] gradient() {
    return seat.gradient;
  }

  Statistics statistics() {
    return seat.statistics;
  }
}
