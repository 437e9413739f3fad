package dev.yamabiko.data;

import dev.yamabiko.tensor.Shape;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A table's cells as the model sees them: scaled in double, then rounded to float. All examples
 * share these arrays, however their windows overlap.
 *
 * @param inputs places among the table's valued columns, as are {@code targets}
 * @param rows the row of each example's target
 */
record ScaledTable(
    CsvTable table, int[] inputs, int[] targets, int[] rows, Fit.Columns fittedColumns) {

  private static final int MAX_CATEGORIES_SHOWN = 10;

  Dataset under(Fit fit) {
    checkSameColumns(fit.source());
    checkOrder(fit);
    float[] targetValues =
        fit.targets() instanceof Targets.Values values
            ? scaledTargets(values.values())
            : classNumbers(fit);
    int lags = table.source().lags();
    int[] categories =
        fittedColumns.inputs().stream()
            .mapToInt(c -> c instanceof FittedCategories k ? k.categories().size() : 0)
            .toArray();
    FloatRows compact =
        new FloatRows(
            shape(new int[inputs.length]), fit.targets(), scaledInputs(), targetValues, lags, rows);
    return IntStream.of(categories).allMatch(c -> c == 0)
        ? compact
        : new OneHotRows(shape(categories), compact, categories);
  }

  /** As many inputs as there are categories, or one, for each column and row of a window. */
  private Shape shape(int[] categories) {
    long size =
        IntStream.of(categories).mapToLong(c -> Math.max(1, c)).sum()
            * Math.max(1, table.source().lags());
    if (size > Integer.MAX_VALUE) {
      throw new DataException(
          table.source().path() + ": an example would have too many inputs: " + size);
    }
    return Shape.of((int) size);
  }

  private void checkSameColumns(String other) {
    int lags = table.source().lags();
    List<FittedColumn> fitted = fittedColumns.inputs();
    if (fittedColumns.lags() != lags || fitted.size() != inputs.length) {
      throw doesNotFit(
          String.format("lags = %d, %d columns", fittedColumns.lags(), fitted.size()),
          other,
          String.format("lags = %d, %d columns", lags, inputs.length));
    }
    for (int i = 0; i < inputs.length; i++) {
      boolean expected = fitted.get(i) instanceof FittedCategories;
      CsvColumns.Used used = table.columns().inputs().get(i);
      if (expected != used.categorical()) {
        throw doesNotFit(
            (expected ? "categories" : "numbers") + " in column " + CsvCell.quote(used.name()),
            other,
            expected ? "a column that is not categorical" : "a categorical column");
      }
    }
    if (!fittedColumns.named() || !table.columns().header()) {
      return;
    }
    for (int i = 0; i < inputs.length; i++) {
      CsvColumns.Used used = table.columns().inputs().get(i);
      String expected = fitted.get(i).name();
      // Columns that a job chooses may well be called otherwise in another file.
      if (!used.chosen() && !expected.equals(used.name())) {
        throw doesNotFit(
            "input column " + CsvCell.quote(expected), other, CsvCell.quote(used.name()));
      }
    }
  }

  /**
   * Columns that a job chooses may well be called otherwise in another file, but not as another
   * column of the fit is: then they were chosen in another order.
   */
  private void checkOrder(Fit fit) {
    if (!table.columns().header()) {
      return;
    }
    if (fit.targets() instanceof Targets.Values values) {
      List<String> known = values.values().stream().map(Targets.Value::name).toList();
      checkOrder("target", known, table.columns().targets(), fit.source());
    }
    if (fittedColumns.named()) {
      List<String> known = fittedColumns.inputs().stream().map(FittedColumn::name).toList();
      checkOrder("input column", known, table.columns().inputs(), fit.source());
    }
  }

  private void checkOrder(
      String what, List<String> known, List<CsvColumns.Used> used, String other) {
    for (int i = 0; i < used.size(); i++) {
      String name = used.get(i).name();
      if (!known.get(i).equals(name) && known.contains(name)) {
        throw doesNotFit(
            "%s %d to be %s".formatted(what, i, CsvCell.quote(known.get(i))),
            other,
            CsvCell.quote(name));
      }
    }
  }

  private DataException doesNotFit(String expected, String other, String found) {
    return new DataException(
        String.format(
            "this source does not fit %s: expected %s but found %s (%s)",
            other, expected, found, table.source().path()));
  }

  private float[] scaledInputs() {
    float[] scaled = new float[Math.multiplyExact(table.rows(), inputs.length)];
    for (int i = 0; i < inputs.length; i++) {
      FittedColumn fitted = fittedColumns.inputs().get(i);
      if (fitted instanceof FittedCategories categories) {
        number(i, categories, scaled);
      } else {
        scale(i, (FittedNumbers) fitted, scaled);
      }
    }
    return scaled;
  }

  private void scale(int input, FittedNumbers numbers, float[] scaled) {
    CsvColumns.Used column = table.columns().inputs().get(input);
    for (int row = 0; row < table.rows(); row++) {
      double cell = table.cell(row, inputs[input]);
      scaled[row * inputs.length + input] = finite(numbers.scaled(cell), row, column, cell);
    }
  }

  /** Rows that belong to no example may well hold other categories. */
  private void number(int input, FittedCategories categories, float[] scaled) {
    CsvColumns.Used column = table.columns().inputs().get(input);
    List<String> texts = table.categories(column);
    int[] numbers = categories.numbers(texts);
    boolean zeros = table.source().unknownCategories() == DataSource.UnknownCategories.ZEROS;
    inputRows().stream()
        .forEach(
            row -> {
              double cell = table.cell(row, inputs[input]);
              int number = Double.isNaN(cell) ? categories.mostFrequent() : numbers[(int) cell];
              if (number == FittedCategories.UNKNOWN && !zeros) {
                throw new DataException(
                    String.format(
                        "%s: category %s does not occur in the training part, whose categories are"
                            + " %s; set unknown-categories = zeros to read it as none of them",
                        table.where(row, column),
                        CsvCell.quote(texts.get((int) cell)),
                        CsvCell.list(categories.categories(), MAX_CATEGORIES_SHOWN)));
              }
              scaled[row * inputs.length + input] = number;
            });
  }

  private BitSet inputRows() {
    BitSet windows = new BitSet(table.rows());
    int lags = table.source().lags();
    for (int row : rows) {
      windows.set(row - lags, lags == 0 ? row + 1 : row);
    }
    return windows;
  }

  private float[] scaledTargets(List<Targets.Value> values) {
    float[] scaled = new float[Math.multiplyExact(table.rows(), targets.length)];
    for (int row : rows) {
      for (int i = 0; i < targets.length; i++) {
        double cell = table.cell(row, targets[i]);
        float y = (float) ((cell - values.get(i).offset()) / values.get(i).scale());
        scaled[row * targets.length + i] = finite(y, row, table.columns().targets().get(i), cell);
      }
    }
    return scaled;
  }

  private float finite(float scaled, int row, CsvColumns.Used column, double cell) {
    if (Float.isInfinite(scaled)) {
      throw new DataException(
          table.where(row, column)
              + ": expected a number that fits 32-bit floats but found "
              + cell);
    }
    return scaled;
  }

  private float[] classNumbers(Fit fit) {
    Fit.ClassNumbers numbers = fit.classNumbers();
    CsvColumns.Used column = table.columns().label().orElseThrow();
    float[] classOf = new float[table.rows()];
    for (int row : rows) {
      classOf[row] = numbers.of(table.label(row).orElseThrow(), () -> table.where(row, column));
    }
    return classOf;
  }
}
