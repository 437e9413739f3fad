package dev.yamabiko.data;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Where examples come from, as a job names it. */
public sealed interface DataSource {

  /** A generator that needs no file: "digits", "spirals" or "sine". */
  record Builtin(String name, int examples, long seed) implements DataSource {}

  /** Images and labels in IDX files (the format of MNIST), plain or gzipped. */
  record Idx(Path images, Path labels) implements DataSource {}

  /**
   * A table in a CSV file. Exactly one of {@code targets} (real values) and {@code label} (a class)
   * is given. With {@code lags} = L > 0 the rows are a time series, and an example's input is the
   * values of {@code columns} in the L rows before the target's row, oldest row first.
   *
   * @param columns the input columns; empty means: with lags the target columns, else all columns
   *     that are neither target nor label
   */
  record Csv(
      Path path,
      Header header,
      char separator,
      List<Column> columns,
      List<Column> targets,
      Optional<Column> label,
      int lags,
      Normalization normalizeInputs,
      Normalization normalizeTargets,
      MissingValues missing)
      implements DataSource {
    public Csv {
      columns = List.copyOf(columns);
      targets = List.copyOf(targets);
    }
  }

  /** Whether the first line holds names; AUTO: it does if none of its used cells is a number. */
  enum Header {
    AUTO,
    TRUE,
    FALSE
  }

  /** How columns are scaled; the numbers are fitted on the training part only. */
  enum Normalization {
    NONE,
    /** (x - mean) / standard deviation. */
    STANDARD,
    /** (x - min) / (max - min). */
    MIN_MAX
  }

  /** What to do with an empty cell (or NA, NaN, null, ?). */
  enum MissingValues {
    ERROR,
    /** Leave out the examples that would need it. */
    DROP,
    /** Put the column's mean over the training part in its place. */
    MEAN
  }

  /** A CSV column, by its header name or its 0-based index. */
  sealed interface Column {
    record Named(String name) implements Column {}

    record Indexed(int index) implements Column {}
  }
}
