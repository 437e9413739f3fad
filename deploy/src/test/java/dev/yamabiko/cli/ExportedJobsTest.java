package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnxruntime.OrtException;
import dev.yamabiko.data.DataLoader;
import dev.yamabiko.data.DataSource;
import dev.yamabiko.data.DataSpec;
import dev.yamabiko.data.Dataset;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A trained model says in ONNX Runtime what {@code predict} says, given the cells and bytes as they
 * are in the user's files: the example jobs, trained a little, and what they leave out.
 */
@Timeout(300)
class ExportedJobsTest {

  private static final int SIDE = 28;

  @TempDir private Path directory;

  private InputFiles files() {
    return new InputFiles(directory);
  }

  private static Path example(String name) {
    return Path.of("jobs", name + ".conf").toAbsolutePath();
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text);
  }

  /** The first of them, from files that are no part of this project. */
  private byte[] mnist(String name, int header, int bytes) throws IOException {
    String folder = System.getenv("YAMABIKO_DATA");
    assumeTrue(folder != null, "YAMABIKO_DATA names no folder with real data");
    Path path = Path.of(folder, "mnist", name);
    assumeTrue(Files.isReadable(path), "there is no " + path);
    try (InputStream in = new GZIPInputStream(Files.newInputStream(path))) {
      in.skipNBytes(header);
      return in.readNBytes(bytes);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"mnist", "mnist-residual"})
  void shouldReadDigits(String job) throws Exception {
    int count = 192;
    byte[] images = mnist("t10k-images-idx3-ubyte.gz", 16, count * SIDE * SIDE);
    files().idx("images", images, count, SIDE, SIDE);
    files().idx("labels", mnist("t10k-labels-idx1-ubyte.gz", 8, count), count);
    Path idx = directory.resolve("images");
    ExportedJob.of(
            directory,
            example(job),
            "data.train.idx.images=images",
            "data.train.idx.labels=labels",
            "data.validation.idx.images=images",
            "data.validation.idx.labels=labels",
            "epochs=2")
        .assertPredicts(idx, images, 1, SIDE, SIDE);
  }

  @Test
  void shouldReadDrawnDigits() throws Exception {
    int count = 100;
    Dataset drawn =
        DataLoader.load(
                new DataSpec(
                    new DataSource.Builtin("digits", count, 5), Optional.empty(), Optional.empty()),
                1)
            .train();
    byte[] images = new byte[count * SIDE * SIDE];
    float[] input = new float[SIDE * SIDE];
    for (int i = 0; i < count; i++) {
      drawn.readInput(i, input, 0);
      for (int j = 0; j < input.length; j++) {
        images[i * input.length + j] = (byte) Math.round(255 * input[j]);
      }
    }
    files().idx("images", images, count, SIDE, SIDE);
    ExportedJob.of(
            directory,
            example("digits"),
            "data.train.builtin.examples=384",
            "data.validation.builtin.examples=50",
            "epochs=1")
        .assertPredicts(directory.resolve("images"), images, 1, SIDE, SIDE);
  }

  @Test
  void shouldTellColourImagesApart() throws Exception {
    Path folder = Path.of("jobs/data/shapes/square").toAbsolutePath();
    List<Path> images;
    try (Stream<Path> entries = Files.list(folder)) {
      images = entries.sorted().toList();
    }
    int side = 24;
    byte[] pixels = new byte[images.size() * 3 * side * side];
    for (int i = 0; i < images.size(); i++) {
      BufferedImage image = ImageIO.read(images.get(i).toFile());
      for (int j = 0; j < 3 * side * side; j++) {
        int rgb = image.getRGB(j % side, j / side % side);
        pixels[i * 3 * side * side + j] = (byte) (rgb >> 16 - 8 * (j / (side * side)));
      }
    }
    ExportedJob.of(directory, example("shapes"), "epochs=1")
        .assertPredicts(folder, pixels, 3, side, side);
  }

  @Test
  void shouldGuessTheWayOfTravel() throws Exception {
    ExportedJob.of(directory, example("trips"), "epochs=1")
        .assertPredictsTable(Path.of("jobs/data/trips.csv").toAbsolutePath(), 0);
  }

  @Test
  void shouldForecastTheTemperature() throws Exception {
    StringBuilder table = new StringBuilder("\"Date\",\"Temp\"\n");
    for (int day = 1; day <= 300; day++) {
      table.append("day %d,%s\n".formatted(day, 15 + 5 * StrictMath.sin(day / 7.0) + day % 3));
    }
    Path csv = file("days.csv", table.toString());
    ExportedJob.of(directory, example("temperature"), "data.train.csv.path=days.csv", "epochs=3")
        .assertPredictsTable(csv, 7);
  }

  @Test
  void shouldForecastFromNumbersAndWordsOfSeveralRows() throws Exception {
    StringBuilder table = new StringBuilder("sky,Temp,note,wind,dir\n");
    Random random = new Random(3);
    for (int i = 0; i < 60; i++) {
      table.append(
          "%s,%s,n%d,%s,%s\n"
              .formatted(
                  List.of("blue", "grey", "black").get(random.nextInt(3)),
                  10 + 5 * random.nextGaussian(),
                  i,
                  100 * random.nextDouble(),
                  List.of("n", "s").get(random.nextInt(2))));
    }
    Path csv = file("days.csv", table.toString());
    Path job =
        file(
            "job.conf",
            """
            name = days
            data.train.csv { path = days.csv, columns = [sky, Temp, wind, dir], lags = 3
              targets = [Temp, wind], categorical = [sky, dir], normalize-inputs = min-max }
            model = [ { dense { units = 4 } }, tanh, { dense { units = 2 } } ]
            loss = huber, optimizer = adam, batch-size = 16, shards = 2, epochs = 3
            """);
    ExportedJob.of(directory, job).assertPredictsTable(csv, 3);
  }

  /** Of seconds since 1970, 32-bit floats know but every hundredth. */
  @Test
  void shouldKeepWhatLargeNumbersDifferIn() throws Exception {
    StringBuilder table = new StringBuilder("time,x,answer\n");
    for (int i = 0; i < 80; i++) {
      table.append("%d,%d,%s\n".formatted(1_700_000_000 + 5 * i, i % 9, i % 4 < 2 ? "no" : "yes"));
    }
    Path csv = file("events.csv", table.toString());
    Path job =
        file(
            "job.conf",
            """
            data.train.csv { path = events.csv, label = answer }
            model = [ { dense { units = 8 } }, tanh, { dense { units = 1 } } ]
            loss = binary-cross-entropy, optimizer { adam { learning-rate = 0.05 } }
            batch-size = 16, shards = 2, epochs = 4
            """);
    ExportedJob.of(directory, job).assertPredictsTable(csv, 0);
  }

  @Test
  void shouldGiveSharesOfUnscaledColumnsByIndex() throws Exception {
    StringBuilder table = new StringBuilder("0,1,2,3\n");
    for (int i = 0; i < 40; i++) {
      table.append("%s,%s,%s,%s\n".formatted(i / 40.0, i % 7 / 7.0, i % 5 / 5.0, i % 3 / 3.0));
    }
    Path csv = file("shares.csv", table.toString());
    Path job =
        file(
            "job.conf",
            """
            data.train.csv { path = shares.csv, header = true, columns = [1, 0], targets = [2, 3]
              normalize-inputs = none, normalize-targets = none }
            model = [ { dense { units = 2 } } ]
            loss = binary-cross-entropy, optimizer = sgd, batch-size = 8, shards = 2, epochs = 2
            """);
    ExportedJob.of(directory, job).assertPredictsTable(csv, 0);
  }

  @Test
  void shouldScaleArrays() throws Exception {
    byte[] pixels = InputFiles.pixels(50, 48, 2);
    files().npy("images.npy", "|u1", "(50, 1, 6, 8)", pixels);
    files().npy("labels.npy", "|u1", "(50,)", InputFiles.alternating(50));
    Path job =
        file(
            "job.conf",
            """
            data.train.npy { inputs = images.npy, labels = labels.npy, scale = 0.004 }
            model = [ { conv2d { filters = 3, kernel = 3 } }, batch-norm, relu, flatten
              { dense { units = 2 } } ]
            loss = softmax-cross-entropy, optimizer { adam { learning-rate = 0.01 } }
            batch-size = 10, shards = 1, epochs = 3
            """);
    float[] numbers = new float[pixels.length];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = pixels[i] & 0xFF;
    }
    ExportedJob.of(directory, job)
        .assertPredicts(directory.resolve("images.npy"), numbers, 1, 6, 8);
  }

  @Test
  void shouldTakePointsOfAGenerator() throws Exception {
    Random random = new Random(4);
    float[] points = new float[100];
    StringBuilder table = new StringBuilder("x,y\n");
    for (int i = 0; i < points.length; i++) {
      points[i] = random.nextFloat() - 0.5f;
      table.append(points[i]).append(i % 2 == 0 ? ',' : '\n');
    }
    Path csv = file("points.csv", table.toString());
    ExportedJob.of(directory, example("spirals"), "data.train.builtin.examples=500", "epochs=2")
        .assertPredicts(csv, points, 2);
  }

  /** One column of words, and x known. */
  private ExportedJob words(String unknown) throws IOException {
    StringBuilder table = new StringBuilder("word,k\n");
    for (int i = 0; i < 20; i++) {
      table.append(i % 2 == 0 ? "x,a\n" : "y,b\n");
    }
    file("words.csv", table.toString());
    Path job =
        file(
            "job.conf",
            """
            data.train.csv { path = words.csv, label = k, categorical = [word]
              unknown-categories = %s }
            model = [ { dense { units = 2 } } ]
            loss = softmax-cross-entropy, optimizer = sgd, batch-size = 4, shards = 2, epochs = 2
            """
                .formatted(unknown));
    return ExportedJob.of(directory, job);
  }

  @Test
  void shouldReadUnknownCategoriesAsTheJobDoes() throws Exception {
    Path csv = file("new.csv", "word\nx\nz\ny\n");
    words("zeros").assertPredictsTable(csv, 0);
  }

  @Test
  void shouldRefuseUnknownCategoriesAsTheJobDoes() throws Exception {
    try (OnnxSession session = words("error").open()) {
      Map<String, Object> known = Map.of("word", new String[] {"x"});
      assertEquals(1, Arrays.asList((String[]) session.run(1, known, 1).get("label")).size());
      Map<String, Object> unknown = Map.of("word", new String[] {"z"});
      OrtException refused = assertThrows(OrtException.class, () -> session.run(1, unknown, 1));
      assertTrue(refused.getMessage().contains("OneHotEncoder"), refused.getMessage());
    }
  }

  @Test
  void shouldTellWhichWeightsItHolds() throws Exception {
    try (OnnxSession session = words("zeros").open()) {
      String expected =
          new Invocation(0, Files.readString(directory.resolve("run/result.json")).strip(), "")
              .json()
              .path("weights_sha256")
              .asText();
      assertEquals(expected, session.metadata().get("weights_sha256"));
      assertEquals("[\"a\",\"b\"]", session.metadata().get("classes"));
    }
  }
}
