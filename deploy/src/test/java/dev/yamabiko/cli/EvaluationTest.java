package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What evaluate says of a run's own data is what the run said of it, digit for digit. */
class EvaluationTest {

  @TempDir private Path directory;

  private InputFiles files() {
    return new InputFiles(directory);
  }

  /** Validation data has 300 examples and more: two parts of the evaluation's tree. */
  private static TrainedJob assertSameFigures(
      Path directory, String job, String train, String validation) {
    String data = "data.train { " + train + " }\ndata.validation { " + validation + " }\n";
    TrainedJob trained = TrainedJob.of(directory, data + job);
    JsonNode result = trained.result();
    JsonNode report = trained.evaluate(validation);
    assertTrue(report.path("examples").asInt() > 256, report.toString());
    assertEquals(result.path("validation_loss"), report.path("loss"));
    assertEquals(result.path("validation_accuracy"), report.path("accuracy"));
    assertEquals(result.path("validation_rmse"), report.path("rmse"));
    assertEquals(result.path("weights_sha256"), report.path("weights_sha256"));
    assertEquals(result.path("train_loss"), trained.evaluate(train).path("loss"));
    ObjectNode figures = report.deepCopy();
    figures.remove(List.of("status", "weights_sha256", "data_sha256"));
    assertEquals(figures, result.path("evaluation"));
    for (String workers : List.of("1", "2")) {
      assertEquals(figures, trained.again(workers).path("evaluation"), workers);
    }
    return trained;
  }

  private TrainedJob assertSameFiguresOfTable(String job, String options) throws IOException {
    files().text("train.csv", SampleTable.of(310, 1));
    files().text("validation.csv", SampleTable.of(530, 2));
    return assertSameFigures(
        directory,
        job,
        "csv { path = train.csv, columns = [a, b], " + options + " }",
        "csv { path = validation.csv, columns = [a, b], " + options + " }");
  }

  @Test
  void shouldGiveTheRunsFiguresForClasses() throws IOException {
    TrainedJob job =
        assertSameFiguresOfTable(
            """
            model = [ { dense { units = 8 } }, tanh, { dense { units = 3 } } ]
            loss { softmax-cross-entropy { class-weights = [1, 2, 0.5], label-smoothing = 0.05 } }
            optimizer = adam, batch-size = 64, shards = 5, epochs = 2
            """,
            "label = kind");
    JsonNode report = job.evaluate("csv { path = validation.csv, columns = [a, b], label = kind }");
    long right = 0;
    long all = 0;
    for (int t = 0; t < 3; t++) {
      long row = 0;
      for (int p = 0; p < 3; p++) {
        row += report.path("confusion").path(t).path(p).asLong();
      }
      assertEquals(row, report.path("classes").path(t).path("support").asLong());
      right += report.path("confusion").path(t).path(t).asLong();
      all += row;
    }
    assertEquals(530, all);
    assertEquals((double) right / all, report.path("accuracy").doubleValue());
    assertEquals("y", report.path("classes").path(1).path("name").asText());
    assertTrue(report.path("roc_auc").isNull(), "three classes have no one curve");
    assertTrue(report.path("mae").isNull() && report.path("targets").isNull());
  }

  /** A DATA.conf without a scale once fed 255 times what the model was trained on. */
  @Test
  void shouldScaleArraysAsInTrainingUnlessTheDataSaysOtherwise() throws IOException {
    files().npy("x.npy", "|u1", "(300, 6)", InputFiles.pixels(300, 6, 5));
    files().npy("y.npy", "|u1", "(300,)", InputFiles.alternating(300));
    String source = "npy { inputs = x.npy, labels = y.npy%s }";
    TrainedJob job =
        TrainedJob.of(
            directory,
            "data.train { %s }, data.validation { %s }\n"
                    .formatted(source.formatted(", scale = 0.004"), source.formatted(""))
                + """
                model = [ { dense { units = 2 } } ], loss = softmax-cross-entropy, optimizer = sgd
                batch-size = 50, shards = 3, epochs = 2
                """);
    JsonNode loss = job.result().path("train_loss");
    assertEquals(loss, job.result().path("validation_loss"));
    assertEquals(loss, job.evaluate(source.formatted("")).path("loss"));
    assertNotEquals(loss, job.evaluate(source.formatted(", scale = 1")).path("loss"));

    files().npy("f.npy", "<f4", "(300, 6)", new byte[4 * 300 * 6]);
    files().text("floats.conf", source.formatted("").replace("x.npy", "f.npy"));
    String notice = "f.npy: holds f4 where the training data held u1";
    for (Invocation other :
        List.of(
            job.command("evaluate", TrainedJob.RUN, "--data", "floats.conf"),
            job.command("predict", TrainedJob.RUN, "--input", "f.npy"))) {
      assertEquals(0, other.exitCode(), other.err());
      assertTrue(other.err().contains(notice), other.err());
    }
  }

