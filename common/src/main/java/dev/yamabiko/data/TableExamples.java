package dev.yamabiko.data;

import dev.yamabiko.tensor.Shape;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Examples cut from a table. An example belongs to the row of its target; its input is that row or,
 * with lags, the rows before it. Columns are fitted over the rows that training examples touch,
 * each row once, whatever number of windows it lies in.
 */
final class TableExamples implements Examples {

  private static final Pattern INTEGER = Pattern.compile("[+-]?[0-9]+");

  private final CsvTable table;
  private final int lags;

  /** Numbers among the table's numeric columns. */
  private final int[] inputs;

  private final int[] targets;

  /** The row of each example's target, ascending. */
  private final int[] rows;

  private TableExamples(CsvTable table) {
    this.table = table;
    lags = table.source().lags();
    inputs = numbers(table, table.columns().inputs());
    targets = numbers(table, table.columns().targets());
    rows = completeRows();
  }

  static TableExamples of(CsvTable table) {
    TableExamples examples = new TableExamples(table);
    if (examples.rows.length == 0) {
      throw new DataException(
          table.rows() <= examples.lags
              ? String.format(
                  "%s: lags = %d needs at least %d rows but the table has %d",
                  examples.name(), examples.lags, examples.lags + 1L, table.rows())
              : examples.name() + ": no example is left: each one needs a value that is missing");
    }
    return examples;
  }

  private static int[] numbers(CsvTable table, List<CsvColumns.Used> columns) {
    List<Integer> indexes = table.numericColumns().stream().map(CsvColumns.Used::index).toList();
    return columns.stream().mapToInt(c -> indexes.indexOf(c.index())).toArray();
  }

  /** Rows whose target is there and, unless the mean fills them in, all inputs are too. */
  private int[] completeRows() {
    boolean inputsMayMiss = table.source().missing() == DataSource.MissingValues.MEAN;
    int[] complete = new int[table.rows()];
    int count = 0;
    int completeInputsBefore = 0;
    for (int row = 0; row < table.rows(); row++) {
      boolean inputsComplete = inputsMayMiss || isPresent(row, inputs);
      boolean window = lags == 0 ? inputsComplete : completeInputsBefore >= lags;
      boolean hasLabel = table.columns().label().isEmpty() || table.label(row).isPresent();
      if (window && hasLabel && isPresent(row, targets)) {
        complete[count++] = row;
      }
      completeInputsBefore = inputsComplete ? completeInputsBefore + 1 : 0;
    }
    return Arrays.copyOf(complete, count);
  }

