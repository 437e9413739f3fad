package dev.yamabiko.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;

/**
 * What the training part decides for all examples: the targets' classes or scaling and, for tables,
 * how each input column is scaled.
 */
record Fit(String source, Targets targets, Optional<Columns> columns) {

  /** The source of a fit that was kept with a trained model. */
  static final String MODEL = "the model";

  /** The kind of target where it is a class. */
  static final String A_CLASS = "a class";

  private static final int MAX_CLASSES_SHOWN = 10;

  /**
   * The fitted input columns of a table, in input order.
   *
   * @param named whether their names come from a header
   * @param scaled whether a model has to know them: something is scaled, or there are categories
   */
  record Columns(int lags, boolean named, List<FittedColumn> inputs, boolean scaled) {}

  static Fit unscaled(String source, Targets targets) {
    return new Fit(source, targets, Optional.empty());
  }

  static String kindOf(Targets targets) {
    return targets instanceof Targets.Classes ? A_CLASS : valuesInWords(targets.width());
  }

  static String valuesInWords(int count) {
    return count == 1 ? "1 target value" : count + " target values";
  }

  List<LoadedData.Scaling> scaling() {
    return columns.filter(Columns::scaled).stream()
        .flatMap(c -> c.inputs().stream())
        .map(FittedColumn::scaling)
        .toList();
  }

  /** A source without columns can share a fit only if that scales nothing. */
  void requireUnscaled(String other) {
    if (columns.isPresent()
        && columns.get().inputs().stream().anyMatch(FittedCategories.class::isInstance)) {
      throw new DataException(
          String.format(
              "%s has no categorical columns such as %s has; expected a table", other, source));
    }
    boolean scaledTargets =
        targets instanceof Targets.Values values
            && values.values().stream().anyMatch(v -> v.offset() != 0 || v.scale() != 1);
    if (scaledTargets || columns.isPresent() && columns.get().scaled()) {
      throw new DataException(
          String.format(
              "%s cannot be scaled like the columns of %s; expected a table, or training without"
                  + " normalisation",
              other, source));
    }
  }

  /** Looks up the numbers that the training part gave to its classes. */
  ClassNumbers classNumbers() {
    return new ClassNumbers(((Targets.Classes) targets).names());
  }

  /** Class names and their numbers. */
  static final class ClassNumbers {
    private final List<String> names;
    private final Map<String, Integer> numbers = new HashMap<>();

    private ClassNumbers(List<String> names) {
      this.names = names;
      for (int i = 0; i < names.size(); i++) {
        numbers.put(names.get(i), i);
      }
    }

    /**
     * The number of a class, as a target holds it.
     *
     * @param where how the message begins if the training part lacks this class
     */
    float of(String name, Supplier<String> where) {
      Integer number = numbers.get(name);
      if (number == null) {
        throw new DataException(
            String.format(
                "%s: class %s does not occur in the training part, whose classes are %s",
                where.get(), CsvCell.quote(name), CsvCell.list(names, MAX_CLASSES_SHOWN)));
      }
      return number;
    }

    /**
     * The numbers of classes that the source itself numbers, as targets hold them.
     *
     * @param nameOf what a label is called
     * @param where how the message about an example begins
     */
    Elements ofAll(
        int examples,
        IntUnaryOperator labelOf,
        IntFunction<String> nameOf,
        IntFunction<String> where) {
      Map<Integer, Float> known = new HashMap<>();
      Segments.Writer kept = new Segments.Writer(Segments.HEAP_BITS);
      FloatWriter floats = new FloatWriter(kept);
      try {
        for (int i = 0; i < examples; i++) {
          int example = i;
          floats.write(
              known.computeIfAbsent(
                  labelOf.applyAsInt(i),
                  label -> of(nameOf.apply(label), () -> where.apply(example))));
        }
        floats.flush();
      } catch (IOException e) {
        throw new UncheckedIOException("the heap takes all that is written to it", e);
      }
      return new Elements(kept.segments(), Decoder.FLOATS);
    }
  }
}
