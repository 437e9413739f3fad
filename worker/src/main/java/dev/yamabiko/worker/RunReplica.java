package dev.yamabiko.worker;

import dev.yamabiko.data.Dataset;
import dev.yamabiko.job.HeapNeed;
import dev.yamabiko.job.Job;
import dev.yamabiko.nn.Network;
import dev.yamabiko.protocol.DataPart;
import dev.yamabiko.protocol.FloatSegment;
import dev.yamabiko.step.Block;
import dev.yamabiko.step.BlockComputation;
import dev.yamabiko.step.ChunkGrid;
import dev.yamabiko.step.EvaluationPlan;
import dev.yamabiko.step.Measures;
import dev.yamabiko.step.Objective;
import dev.yamabiko.step.Rounding;
import dev.yamabiko.step.Statistics;
import dev.yamabiko.step.StepPlan;
import dev.yamabiko.tensor.KernelsFactory;
import dev.yamabiko.wire.BulkSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A worker's copy of a run: data, network, the weights of one step, and the workspaces of its
 * compute threads. Used by one thread at a time, which may have others compute for it.
 *
 * <p>Gradient buffers are used again in the next step: weights[t + 1] are complete only once step t
 * has closed on every slice, and nobody reads a contribution of a closed step.
 *
 * <p>Memory: the weights (unless the slices are in this process), a gradient for each piece of a
 * step's blocks ({@link CutBlock}: as many as there are blocks, or threads where those are more),
 * and each thread's activations.
 */
final class RunReplica {

  /**
   * Takes the gradient of one block for one slice, as soon as it is final; on any compute thread.
   */
  interface Contributions {
    void contribute(Block block, int slice, FloatSegment gradient, Statistics statistics);
  }

  /** Takes the measures of one part of a dataset; on any compute thread. */
  interface Evaluations {
    void evaluated(int part, Measures measures);
  }

  private final Network network;
  private final TrainingData data;
  private final StepPlan plan;
  private final Rounding rounding;
  private final ComputeThreads threads;
  private final int[] sliceFrom;
  private final boolean besideSlices;
  private final List<float[]> gradients = new ArrayList<>();
  private long installed = -1;

  /** Of the installed step: the slices' own whole vector, or {@link #copied}. */
  private float[] weights;

  /** Null until it is needed. */
  private float[] copied;

  /** A copy to train on, where weights are rounded; the others are to be evaluated. */
  private final float[] rounded;

  /** Buffers taken in the current step; those of the same step are not used twice. */
  private int used;

  /** What has been computed of the current step. */
  private final Map<Block, CutBlock> computed = new HashMap<>();

  private long usedIn = -1;

  /**
   * @param processor of whose memory for activations each thread computes at least one example at a
   *     time
   */
  RunReplica(Job job, TrainingData data, int slices, Processor processor) {
    this.data = data;
    besideSlices = processor.besideSlices();
    network = job.model().build(data.train().inputShape());
    if (!besideSlices) {
      HeapNeed.requireWeights(network.length(), BulkSettings.DEFAULT.memory().receiveBytes());
    }
    plan = new StepPlan(data.train().size(), job.batchSize(), job.shards(), job.epochs());
    int mostRows = network.rowsWithin(processor.activationBytes() / processor.threads());
    Objective objective = job.objective(network);
    rounding = objective.rounding();
    threads =
        new ComputeThreads(
            processor.pieces(),
            processor.threads(),
            () -> new BlockComputation(objective, KernelsFactory.create(), mostRows));
    rounded = new float[rounding.ofWeights() ? network.length() : 0];
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
    weights = besideSlices && isWhole(slices) ? slices.get(0).values() : copy(slices);
    installed = step;
  }

  private float[] copy(List<FloatSegment> slices) {
    if (copied == null) {
      copied = new float[network.length()];
    }
    for (int k = 0; k < slices.size(); k++) {
      FloatSegment slice = slices.get(k);
      if (slice.length() != sliceFrom[k + 1] - sliceFrom[k]) {
        throw new IllegalStateException("slice " + k + " has " + slice.length() + " floats");
      }
      System.arraycopy(slice.values(), slice.at(), copied, sliceFrom[k], slice.length());
    }
    return copied;
  }

  /** Whether the slices lie side by side in one array and fill it. */
  private boolean isWhole(List<FloatSegment> slices) {
    float[] whole = slices.get(0).values();
    for (int k = 0; k < slices.size(); k++) {
      FloatSegment slice = slices.get(k);
      if (slice.values() != whole
          || slice.at() != sliceFrom[k]
          || slice.length() != sliceFrom[k + 1] - sliceFrom[k]) {
        return false;
      }
    }
    return whole.length == network.length();
  }