  private boolean isPresent(int row, int[] columns) {
    for (int column : columns) {
      if (Double.isNaN(table.cell(row, column))) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String name() {
    return table.source().path().toString();
  }

  @Override
  public int size() {
    return rows.length;
  }

  @Override
  public Shape inputShape() {
    return Shape.of(Math.multiplyExact(Math.max(1, lags), inputs.length));
  }

  @Override
  public String targetKind() {
    return table.columns().label().isPresent()
        ? "a class"
        : targets.length == 1 ? "1 target value" : targets.length + " target values";
  }

  @Override
  public boolean isSeries() {
    return lags > 0;
  }

  @Override
  public Fit fit(int[] training) {
    BitSet touched = new BitSet(table.rows());
    for (int example : training) {
      touched.set(rows[example] - lags, rows[example] + 1);
    }
    DataSource.Normalization ofInputs = table.source().normalizeInputs();
    Fit.Columns columns =
        new Fit.Columns(
            lags,
            table.columns().header(),
            fit(table.columns().inputs(), inputs, ofInputs, touched),
            ofInputs != DataSource.Normalization.NONE);
    return new Fit(
        name(),
        table.columns().label().isPresent() ? classes(training) : values(touched),
        Optional.of(columns));
  }

  private List<FittedColumn> fit(
      List<CsvColumns.Used> used,
      int[] columns,
      DataSource.Normalization normalization,
      BitSet touched) {
    return IntStream.range(0, columns.length)
        .mapToObj(
            i ->
                FittedColumn.of(
                    used.get(i).name(),
                    table.where(used.get(i)),
                    normalization,
                    touched.stream()
                        .mapToDouble(row -> table.cell(row, columns[i]))
                        .filter(x -> !Double.isNaN(x))
                        .toArray()))
        .toList();
  }

  private Targets.Values values(BitSet touched) {
    return new Targets.Values(
        fit(table.columns().targets(), targets, table.source().normalizeTargets(), touched).stream()
            .map(c -> new Targets.Value(c.name(), c.offset(), c.scale()))
            .toList());
  }

  /** Sorted by number if all names are integers, else by text. */
  private Targets.Classes classes(int[] training) {
    Set<String> names = new HashSet<>();
    for (int example : training) {
      names.add(table.label(rows[example]).orElseThrow());
    }
    List<String> sorted = new ArrayList<>(names);
    sorted.sort(Comparator.naturalOrder());
    if (names.stream().allMatch(n -> INTEGER.matcher(n).matches())) {
      sorted.sort(Comparator.comparing(BigInteger::new));
    }
    return new Targets.Classes(sorted);
  }

  @Override
  public Dataset under(Fit fit) {
    if (fit.columns().isEmpty()) {
      fit = withOwnColumns(fit);
    }
    Fit.Columns columns = fit.columns().orElseThrow();
    checkSameColumns(fit.source(), columns);
    float[] targetValues =
        fit.targets() instanceof Targets.Values values
            ? scaledTargets(values.values())
            : classNumbers(fit);
    return new FloatRows(
        inputShape(), fit.targets(), scaledInputs(columns.inputs()), targetValues, lags, rows);
  }

  /** Under the fit of a source without columns, this table's cells are taken as they are. */
  private Fit withOwnColumns(Fit fit) {
    DataSource.Csv source = table.source();
    if (source.normalizeInputs() != DataSource.Normalization.NONE
        || source.normalizeTargets() != DataSource.Normalization.NONE
        || source.missing() == DataSource.MissingValues.MEAN) {
      throw new DataException(
          name()
              + ": columns cannot be normalised or filled with their mean for validation alone; the"
              + " training source "
              + fit.source()
              + " is not a table that could be fitted");
    }
    List<FittedColumn> asTheyAre =
        table.columns().inputs().stream()
            .map(c -> new FittedColumn(c.name(), Double.NaN, 0, 1))
            .toList();
    return new Fit(
        fit.source(), fit.targets(), Optional.of(new Fit.Columns(lags, false, asTheyAre, false)));
  }

  private void checkSameColumns(String other, Fit.Columns columns) {
    if (columns.lags() != lags || columns.inputs().size() != inputs.length) {
      throw new DataException(
          String.format(
              "the validation source does not fit the training source: expected lags = %d over %d"
                  + " columns (%s) but found lags = %d over %d columns (%s)",
              columns.lags(), columns.inputs().size(), other, lags, inputs.length, name()));
    }
    for (int i = 0; i < inputs.length; i++) {
      CsvColumns.Used used = table.columns().inputs().get(i);
      String expected = columns.inputs().get(i).name();
      boolean byDefault = columns.named() && table.columns().header() && !used.chosen();
      if (byDefault && !expected.equals(used.name())) {
        throw new DataException(
            String.format(
                "the validation source does not fit the training source: expected input column"
                    + " '%s' (%s) but found '%s' (%s)",
                expected, other, used.name(), name()));
      }
    }
  }

  private float[] scaledInputs(List<FittedColumn> fitted) {
    float[] scaled = new float[arraySize(inputs.length)];
    for (int row = 0; row < table.rows(); row++) {
      for (int i = 0; i < inputs.length; i++) {
        float x = fitted.get(i).scaled(table.cell(row, inputs[i]));
        scaled[row * inputs.length + i] =
            finite(x, row, table.columns().inputs().get(i), table.cell(row, inputs[i]));
      }
    }
    return scaled;
  }

  private float[] scaledTargets(List<Targets.Value> values) {
    float[] scaled = new float[arraySize(targets.length)];
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

  private int arraySize(int columns) {
    return Math.multiplyExact(table.rows(), columns);
  }

  /** With lags and a single target that is an input too: "same as the row before". */
  @Override
  public Optional<LoadedData.Baseline> baseline(int[] examples, Fit fit) {
    OptionalInt input =
        targets.length == 1 && lags > 0
            ? IntStream.range(0, inputs.length).filter(i -> inputs[i] == targets[0]).findFirst()
            : OptionalInt.empty();
    if (input.isEmpty() || fit.columns().isEmpty()) {
      return Optional.empty();
    }
    FittedColumn column = fit.columns().get().inputs().get(input.getAsInt());
    double squares = 0;
    for (int example : examples) {
      double before = column.filled(table.cell(rows[example] - 1, targets[0]));
      double error = table.cell(rows[example], targets[0]) - before;
      squares += error * error;
    }
    double rmse = Math.sqrt(squares / examples.length);
    return Optional.of(new LoadedData.Baseline("same as the row before", rmse));
  }
}
