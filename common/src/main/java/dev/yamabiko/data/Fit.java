package dev.yamabiko.data;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the training part decides for all examples: the targets' classes or scaling and, for tables,
 * how each input column is scaled.
 */
record Fit(String source, Targets targets, Optional<Columns> columns) {

  private static final int MAX_CLASSES_SHOWN = 10;

  /**
   * The fitted input columns of a table, in input order.
   *
   * @param named whether their names come from a header
   */
  record Columns(int lags, boolean named, List<FittedColumn> inputs, boolean scaled) {}

  static Fit unscaled(String source, Targets targets) {
    return new Fit(source, targets, Optional.empty());
  }

  List<LoadedData.Scaling> scaling() {
    return columns.filter(Columns::scaled).stream()
        .flatMap(c -> c.inputs().stream())
        .map(c -> new LoadedData.Scaling(c.name(), c.offset(), c.scale()))
        .toList();
  }

  /** A source without columns can share a fit only if that scales nothing. */
  void requireUnscaled(String other) {
    boolean scaledTargets =
        targets instanceof Targets.Values values
            && values.values().stream().anyMatch(v -> v.offset() != 0 || v.scale() != 1);
    if (scaledTargets || columns.isPresent() && columns.get().scaled()) {
      throw new DataException(
          "validation source "
              + other
              + " cannot be scaled like the columns of the training source "
              + source
              + "; expected a table, or a training source without normalisation");
    }
  }

  /** Class numbers by class name. */
  Map<String, Integer> classNumbers() {
    Map<String, Integer> numbers = new HashMap<>();
    List<String> names = classes().names();
    for (int i = 0; i < names.size(); i++) {
      numbers.put(names.get(i), i);
    }
    return numbers;
  }

  /** The classes for a message, shortened if there are many. */
  String classesInWords() {
    return CsvCell.list(classes().names(), MAX_CLASSES_SHOWN);
  }

  private Targets.Classes classes() {
    return (Targets.Classes) targets;
  }
}
