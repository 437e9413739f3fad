package dev.yamabiko.data;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Fits the columns of a table on some of its rows, all in the same two passes over them, since the
 * table may lie on disk. A column's sums run in row order, whatever the others do.
 */
final class TableFit {

  private final CsvTable table;
  private final BitSet rows;
  private final List<Column> inputs = new ArrayList<>();
  private final List<Column> targets = new ArrayList<>();

  /** A column while it is fitted: of numbers, or of categories that are counted. */
  private record Column(
      int place, CsvColumns.Used used, FittedNumbers.Fitting numbers, int[] categoryCounts) {}

  /**
   * @param inputs places among the table's valued columns, as are {@code targets}
   */
  TableFit(CsvTable table, int[] inputs, int[] targets, BitSet rows) {
    this.table = table;
    this.rows = rows;
    DataSource.Csv source = table.source();
    for (int i = 0; i < inputs.length; i++) {
      CsvColumns.Used used = table.columns().inputs().get(i);
      this.inputs.add(column(inputs[i], used, source.normalizeInputs()));
    }
    for (int i = 0; i < targets.length; i++) {
      CsvColumns.Used used = table.columns().targets().get(i);
      this.targets.add(column(targets[i], used, source.normalizeTargets()));
    }
    run();
  }

  private Column column(int place, CsvColumns.Used used, DataSource.Normalization normalization) {
    return used.categorical()
        ? new Column(place, used, null, new int[table.categories(place).size()])
        : new Column(
            place,
            used,
            new FittedNumbers.Fitting(used.name(), table.where(used), normalization),
            null);
  }

  private void run() {
    List<Column> all = new ArrayList<>(inputs);
    all.addAll(targets);
    for (int row = rows.nextSetBit(0); row >= 0; row = rows.nextSetBit(row + 1)) {
      for (Column column : all) {
        if (table.isMissing(row, column.place)) {
          continue;
        }
        if (column.numbers == null) {
          column.categoryCounts[table.category(row, column.place)]++;
        } else {
          column.numbers.add(table.number(row, column.place));
        }
      }
    }
    List<Column> again = new ArrayList<>();
    for (Column column : all) {
      if (column.numbers != null) {
        column.numbers.endFirstPass();
        if (column.numbers.needsSecondPass()) {
          again.add(column);
        }
      }
    }
    if (again.isEmpty()) {
      return;
    }
    for (int row = rows.nextSetBit(0); row >= 0; row = rows.nextSetBit(row + 1)) {
      for (Column column : again) {
        if (!table.isMissing(row, column.place)) {
          column.numbers.addDeviation(table.number(row, column.place));
        }
      }
    }
  }

  List<FittedColumn> inputs() {
    return inputs.stream().map(this::fitted).toList();
  }

  private FittedColumn fitted(Column column) {
    return column.numbers != null
        ? numbers(column)
        : FittedCategories.of(
            column.used.name(),
            table.where(column.used),
            table.categories(column.place),
            column.categoryCounts);
  }

  private FittedNumbers numbers(Column column) {
    FittedNumbers fitted = column.numbers.fitted();
    if (!fitted.isFinite()) {
      int row = largest(column.place);
      throw new DataException(
          "%s: expected a number that can be scaled but found %s, which is too large"
              .formatted(table.where(row, column.used), table.number(row, column.place)));
    }
    return fitted;
  }

  /** The row of the cell with the largest magnitude, the first of several. */
  private int largest(int place) {
    return rows.stream()
        .filter(row -> !table.isMissing(row, place))
        .reduce(
            (a, b) -> Math.abs(table.number(b, place)) > Math.abs(table.number(a, place)) ? b : a)
        .orElseThrow();
  }

  Targets.Values targets() {
    return new Targets.Values(
        targets.stream()
            .map(this::numbers)
            .map(c -> new Targets.Value(c.name(), c.offset(), c.scale()))
            .toList());
  }
}
