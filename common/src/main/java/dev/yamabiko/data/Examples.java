package dev.yamabiko.data;

import dev.yamabiko.tensor.Shape;
import java.util.List;
import java.util.Optional;

/**
 * A source's examples as they were read, before anything is fitted. Reading, fitting on the
 * training part and viewing under a fit are three steps, so that nothing of the validation part can
 * reach the fit.
 */
interface Examples {

  /** What messages call this source. */
  String name();

  int size();

  /** As read: a categorical column counts as one value, however many inputs it becomes. */
  Shape inputShape();

  /** The kind of target in words, such as "a class" or "2 target values". */
  String targetKind();

  /** Whether inputs look back over earlier rows. */
  default boolean isSeries() {
    return false;
  }

  /** The input columns of a table; see {@link LoadedData#columns}. */
  default List<DataSource.Column> columns() {
    return List.of();
  }

  /** See {@link LoadedData#inputType}. */
  default Optional<String> inputType() {
    return Optional.empty();
  }

  /** What people should know of what was read, in one line, if anything. */
  default Optional<String> note() {
    return Optional.empty();
  }

  /** Learns classes and scaling from these examples, given in ascending order. */
  Fit fit(int[] training);

  /**
   * The fit that was kept with a trained model, for examples of this kind.
   *
   * @param trainedOn the source of the model's training data; only its options count
   * @param columns see {@link LoadedData#columns}
   */
  default Fit fitOf(
      DataSource trainedOn,
      Targets known,
      List<LoadedData.Scaling> scaling,
      List<DataSource.Column> columns) {
    if (!scaling.isEmpty()) {
      throw new DataException(
          name() + " has no columns that could be scaled; expected a table, as in training");
    }
    return Fit.unscaled(Fit.MODEL, known);
  }

  /** All examples, in order, under a fit that may come from another source. */
  Dataset under(Fit fit);

  /** What the obvious forecast would reach on these examples. */
  default Optional<LoadedData.Baseline> baseline(int[] examples, Fit fit) {
    return Optional.empty();
  }
}
