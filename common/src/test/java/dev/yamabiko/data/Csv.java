package dev.yamabiko.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Test fixture: a CSV file and what a job says of it, at first nothing but its path. */
final class Csv {

  private final Path path;
  private DataSource.Header header = DataSource.Header.AUTO;
  private char separator = ',';
  private List<DataSource.Column> columns = List.of();
  private List<DataSource.Column> targets = List.of();
  private Optional<DataSource.Column> label = Optional.empty();
  private int lags;
  private DataSource.Normalization inputs = DataSource.Normalization.NONE;
  private DataSource.Normalization outputs = DataSource.Normalization.NONE;
  private DataSource.MissingValues missing = DataSource.MissingValues.ERROR;
  private List<DataSource.Column> categorical = List.of();
  private DataSource.UnknownCategories unknown = DataSource.UnknownCategories.ERROR;

  private Csv(Path path) {
    this.path = path;
  }

  static Csv at(Path path) {
    return new Csv(path);
  }

  static Csv of(Path directory, String... lines) {
    return file(directory, "table.csv", String.join("\n", lines) + "\n");
  }

  static Csv file(Path directory, String name, String content) {
    try {
      return new Csv(Files.writeString(directory.resolve(name), content));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Csv header(DataSource.Header header) {
    this.header = header;
    return this;
  }

  Csv separator(char separator) {
    this.separator = separator;
    return this;
  }

  /** Strings are names, integers are indexes. */
  Csv columns(Object... columns) {
    this.columns = columnsOf(columns);
    return this;
  }

  Csv targets(Object... targets) {
    this.targets = columnsOf(targets);
    return this;
  }

  Csv label(Object label) {
    this.label = Optional.of(column(label));
    return this;
  }

  Csv lags(int lags) {
    this.lags = lags;
    return this;
  }

  Csv normalize(DataSource.Normalization inputs, DataSource.Normalization targets) {
    this.inputs = inputs;
    this.outputs = targets;
    return this;
  }

  Csv missing(DataSource.MissingValues missing) {
    this.missing = missing;
    return this;
  }

  Csv categorical(Object... columns) {
    categorical = columnsOf(columns);
    return this;
  }

  /** Categories that training lacks become zeros. */
  Csv unknownAsZeros() {
    unknown = DataSource.UnknownCategories.ZEROS;
    return this;
  }

  private static List<DataSource.Column> columnsOf(Object... columns) {
    return Arrays.stream(columns).map(Csv::column).toList();
  }

  private static DataSource.Column column(Object column) {
    return column instanceof Integer index
        ? new DataSource.Column.Indexed(index)
        : new DataSource.Column.Named((String) column);
  }

  DataSource.Csv source() {
    return new DataSource.Csv(
        path,
        header,
        separator,
        columns,
        targets,
        label,
        lags,
        inputs,
        outputs,
        missing,
        categorical,
        unknown);
  }

  LoadedData load() {
    return Loading.load(source());
  }

  /** Holds out the last examples. */
  LoadedData loadHoldingOut(double fraction) {
    return Loading.holdOut(source(), fraction, DataSpec.Split.CHRONOLOGICAL);
  }

  LoadedData loadValidatedBy(Csv validation) {
    return Loading.validate(source(), validation.source());
  }

  String error() {
    return Loading.errorOf(this::load);
  }
}
