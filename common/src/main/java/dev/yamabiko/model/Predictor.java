package dev.yamabiko.model;

import dev.yamabiko.nn.Loss;
import dev.yamabiko.nn.NetworkPass;
import dev.yamabiko.tensor.Kernels;
import dev.yamabiko.tensor.ShardRows;

/**
 * Runs batches of inputs through a trained model. An example's outputs depend on that example
 * alone, so they are those that training saw when it evaluated, whatever the batches are. One
 * instance serves one thread; it holds that thread's workspace.
 */
public final class Predictor {

  /** The most examples of one batch, where memory lets them be. */
  public static final int BATCH = 256;

  private final TrainedModel model;
  private final Loss loss;
  private final NetworkPass pass;
  private final int features;
  private final int width;
  private final int batch;
  private final float[] predictions;
  private float[] outputs;

  /** Activations may take half the memory, as they may in training. */
  public Predictor(TrainedModel model, Kernels kernels) {
    this(model, kernels, Runtime.getRuntime().maxMemory() / 2);
  }

  /**
   * @param activationBytes what activations may take; a batch has at least one example
   */
  public Predictor(TrainedModel model, Kernels kernels, long activationBytes) {
    this.model = model;
    loss = model.job().loss();
    pass = new NetworkPass(model.network(), kernels);
    features = model.network().outputShape().size();
    width = loss.predictedWidth(features, model.targets());
    batch = Math.min(BATCH, model.network().rowsWithin(activationBytes));
    predictions = new float[batch * Math.max(width, features)];
  }

  /** Where the caller puts a batch's inputs, one after the other, before {@link #predict}. */
  public float[] inputs() {
    return pass.input(batch);
  }

  /** The most examples that {@link #inputs} takes; their number changes no bit. */
  public int batch() {
    return batch;
  }

  /** Probabilities of one example, one for each class, or values, one for each target. */
  public int width() {
    return width;
  }

  /**
   * What the model says of the first examples in {@link #inputs}: probabilities, or values in the
   * model's units. The array is used again.
   */
  public float[] predict(int rows) {
    outputs = pass.forward(model.weights(), ShardRows.single(rows), null);
    loss.predict(pass.kernels(), rows, features, model.targets(), outputs, predictions);
    return predictions;
  }

  /** The class of an example of the last {@link #predict}, as training counts it. */
  public int predictedClass(int row) {
    return loss.predictedClass(features, outputs, row * features);
  }
}