  /**
   * Computes the blocks with the installed weights, from the last layer to the first. A block that
   * has been computed in this step is contributed once more as it is.
   *
   * @return how many examples it has computed
   */
  int train(long step, List<Block> blocks, Contributions contributions) {
    if (step != usedIn) {
      usedIn = step;
      used = 0;
      computed.clear();
    }
    List<Block> left = new ArrayList<>();
    for (Block block : blocks) {
      CutBlock known = computed.get(block);
      if (known != null) {
        contribute(known, contributions);
      } else if (!plan.isEmpty(step, block)) {
        left.add(block);
      }
    }
    if (!left.isEmpty()) {
      compute(step, left, contributions);
    }
    return left.stream().mapToInt(block -> plan.rows(step, block).rows()).sum();
  }

  private void contribute(CutBlock block, Contributions contributions) {
    for (int slice = sliceFrom.length - 2; slice >= 0; slice--) {
      contribute(block, slice, contributions);
    }
  }

  private void contribute(CutBlock block, int slice, Contributions contributions) {
    int from = sliceFrom[slice];
    int to = sliceFrom[slice + 1];
    int narrow = rounding.narrowGradients(from, to);
    FloatSegment segment = new FloatSegment(block.sum(), from, to - from, narrow);
    contributions.contribute(block.block(), slice, segment, block.statistics());
  }

  private void compute(long step, List<Block> blocks, Contributions contributions) {
    if (rounding.ofWeights()) {
      System.arraycopy(weights, 0, rounded, 0, rounded.length);
      rounding.weights(rounded);
    }
    List<List<Block>> cut = CutBlock.cut(plan, step, blocks, threads.count());
    List<CutBlock> all = new ArrayList<>();
    List<Consumer<BlockComputation>> work = new ArrayList<>();
    for (int b = 0; b < blocks.size(); b++) {
      List<Block> pieces = cut.get(b);
      List<float[]> sums = pieces.stream().map(piece -> gradient(used++)).toList();
      CutBlock block =
          new CutBlock(step, blocks.get(b), pieces, rounding, sums, sliceFrom.length - 1);
      all.add(block);
      for (int piece = 0; piece < pieces.size(); piece++) {
        int number = piece;
        work.add(computation -> train(step, block, number, computation, contributions));
      }
    }
    threads.run(work);
    all.forEach(block -> computed.put(block.block(), block));
  }

  private void train(
      long step,
      CutBlock block,
      int piece,
      BlockComputation computation,
      Contributions contributions) {
    int[] unsent = {sliceFrom.length - 1};
    computation.train(
        plan,
        step,
        block.pieces().get(piece),
        data.train(),
        rounding.ofWeights() ? rounded : weights,
        block.gradient(piece),
        (index, statistics) -> {
          while (unsent[0] > 0 && sliceFrom[unsent[0] - 1] >= index) {
            int slice = --unsent[0];
            int from = sliceFrom[slice];
            int to = sliceFrom[slice + 1];
            if (block.finished(piece, slice, from, to, statistics)) {
              contribute(block, slice, contributions);
            }
          }
        });
  }

  private float[] gradient(int buffer) {
    if (buffer == gradients.size()) {
      gradients.add(new float[network.length()]);
    }
    return gradients.get(buffer);
  }

  /**
   * The parts [from, to) of the dataset with the installed weights.
   *
   * @param all whether all that can be measured is, or statistics alone
   */
  void evaluate(DataPart data, boolean all, int from, int to, Evaluations evaluations) {
    if (rounding.ofWeights(plan, installed)) {
      throw new IllegalStateException("weights[%d] come rounded, to train on".formatted(installed));
    }
    Dataset examples = this.data.part(data);
    EvaluationPlan parts = new EvaluationPlan(examples.size());
    List<Consumer<BlockComputation>> work = new ArrayList<>();
    for (int i = from; i < to; i++) {
      int part = i;
      work.add(
          computation ->
              evaluations.evaluated(
                  part, measure(computation, all, examples, parts.from(part), parts.to(part))));
    }
    threads.run(work);
  }

  private Measures measure(
      BlockComputation computation, boolean all, Dataset examples, int from, int to) {
    return all
        ? computation.measure(examples, from, to, weights)
        : Measures.of(computation.evaluate(examples, from, to, weights));
  }
}
