package dev.yamabiko.benchmarks.compare.libtorch;

import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Blocks;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.pooling.Pool;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.initializer.Initializer;
import ai.djl.training.initializer.XavierInitializer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import dev.yamabiko.benchmarks.compare.Cell;
import dev.yamabiko.benchmarks.compare.Contestant;
import dev.yamabiko.benchmarks.compare.ImageSet;
import java.util.ArrayList;
import java.util.List;

/**
 * libtorch behind DJL's own blocks, trainer and optimizer. All batches lie in libtorch's memory
 * before the first step. OMP_NUM_THREADS sets its threads, and the property {@code
 * ai.djl.pytorch.num_threads}.
 */
public final class LibtorchContestant implements Contestant {

  private static final Initializer HE =
      new XavierInitializer(
          XavierInitializer.RandomType.GAUSSIAN, XavierInitializer.FactorType.IN, 2);

  private record Batch(NDList images, NDList labels) {}

  private final Model model;
  private final Trainer trainer;
  private final List<Batch> batches = new ArrayList<>();

  private LibtorchContestant(Cell cell, ImageSet data) {
    Engine.getEngine("PyTorch").setRandomSeed(1);
    model = Model.newInstance("contestant", "PyTorch");
    model.setBlock(cell.isCnn() ? cnn() : mlp());
    trainer =
        model.newTrainer(
            new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                .optInitializer(HE, Parameter.Type.WEIGHT)
                .optOptimizer(
                    Optimizer.sgd().setLearningRateTracker(Tracker.fixed(LEARNING_RATE)).build()));
    int batch = cell.batch();
    Shape images = new Shape(batch, 1, ImageSet.SIDE, ImageSet.SIDE);
    trainer.initialize(images);
    NDManager memory = model.getNDManager();
    for (int b = 0; b < data.size() / batch; b++) {
      batches.add(
          new Batch(
              new NDList(memory.create(data.images(b, batch), images)),
              new NDList(memory.create(data.labels(b, batch)))));
    }
  }

  private static SequentialBlock mlp() {
    return new SequentialBlock()
        .add(Blocks.batchFlattenBlock(ImageSet.PIXELS))
        .add(Linear.builder().setUnits(512).build())
        .add(Activation.reluBlock())
        .add(Linear.builder().setUnits(256).build())
        .add(Activation.reluBlock())
        .add(Linear.builder().setUnits(ImageSet.CLASSES).build());
  }

  private static SequentialBlock cnn() {
    SequentialBlock block = new SequentialBlock();
    for (int filters : new int[] {32, 64}) {
      block
          .add(Conv2d.builder().setKernelShape(new Shape(3, 3)).setFilters(filters).build())
          .add(Activation.reluBlock())
          .add(Pool.maxPool2dBlock(new Shape(2, 2), new Shape(2, 2)));
    }
    return block
        .add(Blocks.batchFlattenBlock())
        .add(Linear.builder().setUnits(128).build())
        .add(Activation.reluBlock())
        .add(Linear.builder().setUnits(ImageSet.CLASSES).build());
  }

  @Override
  public float step(int b) {
    Batch batch = batches.get(b);
    float value;
    try (GradientCollector collector = trainer.newGradientCollector()) {
      NDList scores = trainer.forward(batch.images());
      NDArray loss = trainer.getLoss().evaluate(batch.labels(), scores);
      collector.backward(loss);
      value = loss.getFloat();
      scores.close();
      loss.close();
    }
    trainer.step();
    return value;
  }

  @Override
  public void close() {
    trainer.close();
    model.close();
  }

  public static void main(String[] args) {
    Contestant.main(args, LibtorchContestant::new);
  }
}
