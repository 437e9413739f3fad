package dev.yamabiko.data;

import dev.yamabiko.tensor.Shape;
import java.awt.image.BufferedImage;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * How files without targets, and what a program has at hand, become the inputs of a trained model:
 * as its training data did. Inputs are read one by one, so that memory does not grow with their
 * number.
 *
 * @param trainedOn the source of the training data; only its options count
 * @param shape of an input
 * @param type see {@link LoadedData#inputType}; models of .npy arrays once did not say it
 * @param columns see {@link LoadedData#columns}
 * @param scaling see {@link LoadedData#scaling}
 */
public record ModelInputs(
    DataSource trainedOn,
    Shape shape,
    Optional<String> type,
    List<DataSource.Column> columns,
    List<LoadedData.Scaling> scaling) {

  private static final String BYTES = ElementType.U1.numpyName();

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

  /** Of a model that does not say what its arrays were made of, or was trained on none. */
  public ModelInputs(
      DataSource trainedOn,
      Shape shape,
      List<DataSource.Column> columns,
      List<LoadedData.Scaling> scaling) {
    this(trainedOn, shape, Optional.empty(), columns, scaling);
  }

  /** Whether inputs of this path are known by the names of their files, not by numbers. */
  public static boolean areFiles(Path path) {
    return Files.isDirectory(path) || Files.exists(path) && InputFile.of(path) == InputFile.IMAGE;
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
    InputFile kind = InputFile.of(path);
    switch (kind) {
      case TABLE -> table(path).read(sink);
      case ARRAY -> {
        refuseWhereTable(path, kind.inWords());
        array(path, sink);
      }
      case IDX -> {
        refuseWhereTable(path, kind.inWords());
        refuseWhereNoBytes(path, kind.inWords());
        new IdxInputs(shape, byteValues()).read(path, sink);
      }
      case IMAGE -> images(path, kind.inWords()).readFile(path, sink);
    }
  }

  /**
   * What people should know of a file before its inputs are read, if anything.
   *
   * @throws DataException if it is an array whose header cannot be used
   */
  public Optional<String> notice(Path path) {
    if (!Files.isRegularFile(path) || InputFile.of(path) != InputFile.ARRAY) {
      return Optional.empty();
    }
    NpyHeader header = SourceFile.read(path, in -> NpyHeader.read(path, in));
    return InheritedScale.notice(path.toString(), header.type().numpyName(), trainedOn, type);
  }

  /** What has to be given for one input that is not in a file. */
  public InputForm form() {
    if (trainedOn instanceof DataSource.Csv csv) {
      return new InputForm.Table(InputColumn.of(csv, columns, scaling), csv.lags());
    }
    return areImages()
        ? new InputForm.Image(shape, resizes(), holdsBytes())
        : new InputForm.Numbers(shape, holdsBytes());
  }

  /**
   * Rows by column, of a model that was trained on a table.
   *
   * @param source for messages: where they come from
   * @param sink takes the inputs that they make
   * @throws DataException if the model was trained on something else
   */
  public RowInputs rows(String source, InputSink sink) {
    if (!(trainedOn instanceof DataSource.Csv csv)) {
      throw new DataException(
          "%s: the model was not trained on a table; expected %s of shape %s but found rows"
              .formatted(source, areImages() ? "an image" : "numbers", shape));
    }
    RowWindow window = new RowWindow(source, columnScaling(), csv, shape);
    return new RowInputs(InputColumn.of(csv, columns, scaling), csv.lags(), window, sink);
  }

  /**
   * An image file's content as an input; see {@link ImageFile}.
   *
   * @param name for messages: what the image is called
   * @throws DataException if it is no image that the model takes
   */
  public float[] image(String name, InputStream content, DecodingGuard guard) {
    ImageInputs images = images(name, "an image");
    return images.input(name, ImageFile.read(name, content, images.colour(), guard));
  }

  /** The same of an image that is decoded already. */
  public float[] image(String name, BufferedImage image) {
    ImageInputs images = images(name, "an image");
    return images.input(name, ImageFile.planes(image, images.colour()));
  }

  /**
   * Numbers as an input, row-major, in the units of the training data: bytes (0 to 255) where it
   * holds images, and of .npy arrays what is in the file.
   *
   * @param name for messages: what the numbers are called
   * @throws DataException if they are not so many, or not such numbers
   */
  public float[] numbers(String name, double[] values) {
    refuseWhereTable(name, "numbers");
    if (values.length != shape.size()) {
      throw new DataException(
          "%s: expected %d numbers, of shape %s, but found %d"
              .formatted(name, shape.size(), shape, values.length));
    }
    return holdsBytes() ? ofBytes(name, values) : scaled(name, values);
  }

  private float[] ofBytes(String name, double[] values) {
    float[] bytes = byteValues();
    float[] input = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      double value = values[i];
      if (!(value >= 0 && value < bytes.length && value == Math.rint(value))) {
        throw unfit(name, i, "a whole number from 0 to 255", value);
      }
      input[i] = bytes[(int) value];
    }
    return input;
  }

  private float[] scaled(String name, double[] values) {
    float[] input = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      input[i] = (float) (values[i] * scale());
      if (!Float.isFinite(input[i])) {
        throw unfit(name, i, "a finite number that, scaled, fits 32-bit floats", values[i]);
      }
    }
    return input;
  }

  private static DataException unfit(String name, int number, String expected, double found) {
    return new DataException(
        "%s, number %d: expected %s but found %s".formatted(name, number, expected, found));
  }

  /** Whether the training data is bytes, of which the model sees the 255th parts. */
  private boolean holdsBytes() {
    return trainedOn instanceof DataSource.Idx
        || trainedOn instanceof DataSource.Images
        || trainedOn instanceof DataSource.Builtin && areImages();
  }

  private double scale() {
    return trainedOn instanceof DataSource.Npy npy ? npy.factor() : 1;
  }

  /** Numbers are multiplied as in training if that was on an array, else taken as they are. */
  private void array(Path path, InputSink sink) {
    NpyArray array = NpyArray.read(path, scale(), DataStore.of(DataSpec.Storage.AUTO));
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

  private ImageInputs images(Object name, String found) {
    refuseWhereTable(name, found);
    refuseWhereNoBytes(name, found);
    if (!areImages()) {
      throw new DataException(
          "%s: the model takes inputs of shape %s, not images".formatted(name, shape));
    }
    if (trainedOn instanceof DataSource.Images images) {
      return new ImageInputs(shape, images.colour(), resizes(), byteValues());
    }
    DataSource.Colour colour =
        shape.dimension(0) == 1 ? DataSource.Colour.GREY : DataSource.Colour.RGB;
    return new ImageInputs(shape, colour, false, byteValues());
  }

  private boolean resizes() {
    return trainedOn instanceof DataSource.Images images && images.size().isPresent();
  }

  private boolean areImages() {
    return takesBytes()
        && shape.rank() == 3
        && (shape.dimension(0) == 1 || shape.dimension(0) == 3);
  }

  /**
   * Whether what a byte of an image becomes is known. An extension has that in its code, not in the
   * job. Of an array, bytes alone are bytes: an image of floats may go from 0 to 1. Where a model
   * does not say what its array was made of, a scale makes bytes likely, and none makes them not.
   */
  private boolean takesBytes() {
    return trainedOn instanceof DataSource.Npy npy
        ? type.map(BYTES::equals).orElse(npy.factor() != 1)
        : !(trainedOn instanceof DataSource.Extended);
  }

  private void refuseWhereNoBytes(Object name, String found) {
    if (trainedOn instanceof DataSource.Npy && !takesBytes()) {
      throw new DataException(
          "%s: the model was trained on a .npy array of %s, not on bytes as images have them; expected a .npy file, or numbers as in training, but found %s"
              .formatted(name, type.orElse("a dtype that is not known"), found));
    }
    if (trainedOn instanceof DataSource.Extended extended) {
      throw new DataException(
          "%s: the model was trained on data source %s of an extension, which alone knows what numbers an image becomes; expected numbers as it gives them but found %s"
              .formatted(name, extended.kind(), found));
    }
  }

  private void refuseWhereTable(Object name, String found) {
    if (trainedOn instanceof DataSource.Csv) {
      throw new DataException(
          name + ": the model was trained on a table; expected a table but found " + found);
    }
  }

  private CsvInputs table(Path path) {
    if (trainedOn instanceof DataSource.Csv csv) {
      return new CsvInputs(inputsOf(csv, path, columns), columnScaling(), shape);
    }
    boolean plain =
        trainedOn instanceof DataSource.Builtin || trainedOn instanceof DataSource.Extended;
    if (shape.rank() != 1 || !plain) {
      throw notATable(path);
    }
    List<DataSource.Column> all =
        IntStream.range(0, shape.size())
            .mapToObj(i -> (DataSource.Column) new DataSource.Column.Indexed(i))
            .toList();
    return new CsvInputs(inputsOf(PLAIN, path, all), unscaled(all), shape);
  }

  /** That the model's inputs are no rows of a table. */
  DataException notATable(Path table) {
    return new DataException(
        "%s: the model takes inputs of shape %s; expected %s but found a table"
            .formatted(
                table,
                shape,
                !takesBytes()
                    ? "a .npy file"
                    : shape.rank() == 3
                        ? "images, or an IDX or .npy file,"
                        : "an IDX or .npy file"));
  }

  private List<LoadedData.Scaling> columnScaling() {
    return scaling.isEmpty() ? unscaled(columns) : scaling;
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
        csv.missing(),
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
      values[i] = trainedOn instanceof DataSource.Npy npy ? (float) (i * npy.factor()) : i / 255f;
    }
    return values;
  }
}
