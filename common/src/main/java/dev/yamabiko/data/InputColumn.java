package dev.yamabiko.data;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * An input column of the table that a model was trained on, as whoever gives single rows knows it.
 *
 * @param name that of the table's header; where it has none, the column's index
 * @param categories those that training knew, in their order; empty for a column of numbers
 * @param typical a number that is nothing special, in the column's own units: the mean or the
 *     middle of what training saw; empty where that is not known, and of categories
 */
public record InputColumn(String name, List<String> categories, OptionalDouble typical) {

  public InputColumn {
    categories = List.copyOf(categories);
  }

  /**
   * All of them. Two columns may have one name, where a job chooses them by index; then each of
   * them is called "column" and its index.
   *
   * @param columns as they are found in a table
   * @param scaling of each; empty where nothing was scaled
   */
  static List<InputColumn> of(
      DataSource.Csv source, List<DataSource.Column> columns, List<LoadedData.Scaling> scaling) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      names.add(name(columns.get(i), scaling.isEmpty() ? "" : scaling.get(i).column()));
    }
    Set<String> once = new HashSet<>();
    Set<String> shared = new HashSet<>();
    names.stream().filter(name -> !once.add(name)).forEach(shared::add);
    List<InputColumn> all = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      String name = names.get(i);
      if (shared.contains(name) && columns.get(i) instanceof DataSource.Column.Indexed indexed) {
        name = "column " + indexed.index();
      }
      all.add(
          scaling.isEmpty()
              ? new InputColumn(name, List.of(), OptionalDouble.empty())
              : new InputColumn(
                  name, scaling.get(i).categories(), typical(source, scaling.get(i))));
    }
    return List.copyOf(all);
  }

  private static String name(DataSource.Column column, String inHeader) {
    if (column instanceof DataSource.Column.Named named) {
      return named.name();
    }
    return inHeader.isEmpty()
        ? Integer.toString(((DataSource.Column.Indexed) column).index())
        : inHeader;
  }

  /** What the fit tells of the numbers that it was made on. */
  private static OptionalDouble typical(DataSource.Csv source, LoadedData.Scaling scaling) {
    if (!scaling.categories().isEmpty()) {
      return OptionalDouble.empty();
    }
    return switch (source.normalizeInputs()) {
      case NONE -> OptionalDouble.empty();
      case STANDARD -> OptionalDouble.of(scaling.offset());
      case MIN_MAX -> OptionalDouble.of(scaling.offset() + scaling.scale() / 2);
    };
  }
}
