package dev.yamabiko.fuzz;

import dev.yamabiko.coordinator.http.FuzzedBodies;
import dev.yamabiko.data.DataSource;
import dev.yamabiko.data.LoadedData;
import dev.yamabiko.data.ModelInputs;
import dev.yamabiko.fuzz.FuzzTarget.Allowance;
import dev.yamabiko.tensor.Shape;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Bodies of requests to the coordinator. */
final class HttpTargets {

  private static final Set<Class<? extends Exception>> REFUSALS =
      Set.of(IllegalArgumentException.class);

  private static final String JSON = "application/json";

  private HttpTargets() {}

  static List<FuzzTarget> all() throws IOException {
    ModelInputs table = table();
    ModelInputs numbers =
        new ModelInputs(
            new DataSource.Npy(Path.of("x"), Optional.of(Path.of("y")), Optional.empty(), 0.5),
            Shape.of(2, 3),
            List.of(),
            List.of());
    List<byte[]> images = new ArrayList<>(DataTargets.pictures());
    images.add(bytes("{\"inputs\":[[%s]]}".formatted("1,".repeat(47) + "255")));
    String[] words = {
      "\"rows\"",
      "\"inputs\"",
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      "null",
      "true",
      "1e400",
      "-0",
      "NaN",
      "\\u0000",
      "\\ud800",
      "\"a\":",
      "\"b\":\"x\"",
      "\u00e9",
      "\u0000"
    };
    return List.of(
        FuzzTarget.of(
                "rows",
                input -> FuzzedBodies.inputs(table, JSON, input),
                REFUSALS,
                List.of(
                    bytes("{\"rows\":[{\"a\":1.5,\"b\":\"x\"},{\"a\":2,\"b\":\"z\"}]}"),
                    bytes("{\"rows\": [{\"b\": \"y\", \"a\": \"-2e3\"}]}")),
                new Allowance(8 << 20, 512))
            .withWords(words),
        FuzzTarget.of(
                "numbers",
                input -> FuzzedBodies.inputs(numbers, JSON, input),
                REFUSALS,
                List.of(
                    bytes("{\"inputs\":[[1,2,3,4,5,6],[[1,2,3],[4,5,6]]]}"),
                    bytes("{ \"inputs\" : [ [ -1e-3, 0.25, 3, 4, 5, 6 ] ] }")),
                new Allowance(8 << 20, 512))
            .withWords(words),
        FuzzTarget.of(
            "images",
            input -> FuzzedBodies.inputs(pictures(), "image/png", input),
            REFUSALS,
            images,
            // 4 megapixels are what a coordinator of 256 MiB allows.
            new Allowance(128 << 20, 8192)),
        FuzzTarget.of(
                "submitted jobs",
                FuzzedBodies::job,
                REFUSALS,
                JobTargets.samples().stream().filter(HttpTargets::namesNoFile).toList(),
                new Allowance(256 << 20, 4096))
            .withWords("${seed}", "${?x}", "sha256:ab", "/etc/passwd", "{", "}", "[", "1e9", "+="));
  }

  private static boolean namesNoFile(byte[] job) {
    String text = new String(job, StandardCharsets.UTF_8);
    return text.contains("builtin") && !text.contains("idx");
  }

  /** A model that was trained on images. */
  static ModelInputs pictures() {
    return new ModelInputs(
        new DataSource.Images(
            Path.of("x"), Optional.of(new DataSource.ImageSize(4, 4)), DataSource.Colour.RGB),
        Shape.of(3, 4, 4),
        List.of(),
        List.of());
  }

  /** One that was trained on a table: a number and a category. */
  static ModelInputs table() {
    List<DataSource.Column> columns =
        List.of(new DataSource.Column.Named("a"), new DataSource.Column.Named("b"));
    DataSource.Csv source =
        new DataSource.Csv(
            Path.of("x"),
            DataSource.Header.TRUE,
            ',',
            columns,
            List.of(),
            Optional.of(new DataSource.Column.Named("c")),
            0,
            DataSource.Normalization.STANDARD,
            DataSource.Normalization.NONE,
            DataSource.MissingValues.MEAN,
            List.of(columns.get(1)),
            DataSource.UnknownCategories.ZEROS);
    List<LoadedData.Scaling> scaling =
        List.of(new LoadedData.Scaling("a", 1, 2), new LoadedData.Scaling("b", List.of("x", "y")));
    return new ModelInputs(source, Shape.of(3), columns, scaling);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
