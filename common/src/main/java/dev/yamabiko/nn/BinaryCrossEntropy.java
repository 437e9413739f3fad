package dev.yamabiko.nn;

import dev.yamabiko.data.Targets;
import dev.yamabiko.tensor.Kernels;
import dev.yamabiko.tensor.Shape;
import java.util.List;
import java.util.Optional;

/**
 * Cross-entropy of the sigmoid of the network's outputs, for two classes or for several independent
 * yes-or-no questions. With p = 1 / (1 + e^-y) and t in [0, 1]: E = -sum_k (t_k log p_k + (1 - t_k)
 * log(1 - p_k)) = sum_k (max(y_k, 0) - y_k t_k + log(1 + e^-|y_k|)); dE/dy_k = p_k - t_k. Fused, so
 * that no logarithm of a rounded probability is taken; E is added up in double precision, k
 * ascending.
 *
 * <p>Two classes have one output, and class 1 is the positive one: t = 1.
 *
 * @param classWeights E of an example, and its gradient, is multiplied by the weight of its class;
 *     the mean still divides by the number of examples. Empty: no weights
 * @param labelSmoothing a in [0, 1): the targets are t' = (1 - a) t + a / 2. Szegedy, Vanhoucke,
 *     Ioffe, Shlens and Wojna, CVPR 2016
 */
public record BinaryCrossEntropy(List<Float> classWeights, float labelSmoothing) implements Loss {

  public BinaryCrossEntropy {
    classWeights = List.copyOf(classWeights);
  }

  public BinaryCrossEntropy() {
    this(List.of(), 0);
  }

  @Override
  public String kind() {
    return "binary-cross-entropy";
  }

  @Override
  public void check(Shape output, Targets targets) {
    if (targets instanceof Targets.Values values) {
      if (!classWeights.isEmpty()) {
        throw new ShapeMismatchException(
            "class-weights expects class labels but the data has numeric targets ("
                + targets.describe()
                + ")");
      }
      FlatTargets.requireValues(kind(), output, targets);
      return;
    }
    int classes = ((Targets.Classes) targets).count();
    if (classes != 2) {
      throw new ShapeMismatchException(
          "binary-cross-entropy expects two classes or numbers from 0 to 1 but the data has %s; use softmax-cross-entropy"
              .formatted(targets.describe()));
    }
    if (output.rank() != 1 || output.size() != 1) {
      throw new ShapeMismatchException(
          "binary-cross-entropy expects the model to end in [1], the positive class being \"%s\", but it ends in %s"
              .formatted(((Targets.Classes) targets).names().get(1), output));
    }
    FlatTargets.requireWeights(classWeights.size(), classes);
  }

  @Override
  public Optional<String> refusesTarget(float target) {
    return target >= 0 && target <= 1
        ? Optional.empty()
        : Optional.of(
            "binary-cross-entropy expects targets from 0 to 1 but the model is given %s; set normalize-targets = none if the data itself is in that range"
                .formatted(target));
  }

  @Override
  public void evaluate(
      Kernels kernels, int rows, int features, float[] y, float[] t, double[] e, float[] g) {
    if (g != null) {
      kernels.sigmoid(rows * features, y, 0, g, 0);
    }
    for (int n = 0; n < rows; n++) {
      float weight = classWeights.isEmpty() ? 1 : classWeights.get((int) t[n]);
      double sum = 0;
      for (int k = n * features; k < (n + 1) * features; k++) {
        float target = (1 - labelSmoothing) * t[k] + labelSmoothing / 2;
        sum += error(y[k], target);
        if (g != null) {
          g[k] = weight * (g[k] - target);
        }
      }
      e[n] = weight * sum;
    }
  }

  private static double error(double y, double target) {
    return Math.max(y, 0) - y * target + StrictMath.log1p(StrictMath.exp(-Math.abs(y)));
  }

  /** Probabilities: of every output, or of both classes. */
  @Override
  public void predict(
      Kernels kernels, int rows, int features, Targets targets, float[] y, float[] p) {
    kernels.sigmoid(rows * features, y, 0, p, 0);
    if (targets instanceof Targets.Classes) {
      for (int n = rows - 1; n >= 0; n--) {
        float positive = p[n];
        p[2 * n + 1] = positive;
        p[2 * n] = 1 - positive;
      }
    }
  }

  @Override
  public int predictedWidth(int features, Targets targets) {
    return targets instanceof Targets.Classes ? 2 : features;
  }

  @Override
  public int predictedClass(int features, float[] y, int at) {
    return y[at] > 0 ? 1 : 0;
  }

  @Override
  public double predictedValue(double y) {
    return 1 / (1 + StrictMath.exp(-y));
  }

  @Override
  public double reference(int rows, int features, double[] y, double[] t) {
    double sum = 0;
    for (int k = 0; k < rows * features; k++) {
      double weight = classWeights.isEmpty() ? 1 : classWeights.get((int) t[k]);
      double target = t[k] * (1.0 - labelSmoothing) + labelSmoothing / 2.0;
      // Of a large output e^y is infinite, so only e^-|y| is taken.
      double rest = StrictMath.log1p(StrictMath.exp(-Math.abs(y[k])));
      double yes = Math.max(-y[k], 0) + rest;
      double no = Math.max(y[k], 0) + rest;
      sum += weight * (target * yes + (1 - target) * no);
    }
    return sum / rows;
  }
}
