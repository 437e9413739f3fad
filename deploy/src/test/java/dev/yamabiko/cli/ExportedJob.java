package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Test fixture: a job that is trained and exported by the command, and what ONNX Runtime says of
 * inputs held against what {@code predict} says of them.
 */
final class ExportedJob {

  private static final double TOLERANCE = 1e-4;
  private static final String RUN = "run";
  private static final String MODEL = "model.onnx";

  private final Path working;

  private ExportedJob(Path working) {
    this.working = working;
  }

  /**
   * @param settings KEY=VALUE each
   */
  static ExportedJob of(Path working, Path job, String... settings) {
    ExportedJob exported = new ExportedJob(working);
    List<String> train = new ArrayList<>(List.of("train", job.toString(), "--out", RUN));
    for (String setting : settings) {
      train.addAll(List.of("--set", setting));
    }
    exported.done(train);
    exported.done(List.of("export", RUN, "--out", MODEL));
    return exported;
  }

  private String done(List<String> arguments) {
    Invocation invocation = Invocation.of(working, arguments);
    assertEquals(0, invocation.exitCode(), invocation.err());
    return invocation.out();
  }

  OnnxSession open() throws OrtException {
    return OnnxSession.open(working.resolve(MODEL));
  }

  private List<Map<String, String>> predictions(Path input) {
    return rows(done(List.of("predict", RUN, "--input", input.toString())));
  }

  /** Rows by the header's names; quotes mean nothing in these tests. */
  private static List<Map<String, String>> rows(String csv) {
    List<String[]> table = csv.lines().map(line -> line.replace("\"", "").split(",", -1)).toList();
    List<Map<String, String>> rows = new ArrayList<>();
    for (String[] cells : table.subList(1, table.size())) {
      Map<String, String> row = new LinkedHashMap<>();
      for (int i = 0; i < cells.length; i++) {
        row.put(table.get(0)[i], cells[i]);
      }
      rows.add(row);
    }
    return rows;
  }

  /** Images, or other arrays of one shape. */
  void assertPredicts(Path input, Object values, long... example) throws OrtException {
    List<Map<String, String>> predictions = predictions(input);
    try (OnnxSession session = open()) {
      assertEquals(List.of("input"), List.copyOf(session.inputs().keySet()));
      assertEqual(predictions, session.run(predictions.size(), Map.of("input", values), example));
    }
  }

  /**
   * A table, whose cells go in as they are.
   *
   * @param lags 0 where a row is an example
   */
  void assertPredictsTable(Path csv, int lags) throws OrtException, IOException {
    List<Map<String, String>> predictions = predictions(csv);
    List<Map<String, String>> rows = rows(Files.readString(csv));
    assertEquals(rows.size() - lags, predictions.size());
    int window = Math.max(1, lags);
    try (OnnxSession session = open()) {
      Map<String, Object> columns = new HashMap<>();
      for (Map.Entry<String, OnnxJavaType> input : session.inputs().entrySet()) {
        String[] cells = new String[predictions.size() * window];
        Arrays.setAll(cells, i -> rows.get(i / window + i % window).get(input.getKey()));
        columns.put(
            input.getKey(),
            input.getValue() == OnnxJavaType.STRING
                ? cells
                : Arrays.stream(cells).mapToDouble(Double::parseDouble).toArray());
      }
      assertEqual(predictions, session.run(predictions.size(), columns, window));
    }
  }

  private static void assertEqual(
      List<Map<String, String>> predictions, Map<String, Object> outputs) {
    assertTrue(!predictions.isEmpty());
    if (outputs.containsKey("label")) {
      String[] labels = (String[]) outputs.get("label");
      float[][] probabilities = (float[][]) outputs.get("probabilities");
      assertEquals(predictions.size(), labels.length);
      for (int n = 0; n < labels.length; n++) {
        Map<String, String> row = predictions.get(n);
        assertEquals(row.get("class"), labels[n], "row " + n);
        // Beside the row, the class and its probability.
        List<String> expected = List.copyOf(row.values()).subList(3, row.size());
        double[] found = new double[probabilities[n].length];
        for (int k = 0; k < found.length; k++) {
          found[k] = probabilities[n][k];
        }
        assertNear(expected, found, n);
      }
    } else {
      Object values = outputs.get("predictions");
      for (int n = 0; n < predictions.size(); n++) {
        Map<String, String> row = predictions.get(n);
        assertNear(List.copyOf(row.values()).subList(1, row.size()), numbers(values, n), n);
      }
    }
  }

  private static double[] numbers(Object values, int row) {
    if (values instanceof double[][] doubles) {
      return doubles[row];
    }
    float[] floats = ((float[][]) values)[row];
    double[] numbers = new double[floats.length];
    Arrays.setAll(numbers, i -> floats[i]);
    return numbers;
  }

  private static void assertNear(List<String> expected, double[] found, int row) {
    assertEquals(expected.size(), found.length);
    for (int k = 0; k < found.length; k++) {
      double value = Double.parseDouble(expected.get(k));
      assertEquals(value, found[k], TOLERANCE * Math.max(1, Math.abs(value)), "row " + row);
    }
  }
}
