package dev.yamabiko.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class ModelTest {

  @TempDir static Path shared;
  @TempDir Path directory;

  private static Model spirals;
  private static Model line;
  private static Path inputs;

  @BeforeAll
  static void train() throws Exception {
    spirals = Yamabiko.train(TrainingJob.hocon(SmallJobs.SPIRALS)).model();
    StringBuilder table = new StringBuilder("x,day,y\n");
    for (int i = 0; i < 64; i++) {
      table.append("%d,%s,%d\n".formatted(i, i % 2 == 0 ? "mon" : "tue", 100 + 3 * i));
    }
    Path file = Files.writeString(shared.resolve("line.csv"), table);
    TrainingJob job =
        TrainingJob.of(
            Map.of(
                "data.train.csv",
                Map.of("path", file, "targets", List.of("y"), "categorical", List.of("day")),
                "model",
                List.of(Map.of("dense", Map.of("units", 1))),
                "loss",
                "half-squared-error",
                "optimizer.adam.learning-rate",
                0.05,
                "batch-size",
                16,
                "epochs",
                60));
    line = Yamabiko.train(job).model();
    inputs = Files.writeString(shared.resolve("new.csv"), "day,x\ntue,10\nmon,63\n");
  }

  private static float[][] points(int number) {
    float[][] points = new float[number][];
    for (int i = 0; i < number; i++) {
      points[i] = new float[] {(float) Math.sin(i), (float) Math.cos(1.7 * i)};
    }
    return points;
  }

  @Test
  void shouldSayOfManyInputsWhatItSaysOfEach() {
    float[][] points = points(700);
    List<Prediction> together = spirals.predict(points);
    for (int i = 0; i < points.length; i++) {
      Prediction alone = spirals.predict(points[i]);
      assertEquals(alone.label(), together.get(i).label());
      assertEquals(alone.probabilities(), together.get(i).probabilities());
      assertEquals(alone.probabilities().get(alone.label()), alone.probability());
      assertEquals(
          1, alone.probabilities().values().stream().mapToDouble(Float::doubleValue).sum(), 1e-5);
    }
    assertTrue(together.stream().map(Prediction::label).distinct().count() > 1);
    assertEquals(List.of("0", "1", "2"), List.copyOf(together.get(0).probabilities().keySet()));
  }

  @Test
  void shouldPredictFilesInTheTargetsOwnUnits() {
    List<Prediction> predictions = line.predictFile(inputs);
    assertEquals(130, predictions.get(0).value(), 3);
    assertEquals(289, predictions.get(1).value(), 3);
    assertEquals(Map.of("y", predictions.get(1).value()), predictions.get(1).values());
    assertEquals(List.of("y"), line.outputs());
    assertEquals(List.of(3), line.inputShape());
  }

  @Test
  void shouldPredictRowsAsThoseOfAFile() {
    List<Double> inFile = line.predictFile(inputs).stream().map(Prediction::value).toList();
    List<Map<String, Object>> rows =
        List.of(Map.of("x", 10, "day", "tue"), Map.of("day", "mon", "x", "63"));
    assertEquals(inFile, line.predictRows(rows).stream().map(Prediction::value).toList());
    assertEquals(inFile.get(1), line.predict(rows.get(1)).value());
    YamabikoException e =
        assertThrows(YamabikoException.class, () -> line.predict(Map.of("x", 1, "dy", "mon")));
    assertTrue(e.isInputWrong());
    assertTrue(e.getMessage().contains("did you mean 'day'?"), e.getMessage());
    assertThrows(YamabikoException.class, () -> spirals.predict(Map.of("x", 1)));
  }

  @Test
  void shouldPredictRowsFromThoseBeforeThem() throws Exception {
    Model latest = series(1, 1);
    assertRefusesOneRow(latest, 1);
    Model series = series(6, 40);
    List<Map<String, Integer>> rows =
        IntStream.range(0, 8).mapToObj(i -> Map.of("t", 10 + i % 6)).toList();
    List<Prediction> next = series.predictRows(rows);
    assertEquals(3, next.size());
    assertEquals(12, next.get(2).value(), 0.5);
    assertRefusesOneRow(series, 6);
    assertEquals(8, latest.predictRows(rows).size());
  }

  private static void assertRefusesOneRow(Model series, int lags) {
    YamabikoException e =
        assertThrows(YamabikoException.class, () -> series.predict(Map.of("t", 10)));
    assertEquals(
        "the model was trained with lags = "
            + lags
            + "; expected rows for predictRows, oldest first, but found one row",
        e.getMessage());
    assertTrue(e.isInputWrong());
  }

  /** 10 to 15, again and again. */
  private Model series(int lags, int epochs) throws Exception {
    StringBuilder table = new StringBuilder("t\n");
    for (int i = 0; i < 60; i++) {
      table.append(10 + i % 6).append('\n');
    }
    Path file = Files.writeString(directory.resolve("t.csv"), table);
    return Yamabiko.train(
            TrainingJob.hocon(
                """
                data.train.csv { path = "%s", targets = [t], lags = %d }
                model = [ { dense { units = 1 } } ], loss = half-squared-error
                optimizer { adam { learning-rate = 0.1 } }, batch-size = 9, epochs = %d
                """
                    .formatted(file, lags, epochs)))
        .model();
  }

  @Test
  void shouldPredictAnImageAsItsFile() throws Exception {
    Model digits =
        Yamabiko.train(
                TrainingJob.hocon(
                    """
                    data.train.builtin { name = digits, examples = 64 }
                    model = [ flatten, { dense { units = 10 } } ], loss = softmax-cross-entropy
                    optimizer = sgd, batch-size = 32, epochs = 2
                    """))
            .model();
    BufferedImage image = new BufferedImage(28, 28, BufferedImage.TYPE_BYTE_GRAY);
    for (int y = 4; y < 24; y++) {
      image.setRGB(14, y, 0xffffff);
    }
    Path file = directory.resolve("one.png");
    ImageIO.write(image, "png", file.toFile());
    Prediction prediction = digits.predict(image);
    assertEquals(digits.predictFile(file).get(0).probabilities(), prediction.probabilities());
    float[] pixels = new float[28 * 28];
    for (int y = 4; y < 24; y++) {
      pixels[y * 28 + 14] = 1;
    }
    assertEquals(digits.predict(pixels).probabilities(), prediction.probabilities());
    assertThrows(YamabikoException.class, () -> spirals.predict(image));
  }

  @Test
  void shouldBeTheSameAfterItWasSavedAndLoaded() throws Exception {
    Path file = directory.resolve("m.safetensors");
    line.save(file);
    Model loaded = Model.load(file);
    assertEquals(line.weightsSha256(), loaded.weightsSha256());
    assertEquals(
        line.predictFile(inputs).stream().map(Prediction::values).toList(),
        loaded.predictFile(inputs).stream().map(Prediction::values).toList());
    loaded.save(directory.resolve("again.safetensors"));
    assertArrayEquals(
        Files.readAllBytes(file), Files.readAllBytes(directory.resolve("again.safetensors")));
    assertThrows(YamabikoException.class, () -> line.save(directory.resolve("no/such")));
  }

  /** A job can choose two columns of one name by their indexes. */
  @Test
  void shouldTellTargetsOfOneNameApart() throws Exception {
    StringBuilder table = new StringBuilder("x,y,y\n");
    for (int i = 0; i < 40; i++) {
      table.append("%d,%d,%d\n".formatted(i, 100 + 3 * i, -2 * i));
    }
    Path file = Files.writeString(directory.resolve("twins.csv"), table);
    TrainingResult result =
        Yamabiko.train(
            TrainingJob.hocon(
                """
                data.train.csv { path = "%s", columns = [0], targets = [1, 2] }
                data.validation.fraction = 0.2
                model = [ { dense { units = 2 } } ], loss = half-squared-error
                optimizer { adam { learning-rate = 0.1 } }, batch-size = 8, epochs = 60
                """
                    .formatted(file)));
    Model twins = result.model();
    assertEquals(List.of("y", "y (2)"), twins.outputs());
    Prediction prediction = twins.predictFile(file).get(10);
    assertEquals(twins.outputs(), List.copyOf(prediction.values().keySet()));
    assertEquals(130, prediction.values().get("y"), 10);
    assertEquals(-20, prediction.values().get("y (2)"), 10);
    List<?> evaluated = (List<?>) result.evaluation().get("targets");
    assertEquals(
        twins.outputs(), evaluated.stream().map(t -> ((Map<?, ?>) t).get("name")).toList());
    Path saved = directory.resolve("twins.safetensors");
    twins.save(saved);
    assertEquals(prediction.values(), Model.load(saved).predictFile(file).get(10).values());
  }

  @Test
  void shouldServeManyThreadsAtOnce() throws Exception {
    float[][] points = points(300);
    List<Map<String, Float>> expected =
        spirals.predict(points).stream().map(Prediction::probabilities).toList();
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Future<List<Map<String, Float>>>> answers = new ArrayList<>();
      for (int t = 0; t < 8; t++) {
        answers.add(
            threads.submit(
                () ->
                    IntStream.range(0, points.length)
                        .mapToObj(i -> spirals.predict(points[i]).probabilities())
                        .toList()));
      }
      for (Future<List<Map<String, Float>>> answer : answers) {
        assertEquals(expected, answer.get());
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void shouldSayWhatIsWrong() {
    YamabikoException length =
        assertThrows(YamabikoException.class, () -> spirals.predict(new float[3]));
    assertEquals(
        "input 0: the model takes inputs of shape [2], 2 numbers, but this one has 3",
        length.getMessage());
    assertTrue(length.isInputWrong());
    YamabikoException none =
        assertThrows(YamabikoException.class, () -> spirals.predict(new float[][] {{0, 0}, null}));
    assertEquals(
        "input 1: the model takes inputs of shape [2], 2 numbers, but this one is null",
        none.getMessage());
    YamabikoException nan =
        assertThrows(YamabikoException.class, () -> spirals.predict(new float[] {0, Float.NaN}));
    assertEquals("input 0: expected finite numbers but found NaN at 1", nan.getMessage());
    assertThrows(NullPointerException.class, () -> Model.load(null));
    for (Executable asking :
        List.<Executable>of(
            () -> line.predictRows(Arrays.asList(Map.of("x", 1, "day", "mon"), null)),
            () -> line.predictRows(Collections.singletonList(null)),
            () -> line.predict((Map<String, ?>) null))) {
      YamabikoException row = assertThrows(YamabikoException.class, asking);
      assertTrue(row.isInputWrong());
      assertTrue(
          row.getMessage()
              .matches("row [01]: expected values of the input columns 'x', 'day' but found null"),
          row.getMessage());
    }
    assertThrows(NullPointerException.class, () -> spirals.predict((BufferedImage) null));
    Path missing = directory.resolve("x");
    assertEquals(
        missing + ": no such file or directory",
        assertThrows(YamabikoException.class, () -> Model.load(missing)).getMessage());
    assertThrows(IllegalStateException.class, () -> line.predictFile(inputs).get(0).label());
    assertThrows(IllegalStateException.class, () -> spirals.predict(new float[] {0, 0}).value());
  }
}