  @Test
  void shouldGiveTheRunsFiguresForTwoClassesOfOneOutput() throws IOException {
    TrainedJob job =
        assertSameFiguresOfTable(
            """
            model = [ { dense { units = 1 } } ], loss = binary-cross-entropy
            optimizer { sgd { learning-rate = 0.1 } }, batch-size = 64, shards = 5, epochs = 2
            """,
            "label = half");
    JsonNode report = job.evaluate("csv { path = validation.csv, columns = [a, b], label = half }");
    List<String[]> said = job.predictCsv("validation.csv");
    List<String> lines = Files.readAllLines(directory.resolve("validation.csv"));
    List<Float> yes = new ArrayList<>();
    List<Float> no = new ArrayList<>();
    for (int i = 1; i < lines.size(); i++) {
      List<Float> truth = lines.get(i).split(",")[3].equals("yes") ? yes : no;
      truth.add(Float.parseFloat(said.get(i)[4]));
    }
    double halves = 0;
    for (float p : yes) {
      for (float n : no) {
        halves += p > n ? 2 : p == n ? 1 : 0;
      }
    }
    assertEquals(
        halves / (2.0 * yes.size() * no.size()), report.path("roc_auc").doubleValue(), "by pairs");
  }

  @Test
  void shouldGiveTheRunsFiguresForOneValueInItsOwnUnits() throws IOException {
    TrainedJob job =
        assertSameFiguresOfTable(
            """
            model = [ { dense { units = 6 } }, relu, { dense { units = 1 } } ]
            loss = half-squared-error, optimizer { sgd { learning-rate = 0.05 } }
            batch-size = 48, shards = 5, epochs = 3
            """,
            "targets = [metres]");
    JsonNode report =
        job.evaluate("csv { path = validation.csv, columns = [a, b], targets = [metres] }");
    assertEquals(report.path("rmse"), report.path("targets").path(0).path("rmse"));
    assertEquals("metres", report.path("targets").path(0).path("name").asText());
    assertTrue(report.path("rmse").doubleValue() > 1, "in metres");
    assertTrue(report.path("accuracy").isNull() && report.path("confusion").isNull());
  }

  @Test
  void shouldGiveTheRunsFiguresForSeveralValues() throws IOException {
    assertSameFiguresOfTable(
        """
        model = [ { dense { units = 6 } }, relu, { dense { units = 2 } } ]
        loss { huber { delta = 0.5 } }, optimizer = rmsprop
        batch-size = 48, shards = 5, epochs = 3
        """,
        "targets = [metres, grams]");
  }

  @Test
  void shouldGiveTheRunsFiguresForProbabilitiesAsValues() throws IOException {
    assertSameFiguresOfTable(
        """
        model = [ { dense { units = 2 } } ], loss = binary-cross-entropy
        optimizer { sgd { learning-rate = 0.1 } }, batch-size = 48, shards = 5, epochs = 3
        """,
        "targets = [grams, share], normalize-targets = none");
  }

  @Test
  void shouldGiveTheRunsFiguresForImagesUnderBatchNorm() throws IOException {
    for (String part : List.of("train", "validation")) {
      files().idx(part + ".idx", InputFiles.pixels(300, 48, part.length()), 300, 6, 8);
      files().idx(part + "-labels.idx", InputFiles.alternating(300), 300);
    }
    assertSameFigures(
        directory,
        """
        model = [
          { conv2d { filters = 4, kernel = 3 } }, batch-norm, relu, flatten,
          { dropout { rate = 0.2 } }, { dense { units = 2 } }
        ]
        loss = softmax-cross-entropy, optimizer = adam
        batch-size = 60, shards = 6, epochs = 3
        early-stopping { metric = validation-loss }
        """,
        "idx { images = train.idx, labels = train-labels.idx }",
        "idx { images = validation.idx, labels = validation-labels.idx }");
  }
}
