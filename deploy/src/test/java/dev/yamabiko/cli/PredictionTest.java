package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What predict says of the training inputs has the bits of the trainer's own network, whatever kind
 * of file they come in.
 */
class PredictionTest {

  @TempDir private Path directory;

  private InputFiles files() {
    return new InputFiles(directory);
  }

  private static List<String> rowNumbers(int count) {
    return IntStream.range(0, count).mapToObj(Integer::toString).toList();
  }

  private static int largest(float[] p) {
    int best = 0;
    for (int k = 1; k < p.length; k++) {
      best = p[k] > p[best] ? k : best;
    }
    return best;
  }

  /** To the bit, in both formats. */
  private static void assertClasses(
      TrainedJob job, String input, String key, List<String> origins) {
    assertClasses(job, input, key, origins, job.outputs());
  }

  private static void assertClasses(
      TrainedJob job, String input, String key, List<String> origins, List<float[]> expected) {
    List<String> names = job.classes();
    List<String> header = new ArrayList<>(List.of(key, "class", "probability"));
    names.forEach(name -> header.add("p(" + name + ")"));
    List<String[]> table = job.predictCsv(input);
    List<JsonNode> objects = job.predictJson(input);
    assertArrayEquals(header.toArray(), table.get(0));
    assertEquals(expected.size(), table.size() - 1);
    assertEquals(expected.size(), objects.size());
    for (int i = 0; i < expected.size(); i++) {
      float[] p = expected.get(i);
      String[] cells = table.get(i + 1);
      JsonNode object = objects.get(i);
      int best = largest(p);
      assertEquals(origins.get(i), cells[0]);
      assertEquals(origins.get(i), object.path(key).asText());
      assertEquals(names.get(best), cells[1]);
      assertEquals(names.get(best), object.path("class").asText());
      assertEquals(p[best], Float.parseFloat(cells[2]));
      assertEquals(p[best], Float.parseFloat(object.path("probability").asText()));
      List<String> named = new ArrayList<>();
      object.path("probabilities").fieldNames().forEachRemaining(named::add);
      assertEquals(names, named);
      for (int k = 0; k < p.length; k++) {
        assertEquals(p[k], Float.parseFloat(cells[3 + k]), "row " + i + " p" + k);
        String text = object.path("probabilities").path(names.get(k)).asText();
        assertEquals(p[k], Float.parseFloat(text), "row " + i + " p" + k);
      }
    }
  }

  private static void assertValues(
      TrainedJob job, String input, int firstRow, List<String> names, List<double[]> expected) {
    List<String[]> table = job.predictCsv(input);
    List<JsonNode> objects = job.predictJson(input);
    List<String> header = new ArrayList<>(List.of("row"));
    header.addAll(names);
    assertArrayEquals(header.toArray(), table.get(0));
    assertEquals(expected.size(), table.size() - 1);
    assertEquals(expected.size(), objects.size());
    for (int i = 0; i < expected.size(); i++) {
      assertEquals(Integer.toString(firstRow + i), table.get(i + 1)[0]);
      assertEquals(firstRow + i, objects.get(i).path("row").asInt());
      for (int k = 0; k < names.size(); k++) {
        double value = expected.get(i)[k];
        assertEquals(value, Double.parseDouble(table.get(i + 1)[1 + k]), "row " + i);
        assertEquals(value, objects.get(i).path(names.get(k)).doubleValue(), "row " + i);
      }
    }
  }

  /** 300 flowers in two batches; the columns are numbers of unlike size, a word and a label. */
  private void writeFlowers() throws IOException {
    Random random = new Random(5);
    StringBuilder table = new StringBuilder("width,soil,height,kind\n");
    StringBuilder inputs = new StringBuilder("note,height,soil,width\n");
    String[] soils = {"sand", "loam", "clay"};
    String[] kinds = {"rose", "iris", "lily"};
    for (int i = 0; i < 300; i++) {
      int kind = random.nextInt(3);
      double width = 0.01 * (kind + random.nextGaussian());
      double height = 1000 + 300 * random.nextGaussian() - 200 * kind;
      String soil = soils[random.nextInt(3)];
      table.append(width + "," + soil + "," + height + "," + kinds[kind] + "\n");
      inputs.append("n" + i + "," + height + "," + soil + "," + width + "\n");
    }
    files().text("flowers.csv", table.toString());
    files().text("inputs.csv", inputs.toString());
  }

