package dev.yamabiko.data;

/** An input column as the training part fits it. */
sealed interface FittedColumn permits FittedNumbers, FittedCategories {

  String name();

  /** What is kept of it with a trained model. */
  LoadedData.Scaling scaling();

  /** The column that was kept; nothing is known of what takes the place of a missing cell. */
  static FittedColumn of(LoadedData.Scaling kept) {
    return kept.categories().isEmpty()
        ? new FittedNumbers(kept.column(), Double.NaN, kept.offset(), kept.scale())
        : new FittedCategories(kept.column(), kept.categories(), FittedCategories.UNKNOWN);
  }
}
