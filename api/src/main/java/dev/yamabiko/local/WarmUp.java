package dev.yamabiko.local;

import dev.yamabiko.coordinator.CheckedJob;
import dev.yamabiko.data.Dataset;
import dev.yamabiko.model.Checkpoint;
import dev.yamabiko.nn.Network;
import dev.yamabiko.step.Block;
import dev.yamabiko.step.BlockComputation;
import dev.yamabiko.step.Statistics;
import dev.yamabiko.step.StepPlan;
import dev.yamabiko.tensor.KernelsFactory;
import java.time.Duration;
import java.util.List;

/**
 * Computes what the first worker has to compute in a run's next step, and drops it. Until the JVM
 * has compiled them, vector kernels take a hundred times as long as afterwards; a thread that calls
 * for them while the actors start brings the end of the first step half a second nearer. So does a
 * step that waits until it has done: several threads that compute with what is not compiled yet
 * would leave the compiler no core.
 *
 * <p>It is no more than a try: it is left out where it would take much memory, and what goes wrong
 * goes wrong again in the step itself, where it is told.
 */
final class WarmUp {

  /** The part of the heap that it may take. */
  private static final int HEAP_PART = 16;

  /** The first step's wait. Of a large model, one block may take longer than to compile kernels. */
  static final Duration HEAD_START = Duration.ofSeconds(3);

  /** Far more than one block takes, but not for ever. */
  static final Duration END = Duration.ofSeconds(30);

  private final CheckedJob checked;
  private final Checkpoint begin;
  private final int workers;
  private final long bytes;

  /**
   * @param bytes that it may take
   */
  WarmUp(CheckedJob checked, Checkpoint begin, int workers, long bytes) {
    this.checked = checked;
    this.begin = begin;
    this.workers = workers;
    this.bytes = bytes;
  }

  /** Begins on a thread of its own, which ends by itself. */
  static Thread begin(CheckedJob checked, Checkpoint begin, int workers) {
    long bytes = Runtime.getRuntime().maxMemory() / HEAP_PART;
    Thread thread = new Thread(new WarmUp(checked, begin, workers, bytes)::compute, "warm-up");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  /** Waits until it reads no data any more, or this long. */
  static void await(Thread thread, Duration atMost) {
    try {
      thread.join(atMost.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns how many examples it has got through. */
  long compute() {
    StepPlan plan = checked.plan(workers).steps();
    long step = begin.position().step();
    Network network = checked.network();
    long fixed = Float.BYTES * (long) network.length() + Integer.BYTES * (long) plan.examples();
    if (step >= plan.steps() || fixed > bytes / 2) {
      return 0;
    }
    long examples = 0;
    try {
      BlockComputation computation =
          new BlockComputation(
              checked.job().objective(network),
              KernelsFactory.create(),
              network.rowsWithin(bytes / 2));
      Dataset train = checked.data().train();
      float[] gradient = new float[network.length()];
      for (Block block : firstWorkers(plan.shards())) {
        if (!plan.isEmpty(step, block)) {
          Statistics statistics =
              computation.train(
                  plan, step, block, train, begin.weights(), gradient, (index, known) -> {});
          examples += statistics.examples();
        }
      }
    } catch (RuntimeException | Error e) {
      // The step itself tells.
    }
    return examples;
  }

  /** Where all workers are as fast as each other. */
  private List<Block> firstWorkers(int shards) {
    return Block.cover(0, Math.max(1, shards / workers), shards);
  }
}