  private static final String FLOWERS =
      """
      data.train.csv { path = flowers.csv, label = kind, categorical = [soil] }
      model = [ { dense { units = 9 } }, layer-norm, gelu, { dense { units = 3 } } ]
      loss { softmax-cross-entropy { label-smoothing = 0.1 } }
      optimizer { adam { learning-rate = 0.02 } }
      batch-size = 32, shards = 5, epochs = 3
      """;

  @Test
  void shouldGiveTheTrainersProbabilitiesForATable() throws IOException {
    writeFlowers();
    TrainedJob job = TrainedJob.of(directory, FLOWERS);
    assertEquals(List.of("iris", "lily", "rose"), job.classes());
    assertClasses(job, "flowers.csv", "row", rowNumbers(300));
    // The same columns in another order, among others, without the label.
    assertClasses(job, "inputs.csv", "row", rowNumbers(300));
  }

  @Test
  void shouldGiveTheTrainersValuesInOriginalUnits() throws IOException {
    Random random = new Random(6);
    StringBuilder table = new StringBuilder("a,b,metres,grams\n");
    for (int i = 0; i < 290; i++) {
      double a = 50 + 10 * random.nextGaussian();
      double b = random.nextDouble();
      table.append(a + "," + b + "," + (1e4 + 300 * a) + "," + (b / 1000 - 3e-4) + "\n");
    }
    files().text("table.csv", table.toString());
    TrainedJob job =
        TrainedJob.of(
            directory,
            """
            data.train.csv { path = table.csv, targets = [metres, grams] }
            model = [ { dense { units = 6 } }, tanh, { dense { units = 2 } } ]
            loss = half-squared-error, optimizer { sgd { learning-rate = 0.1, momentum = 0.9 } }
            batch-size = 40, shards = 3, epochs = 4
            """);
    List<double[]> expected = job.values();
    assertValues(job, "table.csv", 0, List.of("metres", "grams"), expected);
    assertTrue(expected.stream().allMatch(v -> v[0] > 1e4 && v[0] < 1e5 && v[1] < 0.01));
  }

  @Test
  void shouldForecastASeriesFromTheRowsBefore() throws IOException {
    StringBuilder table = new StringBuilder("day,Temp\n");
    for (int i = 0; i < 60; i++) {
      table.append(i + "," + (10 + 5 * StrictMath.sin(i / 4.0)) + "\n");
    }
    files().text("table.csv", table.toString());
    TrainedJob job =
        TrainedJob.of(
            directory,
            """
            data.train.csv { path = table.csv, columns = [Temp], targets = [Temp], lags = 4 }
            model = [ { dense { units = 5 } }, relu, { dense { units = 1 } } ]
            loss = huber, optimizer = rmsprop, batch-size = 16, shards = 2, epochs = 3
            """);
    assertEquals(56, job.training().size());
    assertValues(job, "table.csv", 4, List.of("Temp"), job.values());

    files().text("now.csv", "day,Temp\n60,7\n61,8\n62,10\n63,11\n");
    Invocation few = job.command("predict", TrainedJob.RUN, "--input", "now.csv");
    assertEquals(2, few.exitCode(), few.err());
    assertTrue(
        few.err().contains("4 in all; to forecast the next, append a row with NA"), few.err());
    files().text("next.csv", "day,Temp\n60,7\n61,8\n62,10\n63,11\n64,NA\n");
    files().text("known.csv", "day,Temp\n60,7\n61,8\n62,10\n63,11\n64,9\n");
    List<String[]> next = job.predictCsv("next.csv");
    assertEquals(2, next.size());
    assertArrayEquals(job.predictCsv("known.csv").get(1), next.get(1));
  }

  @Test
  void shouldGiveTheProbabilitiesOfBothClassesWhereOneOutputTellsThem() throws IOException {
    StringBuilder table = new StringBuilder("x,answer\n");
    for (int i = 0; i < 40; i++) {
      table.append(i % 7 + (i % 7 > i % 5 ? ",yes\n" : ",no\n"));
    }
    files().text("table.csv", table.toString());
    TrainedJob job =
        TrainedJob.of(
            directory,
            """
            data.train.csv { path = table.csv, label = answer }
            model = [ { dense { units = 1 } } ], loss = binary-cross-entropy
            optimizer { sgd { learning-rate = 0.3 } }, batch-size = 8, shards = 2, epochs = 4
            """);
    assertEquals(List.of("no", "yes"), job.classes());
    assertClasses(job, "table.csv", "row", rowNumbers(40));
  }

  private static final String PICTURES =
      """
      model = [
        { conv2d { filters = 3, kernel = 3 } }, batch-norm, relu,
        { max-pool { size = 2 } }, flatten, { dropout { rate = 0.3 } }, { dense { units = 2 } }
      ]
      loss = softmax-cross-entropy, optimizer { adamw { learning-rate = 0.01 } }
      batch-size = 24, shards = 3, epochs = 3
      """;

