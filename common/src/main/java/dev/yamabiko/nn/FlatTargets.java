package dev.yamabiko.nn;

import dev.yamabiko.data.Targets;
import dev.yamabiko.tensor.Shape;

/**
 * What most losses ask of the network's output and the data's targets; where it is not so, a {@link
 * ShapeMismatchException} says what was expected and what was found.
 */
public final class FlatTargets {
  private FlatTargets() {}

  /** Class labels, and one output for each class. */
  public static void requireClasses(String loss, Shape output, Targets targets) {
    if (!(targets instanceof Targets.Classes classes)) {
      throw new ShapeMismatchException(
          "%s expects class labels but the data has numeric targets (%s); use half-squared-error"
              .formatted(loss, targets.describe()));
    }
    if (output.rank() != 1 || output.size() != classes.count()) {
      throw new ShapeMismatchException(
          "%s expects the model to end in [%d], one output for each class, but it ends in %s"
              .formatted(loss, classes.count(), output));
    }
  }

  /** Numeric targets, and one output for each value. */
  public static void requireValues(String loss, Shape output, Targets targets) {
    if (!(targets instanceof Targets.Values values)) {
      throw new ShapeMismatchException(
          "%s expects numeric targets but the data has class labels (%s); use softmax-cross-entropy"
              .formatted(loss, targets.describe()));
    }
    if (output.rank() != 1 || output.size() != values.width()) {
      throw new ShapeMismatchException(
          "%s expects the model to end in [%d], one output for each target value (%s), but it ends in %s"
              .formatted(loss, values.width(), targets.describe(), output));
    }
  }

  /** As many weights as classes, or none at all. */
  static void requireWeights(int weights, int classes) {
    if (weights != 0 && weights != classes) {
      throw new ShapeMismatchException(
          "class-weights expects %d numbers, one for each class, but has %d"
              .formatted(classes, weights));
    }
  }
}
