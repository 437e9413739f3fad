package dev.yamabiko.worker;

import dev.yamabiko.data.Dataset;
import dev.yamabiko.job.Job;
import dev.yamabiko.nn.Network;
import dev.yamabiko.protocol.DataPart;
import dev.yamabiko.protocol.FloatSegment;
import dev.yamabiko.step.Block;
import dev.yamabiko.step.BlockComputation;
import dev.yamabiko.step.ChunkGrid;
import dev.yamabiko.step.EvaluationPlan;
import dev.yamabiko.step.Objective;
import dev.yamabiko.step.Statistics;
import dev.yamabiko.step.StepPlan;
import dev.yamabiko.tensor.Kernels;
import java.util.ArrayList;
import java.util.List;

/**
 * A worker's copy of a run: data, network, the weights of one step, and the workspace of its
 * compute thread. Belongs to that thread alone.
 *
 * <p>Gradient buffers are used again in the next step: weights[t + 1] are complete only once step t
 * has closed on every slice, and nobody reads a contribution of a closed step.
 */
final class RunReplica {

  /** Takes the gradient of one block for one slice, as soon as it is final. */
  interface Contributions {
    void contribute(Block block, int slice, FloatSegment gradient, Statistics statistics);
  }

  private final Network network;
  private final TrainingData data;
  private final StepPlan plan;
  private final BlockComputation computation;
  private final int[] sliceFrom;
  private final float[] weights;
  private final List<float[]> gradients = new ArrayList<>();
  private long installed = -1;

  /** Buffers taken in the current step; those of the same step are not used twice. */
  private int used;

  private long usedIn = -1;

  /**
   * @param activationBytes what activations may take; at least one example is computed at a time
   */
  RunReplica(Job job, TrainingData data, int slices, Kernels kernels, long activationBytes) {
    this.data = data;
    network = job.model().build(data.train().inputShape());
    plan = new StepPlan(data.train().size(), job.batchSize(), job.shards(), job.epochs());
    int mostRows = network.rowsWithin(activationBytes);
    Objective objective = new Objective(network, job.loss(), job.seed(), job.data().augment());
    computation = new BlockComputation(objective, kernels, mostRows);
    weights = new float[network.length()];
    sliceFrom = new int[slices + 1];
    for (int k = 0; k <= slices; k++) {
      sliceFrom[k] = ChunkGrid.sliceFrom(network.length(), slices, k);
    }
  }

  /** Makes weights[step] from its slices. */
  void install(long step, List<FloatSegment> slices) {
    if (installed == step) {
      return;
    }
    for (int k = 0; k < slices.size(); k++) {
      FloatSegment slice = slices.get(k);
      if (slice.length() != sliceFrom[k + 1] - sliceFrom[k]) {
        throw new IllegalStateException("slice " + k + " has " + slice.length() + " floats");
      }
      System.arraycopy(slice.values(), slice.at(), weights, sliceFrom[k], slice.length());
    }
    installed = step;
  }

  /** Examples of these blocks in this step. */
  int examples(long step, List<Block> blocks) {
    return blocks.stream().mapToInt(block -> plan.rows(step, block).rows()).sum();
  }

  /** Computes the blocks with the installed weights, from the last layer to the first. */
  void train(long step, List<Block> blocks, Contributions contributions) {
    if (step != usedIn) {
      usedIn = step;
      used = 0;
    }
    for (Block block : blocks) {
      if (!plan.isEmpty(step, block)) {
        train(step, block, gradient(used++), contributions);
      }
    }
  }

  private void train(long step, Block block, float[] gradient, Contributions contributions) {
    int[] unsent = {sliceFrom.length - 1};
    computation.train(
        plan,
        step,
        block,
        data.train(),
        weights,
        gradient,
        (index, statistics) -> {
          while (unsent[0] > 0 && sliceFrom[unsent[0] - 1] >= index) {
            int slice = --unsent[0];
            int length = sliceFrom[slice + 1] - sliceFrom[slice];
            FloatSegment segment = new FloatSegment(gradient, sliceFrom[slice], length);
            contributions.contribute(block, slice, segment, statistics);
          }
        });
  }

  private float[] gradient(int block) {
    if (block == gradients.size()) {
      gradients.add(new float[weights.length]);
    }
    return gradients.get(block);
  }

  /** Statistics of one part of the dataset with the installed weights. */
  Statistics evaluate(DataPart data, int part) {
    Dataset examples = this.data.part(data);
    EvaluationPlan parts = new EvaluationPlan(examples.size());
    return computation.evaluate(examples, parts.from(part), parts.to(part), weights);
  }
}
