package dev.yamabiko.data;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/** Where examples come from, as a job names it. */
public sealed interface DataSource {

  /** A generator that needs no file: "digits", "spirals" or "sine". */
  record Builtin(String name, int examples, long seed) implements DataSource {}

  /** Images and labels in IDX files (the format of MNIST), plain or gzipped. */
  record Idx(Path images, Path labels) implements DataSource {}

  /**
   * Images in a directory that holds one folder per class, named by it; files of the extensions
   * png, jpg, jpeg, jpe, jfif, gif and bmp, sorted by name within a class.
   *
   * @param size all images are stretched to it; may be left out if they have one size already
   */
  record Images(Path directory, Optional<ImageSize> size, Colour colour) implements DataSource {}

  /**
   * Examples that an extension reads. Equal ones give equal examples of equal files: what an
   * extension makes of its options may be a lambda, and does not count.
   *
   * @param kind as job files spell it
   * @param identity says, beside the files' content, all that the examples depend on
   * @param files that it reads, by the keys that name them, as are {@code directories}
   */
  record Extended(
      String kind,
      String identity,
      Map<String, Path> files,
      Map<String, Path> directories,
      ExampleSource source)
      implements DataSource {
    public Extended {
      files = Map.copyOf(files);
      directories = Map.copyOf(directories);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Extended extended
          && kind.equals(extended.kind)
          && identity.equals(extended.identity)
          && files.equals(extended.files)
          && directories.equals(extended.directories);
    }

    @Override
    public int hashCode() {
      return Objects.hash(kind, identity, files, directories);
    }
  }

  /** Height and width in pixels, each at least 1. */
  record ImageSize(int height, int width) {}

  /** The channels of an image: three, or one that holds the luma. */
  enum Colour {
    RGB,
    GREY
  }

  /**
   * Arrays in NumPy's .npy files, each of shape (examples, ...). Exactly one of {@code labels}
   * (integers, the class numbers) and {@code targets} (real values) is given.
   *
   * @param scale what each number of the inputs is multiplied by; images of unsigned bytes mostly
   *     want 1/255. Where it is not given, that of the training source counts
   */
  record Npy(Path inputs, Optional<Path> labels, Optional<Path> targets, OptionalDouble scale)
      implements DataSource {

    public Npy(Path inputs, Optional<Path> labels, Optional<Path> targets, double scale) {
      this(inputs, labels, targets, OptionalDouble.of(scale));
    }

    /** What each number is multiplied by where no training source says it. */
    public double factor() {
      return scale.orElse(1);
    }

    /** This source beside that one, from which a model learned, or is to learn. */
    Npy beside(DataSource training) {
      return scale.isEmpty() && training instanceof Npy npy
          ? new Npy(inputs, labels, targets, npy.scale)
          : this;
    }
  }

  /**
   * A table in a CSV file, plain or gzipped. Exactly one of {@code targets} (real values) and
   * {@code label} (a class, named by the cell's text) is given. With {@code lags} = L > 0 the rows
   * are a time series, and an example's input is the values of {@code columns} in the L rows before
   * the target's row, oldest row first.
   *
   * <p>As a validation source, a table is scaled and filled as the training source was fitted; its
   * own normalisation settings do not count.
   *
   * <p>A categorical column becomes one input per category that occurs in the training part, in the
   * order of their code points: 1 for the cell's own, 0 for the others. Cells are compared as text,
   * blanks around it aside; nothing is normalised.
   *
   * @param columns the input columns; empty means: with lags the target columns, else all columns
   *     that are neither target nor label
   * @param categorical those input columns that hold categories instead of numbers
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
      MissingValues missing,
      List<Column> categorical,
      UnknownCategories unknownCategories)
      implements DataSource {
    public Csv {
      columns = List.copyOf(columns);
      targets = List.copyOf(targets);
      categorical = List.copyOf(categorical);
    }

    /** Whether what a model keeps of a column of numbers says by what a missing cell is filled. */
    boolean offsetsAreMeans() {
      return normalizeInputs == Normalization.STANDARD;
    }

    /** A table whose input columns all hold numbers. */
    public Csv(
        Path path,
        Header header,
        char separator,
        List<Column> columns,
        List<Column> targets,
        Optional<Column> label,
        int lags,
        Normalization normalizeInputs,
        Normalization normalizeTargets,
        MissingValues missing) {
      this(
          path,
          header,
          separator,
          columns,
          targets,
          label,
          lags,
          normalizeInputs,
          normalizeTargets,
          missing,
          List.of(),
          UnknownCategories.ERROR);
    }
  }

  /**
   * Whether the first line holds names. AUTO: it does if a column is given by name, or if none of
   * its cells in input and target columns of numbers is a number while at least one of them is some
   * other text than a mark of a missing value.
   */
  enum Header {
    AUTO,
    TRUE,
    FALSE
  }

  /**
   * How columns are scaled. The numbers are fitted on the training part only: on the cells that are
   * present in the rows that its examples touch, each row once. A constant column has scale 1.
   */
  enum Normalization {
    NONE,
    /** (x - mean) / standard deviation, that of the population: it divides by n. */
    STANDARD,
    /** (x - min) / (max - min). */
    MIN_MAX
  }

  /** What to do with a used cell that is empty (or NA, NaN, null or ?, in any case). */
  enum MissingValues {
    ERROR,
    /** Leave out the examples that would need it. */
    DROP,
    /**
     * Put an input column's mean over the training part in its place, or its most frequent category
     * (of several, the first by code points). Targets are never invented: an example that lacks its
     * target or label is left out.
     */
    MEAN
  }

  /**
   * What to do with a category that the training part lacks. What is said of the very table that
   * holds it counts, not what is said of the training source.
   */
  enum UnknownCategories {
    ERROR,
    /** All of the column's inputs are 0. */
    ZEROS
  }

  /** A CSV column, by its header name or its 0-based index. */
  sealed interface Column {
    record Named(String name) implements Column {}

    record Indexed(int index) implements Column {}
  }
}
