package dev.yamabiko.data;

import dev.yamabiko.tensor.Shape;
import java.util.List;

/**
 * A table's cells as the model sees them: scaled in double, then rounded to float. All examples
 * share these arrays, however their windows overlap.
 *
 * @param inputs numbers among the table's numeric columns, as are {@code targets}
 * @param rows the row of each example's target
 */
record ScaledTable(
    CsvTable table, int[] inputs, int[] targets, int[] rows, Fit.Columns fittedColumns) {

  Dataset under(Fit fit, Shape inputShape) {
    checkSameColumns(fit.source());
    float[] targetValues =
        fit.targets() instanceof Targets.Values values
            ? scaledTargets(values.values())
            : classNumbers(fit);
    return new FloatRows(
        inputShape, fit.targets(), scaledInputs(), targetValues, table.source().lags(), rows);
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

  private DataException doesNotFit(String expected, String other, String found) {
    return new DataException(
        String.format(
            "this source does not fit %s: expected %s but found %s (%s)",
            other, expected, found, table.source().path()));
  }

  private float[] scaledInputs() {
    float[] scaled = new float[Math.multiplyExact(table.rows(), inputs.length)];
    for (int row = 0; row < table.rows(); row++) {
      for (int i = 0; i < inputs.length; i++) {
        double cell = table.cell(row, inputs[i]);
        float x = fittedColumns.inputs().get(i).scaled(cell);
        scaled[row * inputs.length + i] = finite(x, row, table.columns().inputs().get(i), cell);
      }
    }
    return scaled;
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
