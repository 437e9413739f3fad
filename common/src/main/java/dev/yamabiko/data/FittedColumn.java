package dev.yamabiko.data;

/** An input column as the training part fits it. */
sealed interface FittedColumn permits FittedNumbers, FittedCategories {

  String name();

  /** What is kept of it with a trained model. */
  LoadedData.Scaling scaling();

  /** The column that was kept; nothing is known of what takes the place of a missing cell. */
  static FittedColumn of(LoadedData.Scaling kept) {
    return kept.categories().isEmpty()
        ? of(kept, Double.NaN)
        : new FittedCategories(kept.column(), kept.categories(), FittedCategories.UNKNOWN);
  }

  /**
   * The same where {@link DataSource.Csv#offsetsAreMeans} holds of the table that it was fitted on.
   */
  static FittedColumn ofStandardised(LoadedData.Scaling kept) {
    return kept.categories().isEmpty() ? of(kept, kept.offset()) : of(kept);
  }

  private static FittedNumbers of(LoadedData.Scaling kept, double mean) {
    return new FittedNumbers(kept.column(), mean, kept.offset(), kept.scale());
  }
}
