package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The example jobs on real data, which is no part of this project: the environment variable
 * YAMABIKO_DATA names a folder with {@code mnist/} (four IDX files) and {@code weather/} (a CSV
 * file of daily temperatures). Without it these tests are skipped.
 */
class RealDataTest {

  @TempDir private Path directory;

  @Tag("soak")
  @Test
  void shouldReadMnistTestDigitsIn97Point5PercentOfCases() throws IOException {
    JsonNode result =
        run(
            "train",
            "mnist",
            "data.train.idx.images=" + data("mnist/train10k-images-idx3-ubyte.gz"),
            "data.train.idx.labels=" + data("mnist/train10k-labels-idx1-ubyte.gz"),
            "data.validation.idx.images=" + data("mnist/t10k-images-idx3-ubyte.gz"),
            "data.validation.idx.labels=" + data("mnist/t10k-labels-idx1-ubyte.gz"));
    assertTrue(result.path("validation_accuracy").asDouble() >= 0.975, result.toString());
    assertTrue(result.path("epochs").asInt() <= 10, result.toString());
  }

  @Test
  void shouldForecastTemperatureBetterThanTheDayBefore() throws IOException {
    JsonNode result = run("train", "temperature", temperature());
    double rmse = result.path("validation_rmse").asDouble();
    double baseline = result.path("baseline_rmse").asDouble();
    assertTrue(rmse > 0 && rmse <= 0.92 * baseline, result.toString());
  }

  @Test
  void shouldPassGradientCheckOnTemperature() throws IOException {
    JsonNode result = run("gradcheck", "temperature", temperature());
    assertEquals("ok", result.path("status").asText(), result.toString());
  }

  private static String temperature() {
    return "data.train.csv.path=" + data("weather/daily-min-temperatures.csv");
  }

  private static Path data(String file) {
    String folder = System.getenv("YAMABIKO_DATA");
    assumeTrue(folder != null, "YAMABIKO_DATA names no folder with real data");
    Path path = Path.of(folder, file).toAbsolutePath();
    assumeTrue(Files.isReadable(path), "there is no " + path);
    return path;
  }

  private JsonNode run(String command, String job, String... settings) throws IOException {
    List<String> arguments = new ArrayList<>(List.of(command, "--json"));
    arguments.add(Path.of("jobs", job + ".conf").toAbsolutePath().toString());
    for (String setting : settings) {
      arguments.addAll(List.of("--set", setting));
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        Main.run(
            arguments.toArray(String[]::new),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            directory);
    assertEquals(0, code, err.toString(StandardCharsets.UTF_8));
    List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
    return new ObjectMapper().readTree(lines.get(lines.size() - 1));
  }
}
