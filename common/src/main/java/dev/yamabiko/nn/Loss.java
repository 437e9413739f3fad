package dev.yamabiko.nn;

import dev.yamabiko.data.Targets;
import dev.yamabiko.tensor.Kernels;
import dev.yamabiko.tensor.Shape;
import java.util.Objects;
import java.util.Optional;

/**
 * The gap between what the network says and what it should say. E is a sum over outputs of one
 * example; the loss that is minimised is its mean over the examples of the global batch. Everything
 * here is per example or summed; the division by the batch's size happens once, after the sum over
 * shards.
 */
public interface Loss {

  /** As job files spell it. */
  String kind();

  /**
   * Checks that the loss fits the network's output and the data's targets.
   *
   * @throws ShapeMismatchException saying what was expected and what was found
   */
  void check(Shape output, Targets targets);

  /**
   * E of every example, and G = dE/dY.
   *
   * @param y the network's output [rows, features]
   * @param t the targets [rows, width]
   * @param e E per example
   * @param g null when only the loss is wanted
   */
  void evaluate(
      Kernels kernels, int rows, int features, float[] y, float[] t, double[] e, float[] g);

  /**
   * Why this loss cannot be asked of a target; {@link #check} cannot see the numbers themselves.
   *
   * @param target one value of the targets, as the model is given it
   */
  default Optional<String> refusesTarget(float target) {
    return Optional.empty();
  }

  /**
   * What the outputs mean, in the form that people use: by default they are the values themselves.
   *
   * @param p probabilities, one per class, or values [rows, {@link #predictedWidth}]; another array
   *     than y
   */
  default void predict(
      Kernels kernels, int rows, int features, Targets targets, float[] y, float[] p) {
    System.arraycopy(y, 0, p, 0, rows * features);
  }

  /**
   * Floats per example that {@link #predict} writes: one for each class, or for each target value.
   * The network may have another number of outputs: one can tell of two classes, two of a value and
   * its variance.
   */
  default int predictedWidth(int features, Targets targets) {
    return features;
  }

  /** What {@link #predict} says for one output where targets are numeric. */
  default double predictedValue(double y) {
    return y;
  }

  /**
   * What {@link #predict} says of value k of one example, where targets are numeric: by default
   * output k does, whatever the outputs after those of the values are for.
   *
   * @param y the example's outputs begin at {@code at}
   */
  default double predictedValue(int features, float[] y, int at, int k) {
    return predictedValue(y[at + Objects.checkIndex(k, features)]);
  }

  /**
   * The squared error of example n in the targets' own units, summed over its values: what training
   * and evaluation report.
   *
   * @param y the network's output [rows, features]
   * @param t the targets [rows, values], as the model is given them
   */
  default double squaredError(Targets.Values values, int n, int features, float[] y, float[] t) {
    int width = values.width();
    double sum = 0;
    for (int k = 0; k < width; k++) {
      double error =
          (predictedValue(features, y, n * features, k) - t[n * width + k])
              * values.values().get(k).scale();
      sum += error * error;
    }
    return sum;
  }

  /** The predicted class: the first of the largest outputs. */
  default int predictedClass(int features, float[] y, int at) {
    int best = 0;
    for (int k = 1; k < features; k++) {
      if (y[at + k] > y[at + best]) {
        best = k;
      }
    }
    return best;
  }

  /**
   * The mean of E over the rows, in double precision, straight from the formula: for {@code
   * gradcheck} and tests. A loss without it trains all the same.
   */
  default double reference(int rows, int features, double[] y, double[] t) {
    throw new MissingReferenceException(kind());
  }
}
