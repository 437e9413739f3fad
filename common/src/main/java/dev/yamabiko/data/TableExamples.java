package dev.yamabiko.data;

import dev.yamabiko.tensor.Shape;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
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

  /** Places among the table's valued columns. */
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
    Map<Integer, Integer> places = new HashMap<>();
    for (CsvColumns.Used valued : table.valuedColumns()) {
      places.put(valued.index(), places.size());
    }
    return columns.stream().mapToInt(c -> places.get(c.index())).toArray();
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
      boolean hasLabel =
          table.columns().label().isEmpty() || table.label(row) != TableLayout.MISSING;
      if (window && hasLabel && isPresent(row, targets)) {
        complete[count++] = row;
      }
      completeInputsBefore = inputsComplete ? completeInputsBefore + 1 : 0;
    }
    return Arrays.copyOf(complete, count);
  }

  private boolean isPresent(int row, int[] columns) {
    for (int column : columns) {
      if (table.isMissing(row, column)) {
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
    return table.columns().label().isPresent() ? Fit.A_CLASS : Fit.valuesInWords(targets.length);
  }

  @Override
  public boolean isSeries() {
    return lags > 0;
  }

  @Override
  public List<DataSource.Column> columns() {
    return table.columns().asFoundElsewhere();
  }

  /** Nobody else says how many examples of a table are left out. */
  @Override
  public Optional<String> note() {
    int all = table.rows() - lags;
    if (rows.length == all) {
      return Optional.empty();
    }
    String lacking =
        table.source().missing() == DataSource.MissingValues.DROP
            ? "value"
            : table.columns().label().isPresent() ? "label" : "target";
    return Optional.of(
        "%s: left out %d of %d examples, of which a %s is missing"
            .formatted(name(), all - rows.length, all, lacking));
  }

  @Override
  public Fit fit(int[] training) {
    BitSet touched = new BitSet(table.rows());
    for (int example : training) {
      touched.set(rows[example] - lags, rows[example] + 1);
    }
    TableFit fit = new TableFit(table, inputs, targets, touched);
    List<FittedColumn> fitted = fit.inputs();
    Fit.Columns columns =
        new Fit.Columns(
            lags,
            table.columns().header(),
            fitted,
            table.source().normalizeInputs() != DataSource.Normalization.NONE
                || fitted.stream().anyMatch(FittedCategories.class::isInstance));
    return new Fit(
        name(),
        table.columns().label().isPresent() ? classes(training) : fit.targets(),
        Optional.of(columns));
  }

  /** Sorted by number if all names are integers, else by text. */
  private Targets.Classes classes(int[] training) {
    BitSet numbers = new BitSet();
    for (int example : training) {
      numbers.set(table.label(rows[example]));
    }
    List<String> names = numbers.stream().mapToObj(table.classes()::get).toList();
    List<String> sorted = new ArrayList<>(names);
    sorted.sort(Comparator.naturalOrder());
    if (names.stream().allMatch(n -> INTEGER.matcher(n).matches())) {
      sorted.sort(Comparator.comparing(BigInteger::new));
    }
    return new Targets.Classes(sorted);
  }

  @Override
  public Fit fitOf(
      DataSource trainedOn,
      Targets known,
      List<LoadedData.Scaling> scaling,
      List<DataSource.Column> columns) {
    boolean means = trainedOn instanceof DataSource.Csv csv && csv.offsetsAreMeans();
    if (table.source().missing() == DataSource.MissingValues.MEAN) {
      requireFillings(means && !scaling.isEmpty());
    }
    return new Fit(
        Fit.MODEL,
        known,
        Optional.of(
            scaling.isEmpty()
                ? unscaled(columns)
                : new Fit.Columns(
                    lags,
                    true,
                    scaling.stream()
                        .map(means ? FittedColumn::ofStandardised : FittedColumn::of)
                        .toList(),
                    true)));
  }

  /**
   * A model keeps what a column was scaled by, which may be its mean, but not what its most
   * frequent category was.
   */
  private void requireFillings(boolean means) {
    String expected = "; expected missing = drop or missing = error";
    if (!means) {
      throw new DataException(
          name() + ": the mean of the training part is not known here" + expected);
    }
    for (int i = 0; i < inputs.length; i++) {
      CsvColumns.Used column = table.columns().inputs().get(i);
      for (int row = 0; column.categorical() && row < table.rows(); row++) {
        if (table.isMissing(row, inputs[i])) {
          throw new DataException(
              table.where(row, column)
                  + ": the value is missing, and the most frequent category of the training part"
                  + " is not known here"
                  + expected);
        }
      }
    }
  }

  @Override
  public Dataset under(Fit fit) {
    return new ScaledTable(table, inputs, targets, rows, fit.columns().orElseGet(() -> own(fit)))
        .under(fit);
  }

  /** Under the fit of a source without columns, this table's cells are taken as they are. */
  private Fit.Columns own(Fit fit) {
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
    return asTheyAre();
  }

  private Fit.Columns asTheyAre() {
    return asTheyAre(table.columns().inputs().stream().map(CsvColumns.Used::name).toList(), false);
  }

  private Fit.Columns asTheyAre(List<String> names, boolean named) {
    List<FittedColumn> unscaled =
        names.stream().map(name -> FittedColumn.of(new LoadedData.Scaling(name, 0, 1))).toList();
    return new Fit.Columns(lags, named, unscaled, false);
  }

  /** Under a model that scales nothing, which still knows its columns if they came from a table. */
  private Fit.Columns unscaled(List<DataSource.Column> known) {
    if (known.isEmpty()) {
      return asTheyAre();
    }
    List<CsvColumns.Used> own = table.columns().inputs();
    List<String> names = new ArrayList<>();
    for (int i = 0; i < known.size(); i++) {
      // A column that the model knows by its index may be called anything.
      names.add(
          known.get(i) instanceof DataSource.Column.Named named
              ? named.name()
              : i < own.size() ? own.get(i).name() : "");
    }
    return asTheyAre(names, true);
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
    FittedNumbers column = (FittedNumbers) fit.columns().get().inputs().get(input.getAsInt());
    double squares = 0;
    for (int example : examples) {
      double before = column.filled(table.number(rows[example] - 1, targets[0]));
      double error = table.number(rows[example], targets[0]) - before;
      squares += error * error;
    }
    double rmse = Math.sqrt(squares / examples.length);
    return Optional.of(new LoadedData.Baseline("same as the row before", rmse));
  }
}
