package dev.yamabiko.data;

/**
 * A column of numbers as the training part scales it: the model sees (x - offset) / scale.
 *
 * @param mean what takes the place of a missing cell, in original units
 */
record FittedNumbers(String name, double mean, double offset, double scale)
    implements FittedColumn {

  /**
   * Fits on the present cells of the training rows, in row order. STANDARD divides by the deviation
   * of the population: sqrt(sum (x - mean)^2 / n), in two passes. A constant column gets scale 1.
   *
   * @param name for the result
   * @param where for messages: file and column
   */
  static FittedNumbers of(
      String name, String where, DataSource.Normalization normalization, double[] cells) {
    if (cells.length == 0) {
      throw new DataException(
          where + ": expected numbers in the training part but every cell is missing there");
    }
    double sum = 0;
    double min = cells[0];
    double max = cells[0];
    for (double x : cells) {
      sum += x;
      min = Math.min(min, x);
      max = Math.max(max, x);
    }
    // Rounding must not make a constant column's mean differ from its value.
    double mean = min == max ? min : sum / cells.length;
    FittedNumbers fitted =
        switch (normalization) {
          case NONE -> new FittedNumbers(name, mean, 0, 1);
          case STANDARD ->
              new FittedNumbers(name, mean, mean, orOne(min == max ? 0 : deviation(cells, mean)));
          case MIN_MAX -> new FittedNumbers(name, mean, min, orOne(max - min));
        };
    if (!Double.isFinite(fitted.mean) || !Double.isFinite(fitted.scale)) {
      throw new DataException(
          where + ": the numbers are too large to be scaled; found " + min + " to " + max);
    }
    return fitted;
  }

  private static double deviation(double[] cells, double mean) {
    double squares = 0;
    for (double x : cells) {
      squares += (x - mean) * (x - mean);
    }
    return Math.sqrt(squares / cells.length);
  }

  private static double orOne(double scale) {
    return scale == 0 ? 1 : scale;
  }

  @Override
  public LoadedData.Scaling scaling() {
    return new LoadedData.Scaling(name, offset, scale);
  }

  /** What the model sees of a cell; a missing one counts as the mean. */
  float scaled(double cell) {
    return (float) ((filled(cell) - offset) / scale);
  }

  double filled(double cell) {
    return Double.isNaN(cell) ? mean : cell;
  }
}
