package dev.yamabiko.data;

import java.util.List;
import java.util.Optional;

/**
 * A job's data, read and scaled.
 *
 * @param scaling how each input column was fitted; empty where nothing was fitted
 * @param baseline what a forecast of "same as the row before" would reach on the validation part
 * @param columns of the training table the input columns as they are found in another table, by the
 *     header's names unless the job chose them by index; empty where there is no table
 * @param inputType of arrays what their elements are, by NumPy's name such as "u1"; empty where
 *     there is no array
 * @param notes for people: what was done with the data that takes space on this machine, or is not
 *     what they may expect
 */
public record LoadedData(
    Dataset train,
    Optional<Dataset> validation,
    List<Scaling> scaling,
    Optional<Baseline> baseline,
    List<DataSource.Column> columns,
    Optional<String> inputType,
    List<String> notes) {

  public LoadedData {
    scaling = List.copyOf(scaling);
    columns = List.copyOf(columns);
    notes = List.copyOf(notes);
  }

  /** Data that comes neither from a table nor from arrays. */
  public LoadedData(
      Dataset train,
      Optional<Dataset> validation,
      List<Scaling> scaling,
      Optional<Baseline> baseline) {
    this(train, validation, scaling, baseline, List.of(), Optional.empty());
  }

  public LoadedData(
      Dataset train,
      Optional<Dataset> validation,
      List<Scaling> scaling,
      Optional<Baseline> baseline,
      List<DataSource.Column> columns,
      Optional<String> inputType) {
    this(train, validation, scaling, baseline, columns, inputType, List.of());
  }

  /**
   * How an input column was fitted. Of a column of numbers the model sees (x - offset) / scale; of
   * a categorical one, a 0 or 1 for each category.
   *
   * @param categories in the order of the inputs; empty for a column of numbers
   */
  public record Scaling(String column, double offset, double scale, List<String> categories) {
    public Scaling {
      categories = List.copyOf(categories);
    }

    /** A column of numbers. */
    public Scaling(String column, double offset, double scale) {
      this(column, offset, scale, List.of());
    }

    /** A categorical column. */
    public Scaling(String column, List<String> categories) {
      this(column, 0, 1, categories);
    }
  }

  /** Root mean squared error of a trivial forecast, in the target's own units. */
  public record Baseline(String name, double rmse) {}
}
