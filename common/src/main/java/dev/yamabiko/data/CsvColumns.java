package dev.yamabiko.data;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Which columns of a table are used, and for what, once its first line is known.
 *
 * @param header whether the first line holds names
 * @param count how many cells every line must have
 */
record CsvColumns(
    boolean header, int count, List<Used> inputs, List<Used> targets, Optional<Used> label) {

  /**
   * A column that is used.
   *
   * @param name its header name, or its index if there is no header
   * @param chosen whether the job names it, rather than takes all that are left
   * @param byIndex whether the job names it by its index
   * @param categorical whether its cells are categories rather than numbers
   */
  record Used(int index, String name, boolean chosen, boolean byIndex, boolean categorical) {
    private Used asCategorical() {
      return new Used(index, name, chosen, byIndex, true);
    }
  }

  static CsvColumns resolve(DataSource.Csv source, List<String> firstLine) {
    if (source.targets().isEmpty() == source.label().isEmpty()) {
      throw new DataException(
          source.path() + ": expected either targets or a label, not both or neither");
    }
    if (source.lags() < 0) {
      throw new DataException(source.path() + ": lags must be at least 0 but is " + source.lags());
    }
    return new Resolution(source, List.of(), firstLine).columns();
  }

  /**
   * Of a table whose every used column is an input, so that it needs neither targets nor label.
   *
   * @param known what each column was called in training, or its index where there was no header;
   *     blank where that is not known
   */
  static CsvColumns resolveInputs(
      DataSource.Csv source, List<String> known, List<String> firstLine) {
    return new Resolution(source, known, firstLine).columns();
  }

  /**
   * The inputs as another table has them: by name, but by index where the job or this table does.
   */
  List<DataSource.Column> asFoundElsewhere() {
    return inputs.stream()
        .map(
            u ->
                header && !u.byIndex()
                    ? (DataSource.Column) new DataSource.Column.Named(u.name())
                    : new DataSource.Column.Indexed(u.index()))
        .toList();
  }

  /** The columns whose cells have values: inputs, then targets, none twice. */
  List<Used> valued() {
    return Stream.concat(inputs.stream(), targets.stream())
        .collect(Collectors.toMap(Used::index, u -> u, (a, b) -> a, LinkedHashMap::new))
        .values()
        .stream()
        .toList();
  }

  /** File, line and column of a cell, as messages begin. */
  String where(DataSource.Csv source, long line, Used column) {
    return source.path() + ", line " + line + ", " + inWords(column);
  }

  String inWords(Used column) {
    return header ? "column '" + column.name() + "'" : "column " + column.index();
  }

  /** The one decision in its order: is there a header, then which column is meant. */
  private static final class Resolution {
    private static final int MAX_NAMES_SHOWN = 30;

    private final DataSource.Csv source;
    private final List<String> firstLine;
    private final boolean header;

    /** Of each cell's text in the first line the first place and the last. */
    private final Map<String, Integer> first = new HashMap<>();

    private final Map<String, Integer> last = new HashMap<>();

    Resolution(DataSource.Csv source, List<String> known, List<String> firstLine) {
      this.source = source;
      this.firstLine = firstLine.stream().map(String::strip).toList();
      for (int i = 0; i < firstLine.size(); i++) {
        first.putIfAbsent(this.firstLine.get(i), i);
        last.put(this.firstLine.get(i), i);
      }
      header =
          switch (source.header()) {
            case TRUE -> true;
            case FALSE -> false;
            case AUTO -> holdsNames(known) || looksLikeHeader();
          };
    }

    CsvColumns columns() {
      List<Used> targets = find(source.targets(), "targets");
      Optional<Used> label = source.label().map(this::find);
      List<Used> inputs =
          source.columns().isEmpty() ? others(targets, label) : find(source.columns(), "columns");
      requireDistinct(inputs, targets, label);
      if (inputs.isEmpty()) {
        throw new DataException(
            source.path()
                + ": no input column is left; expected columns besides the "
                + (label.isPresent() ? "label" : "targets"));
      }
      return new CsvColumns(
          header, firstLine.size(), withCategories(inputs, targets), targets, label);
    }

    /** Without lags, no input is an answer; what is taken unasked has a name of its own. */
    private void requireDistinct(List<Used> inputs, List<Used> targets, Optional<Used> label) {
      List<Used> answers = Stream.concat(targets.stream(), label.stream()).toList();
      Set<Integer> answerIndexes = indexes(answers);
      for (Used input : inputs) {
        if (source.lags() == 0 && answerIndexes.contains(input.index())) {
          throw new DataException(
              source.path()
                  + ": column '"
                  + input.name()
                  + "' is both an input and the "
                  + (label.isPresent() ? "label" : "target")
                  + "; without lags a model would only have to repeat it");
        }
      }
      if (!header) {
        return;
      }
      Map<String, Used> named = new HashMap<>();
      for (Used used : Stream.concat(answers.stream(), inputs.stream()).toList()) {
        Used other = named.putIfAbsent(used.name(), used);
        if (other != null && other.index() != used.index() && !(used.chosen() && other.chosen())) {
          throw new DataException(
              String.format(
                  "%s: columns %d and %d are both called '%s'; choose input columns by index in"
                      + " columns",
                  source.path(),
                  Math.min(used.index(), other.index()),
                  Math.max(used.index(), other.index()),
                  used.name()));
        }
      }
    }

    private List<Used> withCategories(List<Used> inputs, List<Used> targets) {
      List<Used> categorical = find(source.categorical(), "categorical");
      Set<Integer> targetIndexes = indexes(targets);
      Set<Integer> inputIndexes = indexes(inputs);
      Set<Integer> categoricalIndexes = indexes(categorical);
      for (Used column : categorical) {
        if (targetIndexes.contains(column.index())) {
          throw new DataException(
              source.path()
                  + ": column '"
                  + column.name()
                  + "' is both a target, which is a number, and categorical; to learn a class, make"
                  + " it the label");
        }
        if (!inputIndexes.contains(column.index())) {
          throw new DataException(
              String.format(
                  "%s: column '%s' is categorical but no input; the input columns are %s",
                  source.path(),
                  column.name(),
                  CsvCell.list(inputs.stream().map(Used::name).toList(), MAX_NAMES_SHOWN)));
        }
      }
      return inputs.stream()
          .map(i -> categoricalIndexes.contains(i.index()) ? i.asCategorical() : i)
          .toList();
    }

    /** A table may have so many columns that no list of them is to be searched for each one. */
    private static Set<Integer> indexes(List<Used> columns) {
      return columns.stream().map(Used::index).collect(Collectors.toSet());
    }

    private List<Used> others(List<Used> targets, Optional<Used> label) {
      if (source.lags() > 0) {
        if (label.isPresent()) {
          throw new DataException(
              source.path() + ": lags with a label need columns to look back over");
        }
        return targets;
      }
      Set<Integer> taken = new HashSet<>();
      targets.forEach(t -> taken.add(t.index()));
      label.ifPresent(l -> taken.add(l.index()));
      return IntStream.range(0, firstLine.size())
          .filter(i -> !taken.contains(i))
          .mapToObj(i -> new Used(i, name(i), false, false, false))
          .toList();
    }

    /** Whether the columns are called so here, and by more than their indexes. */
    private boolean holdsNames(List<String> known) {
      boolean named = false;
      for (int i = 0; i < known.size(); i++) {
        if (!(source.columns().get(i) instanceof DataSource.Column.Indexed indexed)
            || indexed.index() >= firstLine.size()
            || !firstLine.get(indexed.index()).equals(known.get(i))) {
          return false;
        }
        named |= !known.get(i).isBlank() && !known.get(i).equals(String.valueOf(indexed.index()));
      }
      return named;
    }

    /**
     * A column given by name needs a header. Otherwise the first line is one if none of its cells
     * that would have to be numbers is a number, and at least one is neither that nor missing.
     * Where none would have to be, a table that has answers is refused. One of inputs alone is not:
     * a trained model's user can no longer say which it is, and its training did.
     */
    private boolean looksLikeHeader() {
      if (Stream.of(
              source.columns(),
              source.targets(),
              source.categorical(),
              source.label().stream().toList())
          .flatMap(List::stream)
          .anyMatch(c -> c instanceof DataSource.Column.Named)) {
        return true;
      }
      Set<Integer> numbers = columnsOfNumbers();
      boolean answers = !source.targets().isEmpty() || source.label().isPresent();
      if (numbers.isEmpty() && answers && !source.categorical().isEmpty()) {
        throw new DataException(
            source.path()
                + ": whether the first line is a header cannot be told, because no column that is"
                + " given by its index holds numbers; set header = true or header = false");
      }
      List<String> numeric =
          numbers.stream().filter(i -> i >= 0 && i < firstLine.size()).map(firstLine::get).toList();
      return numeric.stream().noneMatch(CsvCell::isNumber)
          && !numeric.stream().allMatch(CsvCell::isMissing);
    }

    private Set<Integer> columnsOfNumbers() {
      Set<Integer> indexes = new HashSet<>();
      Stream.of(source.columns(), source.targets())
          .flatMap(List::stream)
          .forEach(c -> indexes.add(((DataSource.Column.Indexed) c).index()));
      if (source.columns().isEmpty() && source.lags() == 0) {
        IntStream.range(0, firstLine.size()).forEach(indexes::add);
        source.label().ifPresent(l -> indexes.remove(((DataSource.Column.Indexed) l).index()));
      }
      source.categorical().forEach(c -> indexes.remove(((DataSource.Column.Indexed) c).index()));
      return indexes;
    }

    private List<Used> find(List<DataSource.Column> columns, String key) {
      List<Used> found = new ArrayList<>();
      Set<Integer> indexes = new HashSet<>();
      for (DataSource.Column column : columns) {
        Used used = find(column);
        if (!indexes.add(used.index())) {
          throw new DataException(
              source.path() + ": column '" + used.name() + "' is listed twice in " + key);
        }
        found.add(used);
      }
      return List.copyOf(found);
    }

    private Used find(DataSource.Column column) {
      if (column instanceof DataSource.Column.Indexed indexed) {
        int index = indexed.index();
        if (index < 0 || index >= firstLine.size()) {
          throw new DataException(
              String.format(
                  "%s: expected a column index from 0 to %d but found %d; %s",
                  source.path(), firstLine.size() - 1, index, existing()));
        }
        return new Used(index, name(index), true, true, false);
      }
      return find(((DataSource.Column.Named) column).name());
    }

    private Used find(String name) {
      if (!header) {
        throw new DataException(
            String.format(
                "%s: column '%s' is given by name but the table has no header; expected an index"
                    + " from 0 to %d",
                source.path(), name, firstLine.size() - 1));
      }
      Integer index = first.get(name);
      if (index == null) {
        throw new DataException(
            String.format(
                "%s: there is no column '%s'%s; %s",
                source.path(),
                name,
                NearestName.of(name, firstLine).map(n -> " (did you mean '" + n + "'?)").orElse(""),
                existing()));
      }
      if (!last.get(name).equals(index)) {
        throw new DataException(
            String.format(
                "%s: columns %d and %d are both called '%s'; choose one by its index",
                source.path(), index, last.get(name), name));
      }
      return new Used(index, name, true, false, false);
    }

    private String name(int index) {
      return header ? firstLine.get(index) : Integer.toString(index);
    }

    private String existing() {
      return header
          ? "the columns are " + CsvCell.list(firstLine, MAX_NAMES_SHOWN)
          : "the table has " + firstLine.size() + " columns";
    }
  }
}
