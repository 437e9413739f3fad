package dev.yamabiko.data;

import dev.yamabiko.tensor.Shape;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * How files without targets become the inputs of a trained model: as its training data did. Inputs
 * are read one by one, so that memory does not grow with their number.
 *
 * @param trainedOn the source of the training data; only its options count
 * @param shape of an input
 * @param columns see {@link LoadedData#columns}
 * @param scaling see {@link LoadedData#scaling}
 */
public record ModelInputs(
    DataSource trainedOn,
    Shape shape,
    List<DataSource.Column> columns,
    List<LoadedData.Scaling> scaling) {

  /** What a file holds, by its first bytes or else its name. */
  private enum Kind {
    TABLE("a table"),
    ARRAY("a .npy file"),
    IDX("an IDX file"),
    IMAGE("an image");

    private final String inWords;

    Kind(String inWords) {
      this.inWords = inWords;
    }
  }

  private static final int MAGIC_BYTES = 6;

  /** PNG, JPEG, GIF and BMP, byte by byte as Latin-1; BMP's "BM" alone may well begin a table. */
  private static final List<String> IMAGE_BEGINNINGS =
      List.of("\u0089PNG", "\u00FF\u00D8\u00FF", "GIF87a", "GIF89a");

  /** A table of which nothing is known. */
  private static final DataSource.Csv PLAIN =
      new DataSource.Csv(
          Path.of(""),
          DataSource.Header.AUTO,
          ',',
          List.of(),
          List.of(),
          Optional.empty(),
          0,
          DataSource.Normalization.NONE,
          DataSource.Normalization.NONE,
          DataSource.MissingValues.ERROR);

  public ModelInputs {
    columns = List.copyOf(columns);
    scaling = List.copyOf(scaling);
  }

  /** Whether inputs of this path are known by the names of their files, not by numbers. */
  public static boolean areFiles(Path path) {
    return Files.isDirectory(path) || Files.exists(path) && kind(path) == Kind.IMAGE;
  }

  /**
   * Reads all inputs in order.
   *
   * @param path a CSV table, a .npy array, images in an IDX file (all of them plain or gzipped), an
   *     image, or a folder of images
   * @throws DataException if they cannot be used; its message is meant for the user
   */
  public void read(Path path, InputSink sink) {
    if (!Files.exists(path)) {
      throw new DataException(path + ": no such file or directory");
    }
    if (Files.isDirectory(path)) {
      images(path, "a folder").readFolder(path, sink);
      return;
    }
    Kind kind = kind(path);
    switch (kind) {
      case TABLE -> table(path).read(sink);
      case ARRAY -> {
        refuseWhereTable(path, kind.inWords);
        array(path, sink);
      }
      case IDX -> {
        refuseWhereTable(path, kind.inWords);
        new IdxInputs(shape, byteValues()).read(path, sink);
      }
      case IMAGE -> images(path, kind.inWords).readFile(path, sink);
    }
  }

  /** Numbers are multiplied as in training if that was on an array, else taken as they are. */
  private void array(Path path, InputSink sink) {
    double scale = trainedOn instanceof DataSource.Npy npy ? npy.scale() : 1;
    NpyArray array = NpyArray.read(path, scale, DataStore.of(DataSpec.Storage.AUTO));
    if (!array.header().exampleShape().equals(shape)) {
      throw new DataException(
          "%s: the model takes inputs of shape %s but the array holds examples of shape %s"
              .formatted(path, shape, array.header().exampleShape()));
    }
    float[] input = new float[shape.size()];
    for (int i = 0; i < array.header().examples(); i++) {
      array.elements().read((long) i * input.length, input, 0, input.length);
      sink.accept(new InputOrigin.Row(i), input);
    }
  }

  private ImageInputs images(Path path, String found) {
    refuseWhereTable(path, found);
    if (shape.rank() != 3 || shape.dimension(0) != 1 && shape.dimension(0) != 3) {
      throw new DataException(
          "%s: the model takes inputs of shape %s, not images".formatted(path, shape));
    }
    if (trainedOn instanceof DataSource.Images images) {
      return new ImageInputs(shape, images.colour(), images.size().isPresent(), byteValues());
    }
    DataSource.Colour colour =
        shape.dimension(0) == 1 ? DataSource.Colour.GREY : DataSource.Colour.RGB;
    return new ImageInputs(shape, colour, false, byteValues());
  }

  private void refuseWhereTable(Path path, String found) {
    if (trainedOn instanceof DataSource.Csv) {
      throw new DataException(
          path + ": the model was trained on a table; expected a table but found " + found);
    }
  }

  private CsvInputs table(Path path) {
    if (trainedOn instanceof DataSource.Csv csv) {
      return new CsvInputs(
          inputsOf(csv, path, columns), scaling.isEmpty() ? unscaled(columns) : scaling, shape);
    }
    if (shape.rank() != 1 || !(trainedOn instanceof DataSource.Builtin)) {
      throw new DataException(
          "%s: the model takes inputs of shape %s; expected %s"
              .formatted(
                  path,
                  shape,
                  shape.rank() == 3
                      ? "images, or an IDX or .npy file, but found none of them"
                      : "an IDX or .npy file but found neither"));
    }
    List<DataSource.Column> all =
        IntStream.range(0, shape.size())
            .mapToObj(i -> (DataSource.Column) new DataSource.Column.Indexed(i))
            .toList();
    return new CsvInputs(inputsOf(PLAIN, path, all), unscaled(all), shape);
  }

  private static List<LoadedData.Scaling> unscaled(List<DataSource.Column> columns) {
    return columns.stream().map(c -> new LoadedData.Scaling("", 0, 1)).toList();
  }

  /** The training table's options, but for what answers: every column that is read is an input. */
  private DataSource.Csv inputsOf(DataSource.Csv csv, Path path, List<DataSource.Column> inputs) {
    return new DataSource.Csv(
        path,
        csv.header(),
        csv.separator(),
        inputs,
        List.of(),
        Optional.empty(),
        csv.lags(),
        csv.normalizeInputs(),
        csv.normalizeTargets(),
        DataSource.MissingValues.ERROR,
        IntStream.range(0, scaling.size())
            .filter(i -> !scaling.get(i).categories().isEmpty())
            .mapToObj(inputs::get)
            .toList(),
        csv.unknownCategories());
  }

  /** What each value of a byte means to the model. */
  private float[] byteValues() {
    float[] values = new float[256];
    for (int i = 0; i < values.length; i++) {
      values[i] = trainedOn instanceof DataSource.Npy npy ? (float) (i * npy.scale()) : i / 255f;
    }
    return values;
  }

  private static Kind kind(Path path) {
    byte[] begin = SourceFile.read(path, in -> in.readNBytes(MAGIC_BYTES));
    String first = new String(begin, StandardCharsets.ISO_8859_1);
    if (first.startsWith("\u0093NUMPY")) {
      return Kind.ARRAY;
    }
    if (first.startsWith("\0\0")) {
      return Kind.IDX;
    }
    if (IMAGE_BEGINNINGS.stream().anyMatch(first::startsWith) || ImageFolder.isImage(path)) {
      return Kind.IMAGE;
    }
    String name = path.getFileName().toString().toLowerCase(Locale.ROOT).replaceFirst("\\.gz$", "");
    return name.endsWith(".npy")
        ? Kind.ARRAY
        : name.endsWith(".idx") || name.endsWith("-ubyte") ? Kind.IDX : Kind.TABLE;
  }
}
