package dev.yamabiko.step;

import dev.yamabiko.data.Targets;
import dev.yamabiko.nn.Loss;
import dev.yamabiko.tensor.Kernels;
import java.util.Arrays;
import java.util.Optional;

/**
 * Gathers the {@link Measures} of one part, example by example in ascending order: how many come at
 * once does not show.
 */
abstract sealed class PartTally {

  static PartTally of(Loss loss, int features, Targets targets, int examples) {
    return targets instanceof Targets.Values values
        ? new OfValues(loss, features, values)
        : new OfClasses(loss, features, (Targets.Classes) targets, examples);
  }

  /** Takes the next rows: outputs y [rows, features] and targets t [rows, width]. */
  abstract void add(Kernels kernels, int rows, float[] y, float[] t);

  /** Of all that was added, whose statistics these are. */
  abstract Measures measures(Statistics statistics);

  private static final class OfClasses extends PartTally {
    private final Loss loss;
    private final int features;
    private final Targets.Classes classes;
    private final long[] pairs;

    /** Of two classes: what speaks for class 1, examples of class 1 from the front on. */
    private final float[] scores;

    private float[] probabilities = new float[0];
    private int examples;
    private int positives;

    OfClasses(Loss loss, int features, Targets.Classes classes, int examples) {
      this.loss = loss;
      this.features = features;
      this.classes = classes;
      pairs = new long[examples];
      scores = new float[classes.count() == 2 ? examples : 0];
    }

    @Override
    void add(Kernels kernels, int rows, float[] y, float[] t) {
      if (scores.length > 0) {
        if (probabilities.length < 2 * rows) {
          probabilities = new float[2 * rows];
        }
        loss.predict(kernels, rows, features, classes, y, probabilities);
      }
      for (int n = 0; n < rows; n++) {
        int truth = (int) t[n];
        if (scores.length > 0) {
          int at = truth == 1 ? positives++ : scores.length - 1 - (examples - positives);
          scores[at] = probabilities[2 * n + 1];
        }
        pairs[examples++] = ClassTally.pair(truth, loss.predictedClass(features, y, n * features));
      }
    }

    @Override
    Measures measures(Statistics statistics) {
      Arrays.sort(pairs);
      long[] different = Arrays.stream(pairs).distinct().toArray();
      long[] counts = new long[different.length];
      int at = 0;
      for (long pair : pairs) {
        at += pair == different[at] ? 0 : 1;
        counts[at]++;
      }
      float[] high = sorted(0, scores.length == 0 ? 0 : positives);
      float[] low = sorted(high.length, scores.length);
      ClassTally tally = new ClassTally(different, counts, high, low);
      return new Measures(statistics, Optional.of(tally), Optional.empty());
    }

    private float[] sorted(int from, int to) {
      float[] range = Arrays.copyOfRange(scores, from, to);
      Arrays.sort(range);
      return range;
    }
  }

  /**
   * The targets' spread comes from Welford's recurrence (Technometrics 1962), which needs one pass
   * and cancels nothing: mean' = mean + (t - mean) / n, spread' = spread + (t - mean) (t - mean').
   */
  private static final class OfValues extends PartTally {
    private final Loss loss;
    private final int features;
    private final Targets.Values values;
    private final double[] absolute;
    private final double[] squared;
    private final double[] mean;
    private final double[] spread;
    private long examples;

    OfValues(Loss loss, int features, Targets.Values values) {
      this.loss = loss;
      this.features = features;
      this.values = values;
      absolute = new double[values.width()];
      squared = new double[values.width()];
      mean = new double[values.width()];
      spread = new double[values.width()];
    }

    @Override
    void add(Kernels kernels, int rows, float[] y, float[] t) {
      int width = values.width();
      for (int n = 0; n < rows; n++) {
        examples++;
        for (int k = 0; k < width; k++) {
          Targets.Value value = values.values().get(k);
          double target = t[n * width + k];
          double predicted = loss.predictedValue(features, y, n * features, k);
          double error = (predicted - target) * value.scale();
          absolute[k] += Math.abs(error);
          squared[k] += error * error;
          double original = target * value.scale() + value.offset();
          double before = original - mean[k];
          mean[k] += before / examples;
          spread[k] += before * (original - mean[k]);
        }
      }
    }

    @Override
    Measures measures(Statistics statistics) {
      ErrorTally tally = new ErrorTally(examples, absolute, squared, mean, spread);
      return new Measures(statistics, Optional.empty(), Optional.of(tally));
    }
  }
}
