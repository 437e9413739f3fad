package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a user can get wrong: each ends with exit code 2 and one clear message, before anything is
 * written.
 */
class BadInputTest {

  private static final String GOOD =
      """
      name = good
      data {
        train { builtin { name = spirals, examples = 60 } }
        validation { fraction = 0.2 }
      }
      model = [ { dense { units = 8 } }, relu, { dense { units = 3 } } ]
      loss = softmax-cross-entropy
      optimizer { sgd { learning-rate = 0.1 } }
      batch-size = 16
      shards = 4
      epochs = 1
      """;

  private static final String TABLE =
      """
      name = table
      data.train.csv { path = data.csv, targets = [y] }
      model = [ { dense { units = 1 } } ]
      loss = half-squared-error
      optimizer = sgd
      batch-size = 2
      epochs = 1
      """;

  private static final String IMAGES =
      """
      name = images
      data.train.idx { images = images.idx, labels = labels.idx }
      data.validation.idx { images = images.idx, labels = more-labels.idx }
      model = [ flatten, { dense { units = 2 } } ]
      loss = softmax-cross-entropy
      optimizer = sgd
      batch-size = 2
      epochs = 1
      """;

  @TempDir private Path directory;

  /** What is wrong, the job, further arguments, the data file's text, and what the message says. */
  record Case(String name, String job, List<String> arguments, String csv, List<String> says) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Case job(String name, String from, String to, String... says) {
    assertTrue(GOOD.contains(from), from);
    return new Case(name, GOOD.replace(from, to), List.of(), "", List.of(says));
  }

  private static Case arguments(String name, List<String> arguments, String... says) {
    return new Case(name, GOOD, arguments, "", List.of(says));
  }

  private static Case csv(String name, String csv, String... says) {
    return new Case(name, TABLE, List.of(), csv, List.of(says));
  }

  private static Case set(String name, String setting, String... says) {
    return arguments(name, List.of("--set", setting), says);
  }

