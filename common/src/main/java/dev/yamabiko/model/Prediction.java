package dev.yamabiko.model;

import dev.yamabiko.data.InputOrigin;

/** What a model says of one input. */
public sealed interface Prediction {

  InputOrigin origin();

  /**
   * The number of a class.
   *
   * @param probabilities of all classes; owned by this record
   */
  record Class(InputOrigin origin, int number, float[] probabilities) implements Prediction {}

  /**
   * @param values in original units, y * scale + offset in double; owned by this record
   */
  record Values(InputOrigin origin, double[] values) implements Prediction {}
}