  @Test
  void shouldGiveTheTrainersProbabilitiesForIdxImagesAndBatchNorm() throws IOException {
    byte[] pixels = InputFiles.pixels(270, 48, 1);
    files().idx("images.idx", pixels, 270, 6, 8);
    files().gzip("images.idx.gz", "images.idx");
    files().idx("labels.idx", InputFiles.alternating(270), 270);
    TrainedJob job =
        TrainedJob.of(
            directory, "data.train.idx { images = images.idx, labels = labels.idx }\n" + PICTURES);
    assertClasses(job, "images.idx", "row", rowNumbers(270));
    assertClasses(job, "images.idx.gz", "row", rowNumbers(270));
    // The same numbers in an array; those of an IDX file are scaled to 0..1 on reading.
    float[] scaled = new float[pixels.length];
    for (int i = 0; i < pixels.length; i++) {
      scaled[i] = (pixels[i] & 0xFF) / 255f;
    }
    files().npy("images.npy", "<f4", "(270, 1, 6, 8)", InputFiles.littleEndian(scaled));
    assertClasses(job, "images.npy", "row", rowNumbers(270));
  }

  @Test
  void shouldGiveTheTrainersProbabilitiesForArrays() throws IOException {
    byte[] pixels = InputFiles.pixels(100, 48, 2);
    files().npy("images.npy", "|u1", "(100, 1, 6, 8)", pixels);
    files().npy("labels.npy", "|u1", "(100,)", InputFiles.alternating(100));
    files().idx("images.idx", pixels, 100, 6, 8);
    TrainedJob job =
        TrainedJob.of(
            directory,
            "data.train.npy { inputs = images.npy, labels = labels.npy, scale = 0.004 }\n"
                + PICTURES);
    assertClasses(job, "images.npy", "row", rowNumbers(100));
    assertClasses(job, "images.idx", "row", rowNumbers(100));
  }

  @Test
  void shouldGiveTheTrainersValuesForArrays() throws IOException {
    Random random = new Random(7);
    float[] x = new float[3 * 50];
    float[] y = new float[2 * 50];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextGaussian();
    }
    for (int i = 0; i < y.length; i++) {
      y[i] = x[3 * (i / 2)] * (i % 2 == 0 ? 2 : -1) + x[3 * (i / 2) + 2];
    }
    files().npy("x.npy", "<f4", "(50, 3)", InputFiles.littleEndian(x));
    files().npy("y.npy", "<f4", "(50, 2)", InputFiles.littleEndian(y));
    TrainedJob job =
        TrainedJob.of(
            directory,
            """
            data.train.npy { inputs = x.npy, targets = y.npy }
            model = [ { dense { units = 2 } } ], loss = half-squared-error
            optimizer { sgd { learning-rate = 0.05 } }, batch-size = 10, shards = 2, epochs = 2
            """);
    // Unscaled values are printed as the floats that they are.
    List<float[]> expected = job.outputs();
    List<String[]> table = job.predictCsv("x.npy");
    assertArrayEquals(new String[] {"row", "target 0", "target 1"}, table.get(0));
    for (int i = 0; i < 50; i++) {
      assertEquals(expected.get(i)[0], Float.parseFloat(table.get(i + 1)[1]));
      assertEquals(expected.get(i)[1], Float.parseFloat(table.get(i + 1)[2]));
      assertTrue(table.get(i + 1)[1].length() <= 13, table.get(i + 1)[1]);
    }
  }

  @Test
  void shouldGiveTheTrainersProbabilitiesForAFolderAndForOneImage() throws IOException {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      String name = (i < 10 ? "cats/" : "dogs/") + "%02d.png".formatted(i);
      // Of several sizes, so that they are resized.
      files().png("photos/" + name, 7 + i % 3, 6 + i % 4, i);
      names.add(name);
    }
    TrainedJob job =
        TrainedJob.of(
            directory,
            "data.train.images { directory = photos, size = [6, 8], colour = grey }\n" + PICTURES);
    assertEquals(List.of("cats", "dogs"), job.classes());
    List<float[]> all = job.outputs();
    assertClasses(job, "photos", "file", names);
    assertClasses(
        job,
        "photos/dogs",
        "file",
        names.subList(10, 20).stream().map(name -> name.substring(5)).toList(),
        all.subList(10, 20));
    assertClasses(job, "photos/dogs/13.png", "file", List.of("13.png"), List.of(all.get(13)));
  }
}
