package dev.yamabiko.api;

import dev.yamabiko.coordinator.WriteFailure;
import dev.yamabiko.data.InputForm;
import dev.yamabiko.data.InputOrigin;
import dev.yamabiko.data.InputSink;
import dev.yamabiko.data.RowInputs;
import dev.yamabiko.model.AtomicFile;
import dev.yamabiko.model.InputBatches;
import dev.yamabiko.model.Predictor;
import dev.yamabiko.model.Safetensors;
import dev.yamabiko.model.TrainedModel;
import dev.yamabiko.model.WeightsHash;
import dev.yamabiko.tensor.KernelsFactory;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/**
 * A trained model: weights, and what its inputs and outputs mean. Immutable, and for any number of
 * threads at once; as many as there are cores compute, others wait their turn. It predicts what
 * {@code yamabiko predict} does, to the last bit, however inputs are batched.
 */
public final class Model {

  /** What the activations of one thread may take, where one input needs less. */
  private static final long ACTIVATION_BYTES = 32L << 20;

  private final TrainedModel trained;
  private final List<String> outputs;
  private final Semaphore turns = new Semaphore(Runtime.getRuntime().availableProcessors());

  /** Those that nobody uses; at most as many as there are {@link #turns}. */
  private final Deque<Predictor> idle = new ArrayDeque<>();

  Model(TrainedModel trained) {
    this.trained = trained;
    outputs = trained.targets().keys();
  }

  /**
   * Reads a model, and checks its weights against their hash.
   *
   * @param runDirectoryOrFile a model file, or a run directory that holds one
   * @throws YamabikoException saying what is wrong with it, or which of its layers, or whether its
   *     loss, is an extension with other content in this JVM than where it was trained
   */
  public static Model load(Path runDirectoryOrFile) {
    Objects.requireNonNull(runDirectoryOrFile, "runDirectoryOrFile");
    try {
      return new Model(TrainedModel.loadToCompute(runDirectoryOrFile));
    } catch (RuntimeException e) {
      throw YamabikoException.of(e);
    }
  }

  /** The shape of one input: {@code [features]}, or {@code [channels, height, width]}. */
  public List<Integer> inputShape() {
    return trained.network().inputShape().dimensions();
  }

  /**
   * The names of the classes, or of the values, that it predicts, in order; none is there twice: of
   * two targets that are called "x" the second is "x (2)".
   */
  public List<String> outputs() {
    return outputs;
  }

  /** The hash that results and model files name the weights by, in hexadecimal digits. */
  public String weightsSha256() {
    return WeightsHash.sha256(trained.weights());
  }

  /**
   * What it makes of one input as the network sees it: scaled, categories as zeros and ones.
   *
   * @param input row by row, of an image channel by channel; not kept
   * @throws YamabikoException if it has another length than {@link #inputShape} says, or holds what
   *     is not finite
   */
  public Prediction predict(float[] input) {
    return predict(new float[][] {input}).get(0);
  }

  /** The same of several inputs, in their order. */
  public List<Prediction> predict(float[][] inputs) {
    Objects.requireNonNull(inputs, "inputs");
    return predict(
        batches -> {
          for (int i = 0; i < inputs.length; i++) {
            requireInput(inputs[i], i);
            batches.accept(new InputOrigin.Row(i), inputs[i]);
          }
        });
  }

  private void requireInput(float[] input, int number) {
    int length = trained.network().inputShape().size();
    if (input == null || input.length != length) {
      throw YamabikoException.input(
          "input %d: the model takes inputs of shape %s, %d numbers, but this one %s"
              .formatted(
                  number,
                  trained.network().inputShape(),
                  length,
                  input == null ? "is null" : "has " + input.length),
          null);
    }
    for (int i = 0; i < length; i++) {
      if (!Float.isFinite(input[i])) {
        throw YamabikoException.input(
            "input %d: expected finite numbers but found %s at %d".formatted(number, input[i], i),
            null);
      }
    }
  }

  /**
   * What it makes of a row of a table as the training data had them: numbers as they are, words of
   * the columns of categories.
   *
   * @param row by the input columns' names, all of them and no others
   * @throws YamabikoException if it is no such row, or the model was not trained on a table; also
   *     if it was trained with lags: then it wants {@link #predictRows}
   */
  public Prediction predict(Map<String, ?> row) {
    if (trained.inputs().form() instanceof InputForm.Table table && table.lags() > 0) {
      throw YamabikoException.input(
          "the model was trained with lags = %d; expected rows for predictRows, oldest first, but found one row"
              .formatted(table.lags()),
          null);
    }
    return predictRows(Collections.singletonList(row)).get(0);
  }

  /**
   * The same of several rows, in their order. With lags, the oldest first, each prediction is of
   * the row behind as many rows as there are lags.
   */
  public List<Prediction> predictRows(List<? extends Map<String, ?>> rows) {
    Objects.requireNonNull(rows, "rows");
    return predict(
        batches -> {
          RowInputs inputs = trained.inputs().rows("rows", batches);
          rows.forEach(inputs::add);
          inputs.end();
        });
  }

  /**
   * What it makes of an image, which is treated as those of the training data: made grey, and
   * stretched to their size where the job says so.
   *
   * @throws YamabikoException if the model does not take images, or none of this size
   */
  public Prediction predict(BufferedImage image) {
    Objects.requireNonNull(image, "image");
    return predict(
            batches ->
                batches.accept(new InputOrigin.Row(0), trained.inputs().image("the image", image)))
        .get(0);
  }

  /**
   * What it makes of the inputs in a file, each read as the training data was, in their order.
   *
   * @param file a CSV table, a .npy array, images in an IDX file, an image, or a folder of images
   * @throws YamabikoException if it cannot be used
   */
  public List<Prediction> predictFile(Path file) {
    Objects.requireNonNull(file, "file");
    return predict(batches -> trained.inputs().read(file, batches));
  }

  private List<Prediction> predict(Consumer<InputSink> inputs) {
    List<Prediction> predictions = new ArrayList<>();
    turns.acquireUninterruptibly();
    try {
      Predictor predictor = take();
      InputBatches batches =
          new InputBatches(trained, predictor, p -> predictions.add(Prediction.of(p, outputs)));
      inputs.accept(batches);
      batches.finish();
      give(predictor);
    } catch (RuntimeException e) {
      throw YamabikoException.of(e);
    } finally {
      turns.release();
    }
    return predictions;
  }

  private Predictor take() {
    synchronized (idle) {
      if (!idle.isEmpty()) {
        return idle.pop();
      }
    }
    return new Predictor(trained, KernelsFactory.create(), ACTIVATION_BYTES);
  }

  private void give(Predictor predictor) {
    synchronized (idle) {
      idle.push(predictor);
    }
  }

  /**
   * Writes the model file that a run leaves, in the safetensors format; it appears whole or not at
   * all, and takes the place of one that is there.
   *
   * @throws YamabikoException if it cannot be written
   */
  public void save(Path file) {
    try {
      AtomicFile.write(
          file,
          part -> Safetensors.write(part, trained.network(), trained.weights(), trained.metadata()),
          AtomicFile.Gate.ofOneOfSeveral());
    } catch (IOException e) {
      throw YamabikoException.failed(
          "cannot write %s: %s".formatted(file, WriteFailure.reason(e)), e);
    }
  }
}
