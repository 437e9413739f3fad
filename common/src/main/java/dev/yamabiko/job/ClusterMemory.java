package dev.yamabiko.job;

import dev.yamabiko.step.Block;
import dev.yamabiko.step.EvaluationPlan;
import dev.yamabiko.step.ShardPlanner;
import dev.yamabiko.tensor.KernelScratch;
import dev.yamabiko.tensor.TreeOrder;
import java.util.List;

/**
 * What a job takes of the JVMs of a cluster of {@link Plan#workers} nodes, as an upper estimate in
 * bytes. With P parameters and buffers, and s vectors of optimizer state, all of P floats:
 *
 * <p>The coordinator holds the slices' two versions of the weights, state and gradient, what is
 * needed to add contributions up, each worker's contributions of this lease and the last one, the
 * state in which the run began, two checkpoints, one that was written and one that is taken, a
 * gradient kept for histograms and one beside each checkpoint, and {@link Plan#evaluationBytes}.
 *
 * <p>A worker holds the weights that it computes with, two versions that arrive, and a gradient for
 * each piece that threads compute; and for each thread the activations of its examples, {@link
 * Plan#sumsHeld}, and what vector kernels keep as scratch memory, whatever their width.
 *
 * <p>Neither the dataset nor the JVM itself is counted.
 *
 * @param threads of each worker
 */
public record ClusterMemory(Plan plan, int threads) {

  /** Outside the heap, for each bulk connection: two frames and what waits for the socket. */
  static final long DIRECT_PER_CONNECTION = 4L << 20;

  /** Outside the coordinator's heap: encoded frames that slower connections have still to send. */
  static final long DIRECT_SHARED = 64L << 20;

  /** Throws where there is no thread. */
  public ClusterMemory {
    if (threads < 1) {
      throw new IllegalArgumentException("threads " + threads);
    }
  }

  private List<List<Block>> leases() {
    return ShardPlanner.plan(plan.job().shards(), plan.busyWorkers());
  }

  /** Of one lease; where speeds differ, shares are cut less evenly than was planned. */
  private int blocks(boolean uneven) {
    int planned = leases().stream().mapToInt(List::size).sum();
    int more = uneven ? plan.busyWorkers() - 1 : 0;
    return Math.min(plan.job().shards(), planned + more);
  }

  private long bytes(long vectors) {
    return Float.BYTES * vectors * plan.network().length();
  }

  /** Two versions of the weights, state and gradient. */
  private int sliceVectors() {
    Job job = plan.job();
    return 3 + job.optimizer().stateVectors() + (job.update().clipping().isPresent() ? 1 : 0);
  }

  /** What comes from workers, and what is needed to add it up. */
  private int gradientVectors() {
    int tree = Math.min(TreeOrder.levels(plan.job().shards()), blocks(true) / 2);
    return tree + blocks(false) + blocks(true);
  }

  /**
   * Of a parameters node.
   *
   * @param floats that its slices have of the flat vector
   */
  long ownerHeapBytes(long floats) {
    return Float.BYTES * floats * (sliceVectors() + gradientVectors());
  }

  public long coordinatorHeapBytes() {
    Job job = plan.job();
    int state = job.optimizer().stateVectors();
    int best = job.selection().isPresent() ? 1 : 0;
    int slices = sliceVectors();
    int begin = 1 + state;
    int checkpoints = 2 * (1 + state) + best;
    int histograms = job.tensorBoard().gradients() ? 3 : 0;
    int wayBack = plan.statesToGoBackTo() * (1 + state + best);
    // Slices are made anew where a run goes back, or restores the best epoch's weights.
    int anew = job.rollback().isPresent() || best > 0 ? slices : 0;
    return bytes(slices + gradientVectors() + begin + checkpoints + histograms + wayBack + anew)
        + plan.evaluationBytes();
  }

  public long coordinatorDirectBytes() {
    return DIRECT_SHARED + plan.workers() * DIRECT_PER_CONNECTION;
  }

  /**
   * Of the one that needs most.
   *
   * @param heap the JVM's; activations, with what kernels pack of them, never take more than half
   *     of it, but for a single example
   */
  public long workerHeapBytes(long heap) {
    int most = leases().stream().mapToInt(List::size).max().orElseThrow();
    int shards =
        leases().stream()
            .mapToInt(lease -> lease.stream().mapToInt(Block::shards).sum())
            .max()
            .orElseThrow();
    int uneven = Math.min(shards, plan.busyWorkers() > 1 ? most + 1 : most);
    int pieces = Math.max(uneven, Math.min(threads, shards));
    int ofPiece = shardsOfPiece(shards);
    int sums = threads * plan.sumsHeld(ofPiece);
    long rows = Math.min(mostRows(shards), plan.network().rowsWithin(heap / 2 / threads));
    return bytes(2 + 1 + pieces + sums)
        + threads * plan.threadBytes(KernelScratch.ofAnyVectors(), rows, ofPiece);
  }

  /** Examples of a piece of the largest share, or of a part of an evaluation. */
  private long mostRows(int shards) {
    long rows = (long) shardsOfPiece(shards) * plan.largestShard();
    rows = Math.max(rows, new EvaluationPlan(plan.trainingExamples()).to(0));
    if (plan.validationExamples() > 0) {
      rows = Math.max(rows, new EvaluationPlan(plan.validationExamples()).to(0));
    }
    return rows;
  }

  /** Cut along the tree, a piece has up to the next power of two of an even part. */
  private int shardsOfPiece(int shards) {
    int evenPart = (shards - 1) / threads + 1;
    return Math.min(shards, Integer.highestOneBit(2 * evenPart - 1));
  }

  public long workerDirectBytes() {
    return DIRECT_PER_CONNECTION;
  }

  /** "coordinator about 1.2 GiB with 2 workers, a worker about 400.0 MiB with 1 thread, ...". */
  String text(long heap) {
    long coordinator = coordinatorHeapBytes() + coordinatorDirectBytes();
    long worker = workerHeapBytes(heap) + workerDirectBytes();
    return "coordinator about %s with %s, a worker about %s with %s, besides the data"
        .formatted(
            PlanTable.bytes(coordinator),
            PlanTable.count(plan.workers(), "worker"),
            PlanTable.bytes(worker),
            PlanTable.count(threads, "thread"));
  }
}
