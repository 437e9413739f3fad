package dev.yamabiko.job;

import dev.yamabiko.nn.Network;
import dev.yamabiko.optim.Schedule;
import dev.yamabiko.step.Block;
import dev.yamabiko.step.Communication;
import dev.yamabiko.step.EvaluationPlan;
import dev.yamabiko.step.ShardPlanner;
import dev.yamabiko.step.StepPlan;
import dev.yamabiko.tensor.KernelScratch;
import dev.yamabiko.tensor.KernelsFactory;
import dev.yamabiko.tensor.TreeOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * What a job comes to before it runs: steps, shard sizes, parameters, memory. Only {@link
 * #memoryBytes}, {@link ClusterMemory} and {@link #advice} depend on the number of workers.
 *
 * @param validationExamples 0 without validation data
 */
public record Plan(
    Job job, Network network, int trainingExamples, int validationExamples, int workers) {

  /** From here on weight gradients of separate shards cost little more than of one. */
  private static final int GOOD_SHARD = 16;

  /** Throws for a training part that holds nothing, or no worker. */
  public Plan {
    if (trainingExamples < 1 || validationExamples < 0 || workers < 1) {
      throw new IllegalArgumentException(
          "training examples %d, validation examples %d, workers %d"
              .formatted(trainingExamples, validationExamples, workers));
    }
  }

  /** Which examples each step and shard holds. */
  public StepPlan steps() {
    return new StepPlan(trainingExamples, job.batchSize(), job.shards(), job.epochs());
  }

  /** Examples in every batch of an epoch but the last. */
  public int batchExamples() {
    return steps().batchExamples(0);
  }

  /** Examples in an epoch's last batch. */
  public int lastBatchExamples() {
    return steps().batchExamples(steps().stepsPerEpoch() - 1L);
  }

  /** Examples in the smallest shard of a full batch; 0 if there are more shards than examples. */
  public int smallestShard() {
    return batchExamples() / job.shards();
  }

  /** Examples in the largest shard of a full batch. */
  public int largestShard() {
    return (batchExamples() - 1) / job.shards() + 1;
  }

  /** Workers that get shards. */
  public int busyWorkers() {
    return Math.min(workers, job.shards());
  }

  /** The blocks of a step: each worker's even share of the shards, cut into nodes of the tree. */
  private List<Block> blocks() {
    return ShardPlanner.plan(job.shards(), busyWorkers()).stream().flatMap(List::stream).toList();
  }

  /** The flat vector, on its way in this format: buffers stay float32. */
  public long wireBytes(Communication.Format format) {
    int each = format == Communication.Format.BFLOAT16 ? Short.BYTES : Float.BYTES;
    int buffers = network.length() - network.parameterCount();
    return (long) each * network.parameterCount() + (long) Float.BYTES * buffers;
  }

  /**
   * How many gradients a thread holds beside that of the block that it computes: where each sum is
   * rounded, one for each level of the tree below.
   */
  int sumsHeld(int shardsOfBlock) {
    return job.communication().gradients() == Communication.Format.BFLOAT16
        ? Integer.SIZE - Integer.numberOfLeadingZeros(shardsOfBlock - 1)
        : 0;
  }

  /**
   * An estimate of the floats that training holds when all workers share one JVM, in bytes: the
   * weights of two versions, as they began, and as workers hold them; the optimizer's state, now
   * and as it began; copies for a checkpoint, for the best epoch and for each roll-back, and the
   * slices that are made anew for these two; the gradient and what is needed to add it up; a
   * gradient for each block, and {@link #sumsHeld} of each worker; {@link #threadBytes} of each;
   * and {@link #evaluationBytes}. Neither the dataset nor the JVM itself is counted.
   *
   * @param heap the JVM's; activations, with what kernels pack of them, never take more than half
   *     of it, but for a single example
   */
  public long memoryBytes(long heap) {
    int state = job.optimizer().stateVectors();
    int copies = 1 + 2 * state + (job.selection().isPresent() ? 1 : 0);
    copies += statesToGoBackTo() * (1 + state + (job.selection().isPresent() ? 1 : 0));
    int depth = TreeOrder.levels(job.shards());
    int largest = blocks().stream().mapToInt(Block::shards).max().orElseThrow();
    long most = Math.min(mostRows(), network.rowsWithin(activationRoom(heap)));
    long gradients = blocks().size() + (long) busyWorkers() * sumsHeld(largest);
    // Slices are made anew where a run goes back, or restores the best epoch's weights.
    int anew = job.rollback().isPresent() || job.selection().isPresent() ? 3 + state : 0;
    long vectors = 4 + state + copies + depth + gradients + workers + anew;
    return Float.BYTES * vectors * network.length()
        + busyWorkers() * threadBytes(KernelsFactory.scratch(), most, largest)
        + evaluationBytes();
  }

  /** What each worker may take for activations, as {@link Network#rowsWithin} has it. */
  private long activationRoom(long heap) {
    return heap / 2 / workers;
  }

  /**
   * What a thread holds of the examples that it computes at once: activations, and what its kernels
   * keep as scratch memory.
   *
   * @param shards of these rows
   */
  long threadBytes(KernelScratch scratch, long rows, int shards) {
    network.countScratch(scratch, (int) rows, shards);
    return Float.BYTES * (rows * network.floatsPerExample() + scratch.floats());
  }

  /**
   * What metrics of the validation data are made of, while they are added up, at most: of each pair
   * of classes that occurs a number and a count, and of two classes each example's score, all of it
   * twice; or of each target four sums, for two of the tree's nodes on each level for each worker.
   */
  long evaluationBytes() {
    if (validationExamples == 0) {
      return 0;
    }
    long outputs = network.outputShape().size();
    int parts = new EvaluationPlan(validationExamples).parts();
    long pairs = Math.min(Math.max(4, outputs * outputs), validationExamples);
    long scores = outputs <= 2 ? validationExamples : 0;
    long nodes = Math.min(parts, 2L * TreeOrder.levels(parts) * workers);
    return Math.max(
        2 * (2 * Long.BYTES * pairs + Float.BYTES * scores), 4 * Double.BYTES * outputs * nodes);
  }

  /** As many as a run may need to hold; the beginning is one of them. */
  int statesToGoBackTo() {
    if (job.rollback().isEmpty()) {
      return 0;
    }
    long due = 1 + steps().steps() / job.checkpoints().everySteps().orElseThrow();
    return (int) Math.min(due, job.rollback().get().atMost());
  }

  /**
   * For all workers together: the activations, what layers keep for backward, and gradients with
   * respect to activations, for the most examples that a worker computes at once (its largest
   * block, or a part of the validation data). Where memory is scarce they are computed in pieces.
   */
  public long activationBytes() {
    return Float.BYTES * (long) busyWorkers() * mostRows() * network.floatsPerExample();
  }

  /** Examples of the largest block, or of a part of an evaluation. */
  private int mostRows() {
    int rows = validationExamples == 0 ? 0 : new EvaluationPlan(validationExamples).to(0);
    for (Block block : blocks()) {
      rows = Math.max(rows, steps().rows(0, block).rows());
    }
    return rows;
  }

  /** What the job is hardly meant to do, one sentence each; nothing here is an error. */
  public List<String> doubts() {
    List<String> doubts = new ArrayList<>();
    if (network.firstTrained() == network.nodes().size()) {
      doubts.add(
          network.parameterCount() == 0
              ? "the model has no parameters: training changes nothing"
              : "freeze holds all layers that have parameters: training changes none of them");
    }
    long steps = steps().steps();
    if (job.update().schedule() instanceof Schedule.WarmUp warmUp) {
      long length = warmUp.length().inSteps(steps().stepsPerEpoch());
      if (length > steps) {
        doubts.add(
            "the warm-up of %s is longer than the run of %s: the learning rate ends below the one given"
                .formatted(PlanTable.count(length, "step"), PlanTable.count(steps, "step")));
      }
    }
    return doubts;
  }

  /**
   * The job's {@link #doubts}, and what would make it faster, one sentence each.
   *
   * @param heap the JVM's, in bytes
   */
  public List<String> advice(long heap) {
    List<String> advice = doubts();
    if (memoryBytes(heap) > heap) {
      advice.add(
          "the JVM may use %s only; give it more, as in YAMABIKO_JAVA_OPTS=-Xmx8g"
              .formatted(PlanTable.bytes(heap)));
    } else if (mostRows() > network.rowsWithin(activationRoom(heap))) {
      advice.add(
          "activations of %s are computed in pieces, so that they fit the JVM's %s with what kernels pack of them; fewer workers or a smaller"
                  .formatted(PlanTable.bytes(activationBytes()), PlanTable.bytes(heap))
              + " batch-size need less");
    }
    if (job.shards() > 1 && smallestShard() < GOOD_SHARD) {
      advice.add(
          "%d examples per shard or more are faster: now %d; take fewer shards or a larger batch-size"
              .formatted(GOOD_SHARD, smallestShard()));
    }
    if (workers > job.shards()) {
      String mend =
          workers <= Math.min(job.batchSize(), Job.MOST_SHARDS)
              ? "shards = %d would keep all busy".formatted(workers)
              : workers <= Job.MOST_SHARDS
                  ? "take fewer workers or a larger batch-size, and as many shards"
                  : "take fewer workers";
      advice.add("only %d of %d workers get a shard; %s".formatted(busyWorkers(), workers, mend));
    }
    if (job.batchSize() > trainingExamples) {
      advice.add(
          "batch-size %d is more than the %s: every epoch is one step"
              .formatted(job.batchSize(), PlanTable.count(trainingExamples, "training example")));
    }
    return advice;
  }

  /**
   * Layers and plan as aligned plain text.
   *
   * @param heap the JVM's, in bytes
   */
  public String table(long heap) {
    return PlanTable.render(this, heap);
  }
}
