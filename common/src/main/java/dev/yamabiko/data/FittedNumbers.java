package dev.yamabiko.data;

/**
 * A column of numbers as the training part scales it: the model sees (x - offset) / scale.
 *
 * @param mean what takes the place of a missing cell, in original units
 */
record FittedNumbers(String name, double mean, double offset, double scale)
    implements FittedColumn {

  /**
   * Fits on the present cells of the training rows, in row order and in two passes. STANDARD
   * divides by the deviation of the population: sqrt(sum (x - mean)^2 / n). A constant column gets
   * scale 1.
   */
  static final class Fitting {
    private final String name;
    private final String where;
    private final DataSource.Normalization normalization;
    private long count;
    private double sum;
    private double min = Double.POSITIVE_INFINITY;
    private double max = Double.NEGATIVE_INFINITY;
    private double mean;
    private double squares;

    /**
     * @param name for the result
     * @param where for messages: file and column
     */
    Fitting(String name, String where, DataSource.Normalization normalization) {
      this.name = name;
      this.where = where;
      this.normalization = normalization;
    }

    /** The first pass. */
    void add(double x) {
      count++;
      sum += x;
      min = Math.min(min, x);
      max = Math.max(max, x);
    }

    void endFirstPass() {
      if (count == 0) {
        throw new DataException(
            where + ": expected numbers in the training part but every cell is missing there");
      }
      // Rounding must not make a constant column's mean differ from its value.
      mean = min == max ? min : sum / count;
    }

    boolean needsSecondPass() {
      return normalization == DataSource.Normalization.STANDARD && min != max;
    }

    /** The second pass, where it is needed. */
    void addDeviation(double x) {
      squares += (x - mean) * (x - mean);
    }

    FittedNumbers fitted() {
      return switch (normalization) {
        case NONE -> new FittedNumbers(name, mean, 0, 1);
        case STANDARD -> new FittedNumbers(name, mean, mean, orOne(Math.sqrt(squares / count)));
        case MIN_MAX -> new FittedNumbers(name, mean, min, orOne(max - min));
      };
    }

    private static double orOne(double scale) {
      return scale == 0 ? 1 : scale;
    }
  }

  @Override
  public LoadedData.Scaling scaling() {
    return new LoadedData.Scaling(name, offset, scale);
  }

  /** Whether mean and scale are numbers, which those of very large cells are not. */
  boolean isFinite() {
    return Double.isFinite(mean) && Double.isFinite(scale);
  }

  /** What the model sees of a cell; a missing one counts as the mean. */
  float scaled(double cell) {
    return (float) ((filled(cell) - offset) / scale);
  }

  double filled(double cell) {
    return Double.isNaN(cell) ? mean : cell;
  }
}
