package dev.yamabiko.data;

import java.util.List;
import java.util.Optional;

/**
 * A job's data, read and scaled.
 *
 * @param scaling how each input column was scaled; empty where nothing was fitted
 * @param baseline what a forecast of "same as the row before" would reach on the validation part
 * @param notes what was done with the data that takes space on this machine, for people
 */
public record LoadedData(
    Dataset train,
    Optional<Dataset> validation,
    List<Scaling> scaling,
    Optional<Baseline> baseline,
    List<String> notes) {

  public LoadedData {
    scaling = List.copyOf(scaling);
    notes = List.copyOf(notes);
  }

  public LoadedData(
      Dataset train,
      Optional<Dataset> validation,
      List<Scaling> scaling,
      Optional<Baseline> baseline) {
    this(train, validation, scaling, baseline, List.of());
  }

  /** An input column's fitted scaling: the model sees (x - offset) / scale. */
  public record Scaling(String column, double offset, double scale) {}

  /** Root mean squared error of a trivial forecast, in the target's own units. */
  public record Baseline(String name, double rmse) {}
}