  static Stream<Case> cases() {
    return Stream.of(
        job("unknown key", "epochs = 1", "epochs = 1\nepoch = 2", "job.conf:12: epoch", "epochs"),
        job("misspelt nested key", "learning-rate", "learning-rte", "job.conf:8", "learning-rate"),
        job("misspelt layer", "relu", "rellu", "job.conf:6: model[1]", "relu"),
        job("misspelt loss", "softmax-cross-entropy", "softmax-cross", "job.conf:7: loss"),
        job("wrong type", "epochs = 1", "epochs = many", "job.conf:11: epochs", "many"),
        job(
            "fraction for an integer",
            "batch-size = 16",
            "batch-size = 16.5",
            "job.conf:9",
            "16.5"),
        job("quoted number", "batch-size = 16", "batch-size = \"16\"", "job.conf:9", "\"16\""),
        job("batch of none", "batch-size = 16", "batch-size = 0", "job.conf:9", "at least 1"),
        job("negative rate", "learning-rate = 0.1", "learning-rate = -1", "job.conf:8", "-1"),
        job("more shards than batch", "shards = 4", "shards = 17", "job.conf:10: shards", "16"),
        job("two optimizers", "sgd {", "adam {}, sgd {", "job.conf:8: optimizer", "adam", "sgd"),
        job("two sources", "{ builtin", "{ idx {}, builtin", "job.conf:3: data.train", "builtin"),
        job("no optimizer", "optimizer { sgd { learning-rate = 0.1 } }", "", "optimizer"),
        job("no model", "model = [", "modl = [", "model"),
        job("unknown generator", "spirals", "spiral", "job.conf:3", "spirals"),
        job("fraction too large", "fraction = 0.2", "fraction = 1.5", "job.conf:4", "1.5"),
        job("units do not fit", "units = 3", "units = 4", "job.conf:7", "[3]", "[4]"),
        job("image layer on flat input", "relu", "{ max-pool {} }", "job.conf:6", "max-pool"),
        job("loss for numbers", "softmax-cross-entropy", "half-squared-error", "half-squared"),
        job("softmax twice", "units = 3 } }", "units = 3 } }, softmax", "softmax"),
        job("broken syntax", "model = [", "model = [[[", "job.conf"),
        job("unresolved substitution", "epochs = 1", "epochs = ${missing}", "job.conf:11"),
        new Case("empty job", "", List.of(), "", List.of("job.conf", "empty")),
        set("setting without value", "epochs", "--set", "KEY=VALUE"),
        set("setting of wrong type", "epochs=two", "--set epochs", "two"),
        set("setting of unknown key", "epoch=2", "--set epoch", "epochs"),
        arguments(
            "settings of missing files",
            List.of(
                "--set",
                "data.train.idx.images=none.idx",
                "--set",
                "data.train.idx.labels=none.idx"),
            "--set data.train.idx.images",
            "none.idx"),
        arguments("no worker", List.of("--workers", "0"), "--workers", "0"),
        arguments("too many workers", List.of("--workers", "1025"), "from 1 to 1024", "1025"),
        arguments(
            "more workers than an int holds",
            List.of("--workers", "99999999999"),
            "--workers expects a number from 1 to 1024 but got 99999999999"),
        arguments("half a worker", List.of("--workers", "1.5"), "--workers", "1.5"),
        arguments("unknown option", List.of("--worker", "2"), "--worker"),
        arguments("out not empty", List.of("--out", "full"), "full", "not empty"),
        arguments("out is a file", List.of("--out", "job.conf"), "job.conf"),
        arguments("out below a file", List.of("--out", "job.conf/run"), "job.conf"),
        csv("missing column", "x,z\n1,2\n3,4\n", "data.csv", "'y'", "'x', 'z'"),
        csv("text in a number column", "x,y\n1,2\nabc,4\n5,6\n", "data.csv", "line 3", "abc"),
        csv("ragged row", "x,y\n1,2\n3\n5,6\n", "data.csv", "line 3"),
        csv("missing value", "x,y\n1,2\n3,\n5,6\n", "data.csv", "line 3"),
        csv("NaN in data", "x,y\n1,2\n3,NaN\n5,6\n", "data.csv", "line 3", "NaN"),
        csv("infinity in data", "x,y\n1,2\n3,inf\n5,6\n", "data.csv", "line 3", "inf"),
        csv("header only", "x,y\n", "data.csv"),
        csv("empty file", "", "data.csv"),
        new Case(
            "truncated IDX", IMAGES, List.of(), "truncated", List.of("images.idx", "truncated")),
        new Case("not IDX", IMAGES, List.of(), "magic", List.of("images.idx")),
        new Case("label out of range", IMAGES, List.of(), "label", List.of("more-labels.idx", "7")),
        new Case("count mismatch", IMAGES, List.of(), "count", List.of("labels.idx", "3")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void shouldRefuseWithOneClearMessage(Case bad) throws IOException {
    Files.writeString(directory.resolve("job.conf"), bad.job());
    Files.writeString(directory.resolve("data.csv"), bad.csv());
    Files.createDirectories(directory.resolve("full"));
    Files.writeString(directory.resolve("full/something"), "");
    writeImages(bad.csv());
    List<String> before = files();

    List<String> arguments = new ArrayList<>(List.of("train", "job.conf"));
    if (!bad.arguments().contains("--out")) {
      arguments.addAll(List.of("--out", "run"));
    }
    arguments.addAll(bad.arguments());
    Output plain = run(arguments);
    arguments.add("--json");
    Output json = run(arguments);

    assertEquals(2, plain.exitCode(), plain.err());
    assertEquals("", plain.out());
    assertEquals(1, plain.err().lines().count(), plain.err());
    for (String part : bad.says()) {
      assertTrue(plain.err().contains(part), () -> part + " is not in: " + plain.err());
    }
    assertFalse(plain.err().contains("Exception"), plain.err());
    assertEquals(2, json.exitCode());
    List<String> lines = json.out().lines().toList();
    JsonNode answer = new ObjectMapper().readTree(lines.get(lines.size() - 1));
    assertEquals("failed", answer.path("status").asText());
    assertTrue(plain.err().contains(answer.path("error").asText()), answer.toString());
    assertEquals(before, files());
  }

  private void writeImages(String fault) throws IOException {
    byte[] images = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 3, 4};
    byte[] labels = {0, 0, 8, 1, 0, 0, 0, 2, 0, 1};
    byte[] more = {0, 0, 8, 1, 0, 0, 0, 2, 0, 1};
    switch (fault) {
      case "truncated" -> images = java.util.Arrays.copyOf(images, 18);
      case "magic" -> images[2] = 77;
      case "label" -> more[9] = 7;
      case "count" -> labels = new byte[] {0, 0, 8, 1, 0, 0, 0, 3, 0, 1, 1};
      default -> {}
    }
    Files.write(directory.resolve("images.idx"), images);
    Files.write(directory.resolve("labels.idx"), labels);
    Files.write(directory.resolve("more-labels.idx"), more);
  }

  private List<String> files() throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.map(Path::toString).sorted().toList();
    }
  }

  /** What an invocation left. */
  record Output(int exitCode, String out, String err) {}

  private Output run(List<String> arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        Main.run(
            arguments.toArray(String[]::new),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            directory);
    return new Output(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}
