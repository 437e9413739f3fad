package dev.yamabiko.data;

import dev.yamabiko.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A table's cells as the model sees them, under a fit that suits the table and every cell of it.
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
    List<TableRows.Seen> seen = IntStream.range(0, inputs.length).mapToObj(this::seen).toList();
    Shape shape = shape(seen);
    List<TableRows.Seen> seenTargets =
        fit.targets() instanceof Targets.Values values
            ? scaledTargets(values.values())
            : List.of(classNumbers(fit));
    checkInputs(seen);
    return new TableRows(shape, fit.targets(), seen, seenTargets, table.source().lags(), rows);
  }

  private TableRows.Seen seen(int input) {
    int place = inputs[input];
    FittedColumn fitted = fittedColumns.inputs().get(input);
    return fitted instanceof FittedCategories categories
        ? new TableRows.Categories(
            table, place, categories, categories.numbers(table.categories(place)))
        : new TableRows.Numbers(table, place, (FittedNumbers) fitted);
  }

  /** As many inputs as there are categories, or one, for each column and row of a window. */
  private Shape shape(List<TableRows.Seen> seen) {
    long size =
        seen.stream().mapToLong(TableRows.Seen::width).sum() * Math.max(1, table.source().lags());
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
      checkOrder("target", values.names(), table.columns().targets(), fit.source());
    }
    if (fittedColumns.named()) {
      List<String> known = fittedColumns.inputs().stream().map(FittedColumn::name).toList();
      checkOrder("input column", known, table.columns().inputs(), fit.source());
    }
  }

  private void checkOrder(
      String what, List<String> known, List<CsvColumns.Used> used, String other) {
    Set<String> all = new HashSet<>(known);
    for (int i = 0; i < used.size(); i++) {
      String name = used.get(i).name();
      if (!known.get(i).equals(name) && all.contains(name)) {
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

  /** Rows that belong to no example may well hold other categories. */
  private void checkInputs(List<TableRows.Seen> seen) {
    BitSet used = inputRows();
    for (int row = 0; row < table.rows(); row++) {
      for (int i = 0; i < inputs.length; i++) {
        CsvColumns.Used column = table.columns().inputs().get(i);
        if (seen.get(i) instanceof TableRows.Numbers numbers) {
          checkFinite(numbers, row, column);
        } else if (used.get(row)) {
          checkKnown((TableRows.Categories) seen.get(i), row, column);
        }
      }
    }
  }

  private BitSet inputRows() {
    BitSet windows = new BitSet(table.rows());
    int lags = table.source().lags();
    for (int row : rows) {
      windows.set(row - lags, lags == 0 ? row + 1 : row);
    }
    return windows;
  }

  private void checkFinite(TableRows.Numbers numbers, int row, CsvColumns.Used column) {
    double cell = table.number(row, numbers.place());
    if (Float.isInfinite(numbers.fitted().scaled(cell))) {
      throw new DataException(
          table.where(row, column)
              + ": expected a number that fits 32-bit floats but found "
              + cell);
    }
  }

  private void checkKnown(TableRows.Categories categories, int row, CsvColumns.Used column) {
    int text = table.category(row, categories.place());
    if (text != TableLayout.MISSING
        && categories.numbers()[text] == FittedCategories.UNKNOWN
        && table.source().unknownCategories() != DataSource.UnknownCategories.ZEROS) {
      throw new DataException(
          String.format(
              "%s: category %s does not occur in the training part, whose categories are %s; set"
                  + " unknown-categories = zeros to read it as none of them",
              table.where(row, column),
              CsvCell.quote(table.categories(categories.place()).get(text)),
              CsvCell.list(categories.fitted().categories(), MAX_CATEGORIES_SHOWN)));
    }
  }

  private List<TableRows.Seen> scaledTargets(List<Targets.Value> values) {
    List<TableRows.Seen> scaled = new ArrayList<>();
    for (int i = 0; i < targets.length; i++) {
      Targets.Value value = values.get(i);
      TableRows.Numbers numbers =
          new TableRows.Numbers(
              table,
              targets[i],
              new FittedNumbers(value.name(), Double.NaN, value.offset(), value.scale()));
      for (int row : rows) {
        checkFinite(numbers, row, table.columns().targets().get(i));
      }
      scaled.add(numbers);
    }
    return scaled;
  }

  private TableRows.ClassNumber classNumbers(Fit fit) {
    Fit.ClassNumbers numbers = fit.classNumbers();
    CsvColumns.Used column = table.columns().label().orElseThrow();
    List<String> texts = table.classes();
    float[] classOf = new float[texts.size()];
    Arrays.fill(classOf, Float.NaN);
    for (int row : rows) {
      int text = table.label(row);
      if (Float.isNaN(classOf[text])) {
        classOf[text] = numbers.of(texts.get(text), () -> table.where(row, column));
      }
    }
    return new TableRows.ClassNumber(table, classOf);
  }
}
