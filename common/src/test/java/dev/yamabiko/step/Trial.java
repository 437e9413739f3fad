package dev.yamabiko.step;

import dev.yamabiko.data.Augmentations;
import dev.yamabiko.data.Dataset;
import dev.yamabiko.data.NoiseData;
import dev.yamabiko.data.Targets;
import dev.yamabiko.extension.Stretch;
import dev.yamabiko.nn.Activation;
import dev.yamabiko.nn.AveragePool;
import dev.yamabiko.nn.BatchNorm;
import dev.yamabiko.nn.Conv2d;
import dev.yamabiko.nn.Dense;
import dev.yamabiko.nn.Dropout;
import dev.yamabiko.nn.Flatten;
import dev.yamabiko.nn.Gelu;
import dev.yamabiko.nn.HalfSquaredError;
import dev.yamabiko.nn.Initializer;
import dev.yamabiko.nn.LayerNorm;
import dev.yamabiko.nn.LayerSpec;
import dev.yamabiko.nn.LeakyRelu;
import dev.yamabiko.nn.Loss;
import dev.yamabiko.nn.MaxPool;
import dev.yamabiko.nn.Network;
import dev.yamabiko.nn.Region;
import dev.yamabiko.nn.Residual;
import dev.yamabiko.nn.SoftmaxCrossEntropy;
import dev.yamabiko.optim.Clipping;
import dev.yamabiko.optim.Optimizer;
import dev.yamabiko.optim.Schedule;
import dev.yamabiko.tensor.Kernels;
import dev.yamabiko.tensor.KernelsFactory;
import dev.yamabiko.tensor.Philox;
import dev.yamabiko.tensor.ScalarKernels;
import dev.yamabiko.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/** A small training job, computed plainly or cut into blocks and slices in a random way. */
record Trial(
    Network network,
    Loss loss,
    Dataset data,
    StepPlan plan,
    UpdateRule rule,
    Communication communication) {

  Trial(Network network, Loss loss, Dataset data, StepPlan plan, UpdateRule rule) {
    this(network, loss, data, plan, rule, Communication.EXACT);
  }

  Trial with(Communication other) {
    return new Trial(network, loss, data, plan, rule, other);
  }

  static final long SEED = 21;

  /** About 29,000 parameters, more than seven chunks of the grid. */
  static final List<LayerSpec> PERCEPTRON =
      List.of(
          new Dense.Spec(700, Initializer.HE),
          new Activation.Spec(Activation.Kind.RELU),
          new Dense.Spec(10, Initializer.HE));

  /** Pooled convolutions, computed in one each, with an image in tiles between them. */
  static final List<LayerSpec> CONVOLUTIONAL =
      List.of(
          new Conv2d.Spec(32, 3, 3, 1, 1, 1, Initializer.HE),
          new Activation.Spec(Activation.Kind.RELU),
          new MaxPool.Spec(2, 2),
          new Conv2d.Spec(32, 3, 3, 1, 1, 1, Initializer.HE),
          new MaxPool.Spec(2, 2),
          new Flatten.Spec(),
          new Dense.Spec(9, Initializer.HE),
          new Activation.Spec(Activation.Kind.TANH),
          new Dense.Spec(3, Initializer.GLOROT));

  /** Layers of {@link #mixed}: a dense one, and a batch-norm. */
  static final Set<Integer> FROZEN = Set.of(1, 9);

  /** Layer of {@link #imageNormed} and {@link #layerNormed}: a batch-norm above trained ones. */
  static final Set<Integer> FROZEN_NORM = Set.of(4);

  private static final LayerSpec CONVOLUTION = new Conv2d.Spec(5, 3, 3, 1, 1, 1, Initializer.HE);
  private static final LayerSpec RELU = new Activation.Spec(Activation.Kind.RELU);

  static Trial perceptron(StepPlan plan, Optimizer optimizer, OptionalDouble clipNorm) {
    Dataset data = NoiseData.classes(plan.examples(), Shape.of(30), 10, 5);
    Network network = Network.build(data.inputShape(), PERCEPTRON);
    return new Trial(network, new SoftmaxCrossEntropy(), data, plan, rule(optimizer, clipNorm));
  }

  static Trial convolutional(StepPlan plan, Optimizer optimizer, OptionalDouble clipNorm) {
    Targets targets =
        new Targets.Values(
            List.of(Targets.Value.plain("a"), Targets.Value.plain("b"), Targets.Value.plain("c")));
    Dataset data = new NoiseData(plan.examples(), Shape.of(2, 7, 6), targets, 5);
    Network network = Network.build(data.inputShape(), CONVOLUTIONAL);
    return new Trial(network, new HalfSquaredError(), data, plan, rule(optimizer, clipNorm));
  }

  /** Random layers, buffers, a block and a frozen layer; no shard may hold a single example. */
  static Trial mixed(StepPlan plan, UpdateRule rule) {
    Dataset data = NoiseData.classes(plan.examples(), Shape.of(2, 6, 6), 4, 5);
    LayerSpec norm = new BatchNorm.Spec(0.1f, 1e-5f);
    List<LayerSpec> model =
        List.of(
            new Conv2d.Spec(5, 3, 3, 1, 1, 1, Initializer.HE),
            norm,
            new LeakyRelu.Spec(0.01f),
            new Residual.Spec(
                List.of(new Conv2d.Spec(5, 3, 3, 1, 1, 1, Initializer.HE), norm, new Gelu.Spec()),
                List.of(new Conv2d.Spec(5, 1, 1, 1, 0, 0, Initializer.HE))),
            new AveragePool.Spec(2, 2),
            new Dropout.Spec(0.2f),
            new Flatten.Spec(),
            new Dense.Spec(97, Initializer.HE),
            norm,
            new Dense.Spec(60, Initializer.HE),
            new LayerNorm.Spec(1e-5f),
            new Residual.Spec(
                List.of(new Dense.Spec(60, Initializer.HE), new Dropout.Spec(0.5f)), List.of()),
            new Dense.Spec(4, Initializer.HE));
    Network network = Network.build(data.inputShape(), model, FROZEN);
    return new Trial(
        network, new SoftmaxCrossEntropy(List.of(1f, 2f, 0.5f, 1f), 0.1f), data, plan, rule);
  }

  /** Statistics over the pixels of a shard alone, so that even a shard of one example has some. */
  static Trial imageNormed(StepPlan plan, UpdateRule rule) {
    LayerSpec norm = new BatchNorm.Spec(0.1f, 1e-5f);
    return classes(
        plan, rule, List.of(CONVOLUTION, norm, RELU, CONVOLUTION, norm, new Flatten.Spec()));
  }

  /** Every layer is computed example by example, and so in pieces, but for parameter gradients. */
  static Trial layerNormed(StepPlan plan, UpdateRule rule) {
    LayerSpec norm = new LayerNorm.Spec(1e-5f);
    LayerSpec frozen = new BatchNorm.Spec(0.1f, 1e-5f);
    return classes(plan, rule, List.of(CONVOLUTION, norm, RELU, new Flatten.Spec(), frozen, norm));
  }

  /** Layers as a user might write them, one of them frozen. */
  static Trial users(StepPlan plan, UpdateRule rule) {
    LayerSpec dense = new Dense.Spec(90, Initializer.HE);
    LayerSpec stretch = new Stretch(0);
    return classes(
        plan,
        rule,
        List.of(new Flatten.Spec(), dense, stretch, RELU, stretch, new LayerNorm.Spec(1e-5f)));
  }

  private static Trial classes(StepPlan plan, UpdateRule rule, List<LayerSpec> model) {
    Dataset data = NoiseData.classes(plan.examples(), Shape.of(2, 6, 6), 4, 5);
    List<LayerSpec> whole = new ArrayList<>(model);
    whole.add(new Dense.Spec(4, Initializer.HE));
    Network network = Network.build(data.inputShape(), whole, FROZEN_NORM);
    return new Trial(network, new SoftmaxCrossEntropy(), data, plan, rule);
  }

  static UpdateRule rule(Optimizer optimizer, OptionalDouble clipNorm) {
    Optional<Clipping> clipping =
        clipNorm.isPresent()
            ? Optional.of(new Clipping.GlobalNorm(clipNorm.getAsDouble()))
            : Optional.empty();
    return new UpdateRule(optimizer, new Schedule.Constant(), clipping);
  }

  Objective objective() {
    return new Objective(network, loss, SEED, Augmentations.NONE, communication);
  }

  PlainStep plain(Kernels kernels) {
    return new PlainStep(plan, objective(), rule, data, kernels);
  }

  /** The weights after every step, by the plain step. */
  List<float[]> plainly(Kernels kernels, int steps) {
    PlainStep plain = plain(kernels);
    List<float[]> all = new ArrayList<>();
    float[] weights = network.initialWeights(SEED);
    for (long step = 0; step < steps; step++) {
      weights = plain.apply(step, weights);
      all.add(weights);
    }
    return all;
  }

  /**
   * The weights after every step, from blocks cut at random in every step, computed by workers with
   * different kernels and memory and arriving in random order at K slices, each with vectors of its
   * own or parts of common ones.
   */
  List<float[]> inPieces(int slices, Philox random, int steps) {
    float[] weights = network.initialWeights(SEED);
    int n = network.length();
    SliceStep[] owners = new SliceStep[slices];
    Rounding rounding = objective().rounding();
    boolean common = random.nextInt(2) == 0;
    float[][] whole = new float[2][n];
    float[][] state = new float[rule.optimizer().stateVectors()][n];
    for (int k = 0; k < slices; k++) {
      int from = ChunkGrid.sliceFrom(n, slices, k);
      int to = ChunkGrid.sliceFrom(n, slices, k + 1);
      List<Region> regions = network.regions();
      owners[k] =
          common
              ? new SliceStep(from, to, plan, rule, regions, rounding, whole, state)
              : new SliceStep(from, to, plan, rule, regions, rounding);
      owners[k].restore(0, weights, new float[rule.optimizer().stateVectors()][n]);
    }
    List<BlockComputation> workers =
        List.of(
            worker(new ScalarKernels(), BlockComputation.ALL),
            worker(KernelsFactory.create(), BlockComputation.ALL),
            worker(KernelsFactory.create(), 1 + random.nextInt(7)));
    List<float[]> all = new ArrayList<>();
    for (long step = 0; step < steps; step++) {
      List<BlockSum.Part> parts = new ArrayList<>();
      float[] sent = weights.clone();
      objective().rounding().weights(sent);
      for (Block block : randomCover(random)) {
        if (!plan.isEmpty(step, block)) {
          BlockComputation worker = workers.get(random.nextInt(workers.size()));
          parts.add(random.nextInt(parts.size() + 1), compute(worker, step, block, sent, random));
        }
      }
      weights = update(owners, step, parts);
      all.add(weights);
    }
    return all;
  }

  private BlockComputation worker(Kernels kernels, int mostRows) {
    return new BlockComputation(objective(), kernels, mostRows);
  }

  private BlockSum.Part compute(
      BlockComputation worker, long step, Block block, float[] weights, Philox random) {
    float[] gradient = new float[network.length()];
    // What was in the array before must not matter.
    Arrays.fill(gradient, random.nextFloat());
    Statistics statistics =
        worker.train(plan, step, block, data, weights, gradient, (index, known) -> {});
    return new BlockSum.Part(block, gradient, 0, statistics);
  }

  /** Step 0's, from the first weights. */
  float[] gradientOfFirstShard(int mostRows) {
    float[] gradient = new float[network.length()];
    worker(KernelsFactory.create(), mostRows)
        .train(
            plan,
            0,
            new Block(0, 1),
            data,
            network.initialWeights(SEED),
            gradient,
            (index, known) -> {});
    return gradient;
  }

  /** Nodes of the tree that cover all shards, as several workers might hold them. */
  private List<Block> randomCover(Philox random) {
    List<Block> cover = new ArrayList<>();
    int from = 0;
    while (from < plan.shards()) {
      int to = from + 1 + random.nextInt(plan.shards() - from);
      for (Block block : Block.cover(from, to, plan.shards())) {
        if (!block.isLeaf() && random.nextInt(4) == 0) {
          cover.add(block.left());
          cover.add(block.right());
        } else {
          cover.add(block);
        }
      }
      from = to;
    }
    return cover;
  }

  private float[] update(SliceStep[] owners, long step, List<BlockSum.Part> parts) {
    int n = network.length();
    double[] squares = {};
    for (int k = 0; k < owners.length; k++) {
      int from = ChunkGrid.sliceFrom(n, owners.length, k);
      List<BlockSum.Part> own = new ArrayList<>();
      for (BlockSum.Part part : parts) {
        own.add(new BlockSum.Part(part.block(), part.values(), from, part.statistics()));
      }
      Statistics statistics = owners[k].aggregate(step, own);
      if (statistics.examples() != plan.batchExamples(step)) {
        throw new AssertionError(statistics + " in step " + step);
      }
      double[] more = owners[k].needsNorm() ? owners[k].squares() : new double[0];
      int at = squares.length;
      squares = Arrays.copyOf(squares, at + more.length);
      System.arraycopy(more, 0, squares, at, more.length);
    }
    double norm = Math.sqrt(ChunkGrid.total(squares));
    float[] next = new float[n];
    for (int k = 0; k < owners.length; k++) {
      SliceStep owner = owners[k];
      owner.update(step, norm);
      int from = ChunkGrid.sliceFrom(n, owners.length, k);
      System.arraycopy(owner.weights(step + 1), owner.weightsAt(), next, from, owner.length());
    }
    return next;
  }

  static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
    return bits;
  }
}
