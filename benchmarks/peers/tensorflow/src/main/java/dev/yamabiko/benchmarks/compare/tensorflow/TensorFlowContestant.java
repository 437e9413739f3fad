package dev.yamabiko.benchmarks.compare.tensorflow;

import dev.yamabiko.benchmarks.compare.Cell;
import dev.yamabiko.benchmarks.compare.Contestant;
import dev.yamabiko.benchmarks.compare.ImageSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gradients;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Variable;
import org.tensorflow.op.nn.SoftmaxCrossEntropyWithLogits;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * TensorFlow in graph mode: one call of the session for each step, images as [batch, 28, 28, 1],
 * the layout that its convolutions want. All batches lie in its memory before the first step.
 * Threads are those of the session's configuration.
 */
public final class TensorFlowContestant implements Contestant {

  private record Batch(TFloat32 images, TFloat32 labels) {}

  private final Graph graph = new Graph();
  private final Ops tf = Ops.create(graph);
  private final Random random = new Random(1);
  private final List<Variable<TFloat32>> weights = new ArrayList<>();
  private final List<Operand<TFloat32>> initial = new ArrayList<>();

  private final Session session;
  private final Placeholder<TFloat32> images;
  private final Placeholder<TFloat32> labels;
  private final Operand<TFloat32> loss;
  private final List<Operand<TFloat32>> updates = new ArrayList<>();
  private final List<Batch> batches = new ArrayList<>();

  private TensorFlowContestant(Cell cell, ImageSet data) {
    int batch = cell.batch();
    Shape shape = Shape.of(batch, ImageSet.SIDE, ImageSet.SIDE, 1);
    images = tf.placeholder(TFloat32.class, Placeholder.shape(shape));
    labels = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(batch, ImageSet.CLASSES)));
    Operand<TFloat32> scores = cell.isCnn() ? cnn() : mlp();
    Operand<TFloat32> losses =
        SoftmaxCrossEntropyWithLogits.create(tf.scope(), scores, labels).loss();
    loss = tf.math.mean(losses, tf.constant(0));
    Gradients gradients = tf.gradients(loss, weights);
    Operand<TFloat32> rate = tf.constant(LEARNING_RATE);
    for (int i = 0; i < weights.size(); i++) {
      updates.add(tf.train.applyGradientDescent(weights.get(i), rate, gradients.dy(i)));
    }
    ConfigProto configuration =
        ConfigProto.newBuilder()
            .setIntraOpParallelismThreads(cell.threads())
            .setInterOpParallelismThreads(cell.threads())
            .build();
    session = new Session(graph, configuration);
    Session.Runner start = session.runner();
    for (int i = 0; i < weights.size(); i++) {
      start.addTarget(tf.assign(weights.get(i), initial.get(i)));
    }
    start.run().close();
    for (int b = 0; b < data.size() / batch; b++) {
      batches.add(
          new Batch(
              TFloat32.tensorOf(shape, DataBuffers.of(data.images(b, batch))),
              TFloat32.tensorOf(
                  Shape.of(batch, ImageSet.CLASSES), DataBuffers.of(data.oneHot(b, batch)))));
    }
  }

  private Operand<TFloat32> mlp() {
    Operand<TFloat32> x = tf.reshape(images, tf.constant(new int[] {-1, ImageSet.PIXELS}));
    x = tf.nn.relu(dense(x, ImageSet.PIXELS, 512));
    x = tf.nn.relu(dense(x, 512, 256));
    return dense(x, 256, ImageSet.CLASSES);
  }

  private Operand<TFloat32> cnn() {
    Operand<TFloat32> x = pool(tf.nn.relu(convolution(images, 1, 32)));
    x = pool(tf.nn.relu(convolution(x, 32, 64)));
    x = tf.reshape(x, tf.constant(new int[] {-1, 1600}));
    x = tf.nn.relu(dense(x, 1600, 128));
    return dense(x, 128, ImageSet.CLASSES);
  }

  private Operand<TFloat32> dense(Operand<TFloat32> x, int in, int out) {
    return tf.nn.biasAdd(
        tf.linalg.matMul(x, variable(in, Shape.of(in, out))), variable(0, Shape.of(out)));
  }

  private Operand<TFloat32> convolution(Operand<TFloat32> x, int in, int out) {
    Operand<TFloat32> kernels = variable(9 * in, Shape.of(3, 3, in, out));
    return tf.nn.biasAdd(
        tf.nn.conv2d(x, kernels, List.of(1L, 1L, 1L, 1L), "VALID"), variable(0, Shape.of(out)));
  }

  private Operand<TFloat32> pool(Operand<TFloat32> x) {
    Operand<TInt32> window = tf.constant(new int[] {1, 2, 2, 1});
    return tf.nn.maxPool(x, window, window, "VALID");
  }

  /**
   * He's initialisation.
   *
   * @param in inputs of each unit, 0 for biases
   */
  private Variable<TFloat32> variable(int in, Shape shape) {
    float[] values = new float[(int) shape.size()];
    for (int i = 0; i < values.length && in > 0; i++) {
      values[i] = (float) (random.nextGaussian() * Math.sqrt(2.0 / in));
    }
    Variable<TFloat32> variable = tf.variable(shape, TFloat32.class);
    weights.add(variable);
    initial.add(tf.constant(shape, DataBuffers.of(values)));
    return variable;
  }

  @Override
  public float step(int b) {
    Batch batch = batches.get(b);
    Session.Runner runner =
        session.runner().feed(images, batch.images()).feed(labels, batch.labels()).fetch(loss);
    for (Operand<TFloat32> update : updates) {
      runner.addTarget(update.op());
    }
    try (Result result = runner.run()) {
      return ((TFloat32) result.get(0)).getFloat();
    }
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }

  public static void main(String[] args) {
    Contestant.main(args, TensorFlowContestant::new);
  }
}
