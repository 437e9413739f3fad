package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a user can get wrong with a trained model: each ends with exit code 2 and one message that
 * says where, and leaves no file.
 */
class BadPredictionTest {

  @TempDir private static Path directory;

  private static byte[] model;

  @BeforeAll
  static void train() throws IOException {
    InputFiles files = new InputFiles(directory);
    files.text("table.csv", "x,soil,kind\n1,sand,a\n2,clay,b\n3,sand,a\n4,clay,b\n");
    train(
        "table",
        """
        data.train.csv { path = table.csv, label = kind, categorical = [soil] }
        model = [ { dense { units = 2 } } ], loss = softmax-cross-entropy
        optimizer = sgd, batch-size = 4, shards = 1, epochs = 1
        """);
    files.idx("images.idx", InputFiles.pixels(6, 12, 1), 6, 3, 4);
    files.idx("labels.idx", InputFiles.alternating(6), 6);
    train(
        "images",
        """
        data.train.idx { images = images.idx, labels = labels.idx }
        model = [ flatten, { dense { units = 2 } } ], loss = softmax-cross-entropy
        optimizer = sgd, batch-size = 4, shards = 1, epochs = 1
        """);
    files.npy("floats.npy", "<f4", "(6, 1, 3, 4)", new byte[4 * 6 * 12]);
    files.npy("labels.npy", "|u1", "(6,)", InputFiles.alternating(6));
    train(
        "floats",
        """
        data.train.npy { inputs = floats.npy, labels = labels.npy }
        model = [ flatten, { dense { units = 2 } } ], loss = softmax-cross-entropy
        optimizer = sgd, batch-size = 6, shards = 1, epochs = 1
        """);
    files.text("shares.csv", "x,share\n1,0\n2,1\n3,0.5\n");
    files.text("percent.csv", "x,share\n1,0\n2,100\n3,50\n");
    files.text("percent.conf", "csv { path = percent.csv, targets = [share] }");
    train(
        "shares",
        """
        data.train.csv { path = shares.csv, targets = [share], normalize-targets = none }
        model = [ { dense { units = 1 } } ], loss = binary-cross-entropy
        optimizer = sgd, batch-size = 3, shards = 1, epochs = 1
        """);
    model = Files.readAllBytes(directory.resolve("table/model.safetensors"));

    files.text("no-soil.csv", "x,earth\n1,sand\n");
    files.text("unknown.csv", "x,soil\n1,sand\n2,peat\n");
    files.text("words.csv", "x,soil\none,sand\n");
    files.text("gap.csv", "x,soil\n1,sand\n,clay\n");
    files.text("ragged.csv", "x,soil\n1,sand\n2\n");
    files.text("header.csv", "x,soil\n");
    files.text("empty.csv", "");
    files.text("other-class.csv", "x,soil,kind\n1,sand,a\n2,clay,c\n");
    files.text("numbers.csv", "x,soil,y\n1,sand,0.5\n2,clay,0.7\n");
    files.idx("wide.idx", InputFiles.pixels(2, 15, 1), 2, 3, 5);
    files.npy("flat.npy", "|u1", "(2, 12)", InputFiles.pixels(2, 12, 1));
    files.npy("words.npy", "<U4", "(3,)", new byte[48]);
    files.png("big.png", 5, 4, 1);
    files.png("folder/big.png", 5, 4, 1);
    files.png("small.png", 4, 3, 1);
    Files.createDirectories(directory.resolve("nothing"));
    Files.write(
        directory.resolve("cut.idx"),
        Arrays.copyOf(Files.readAllBytes(directory.resolve("images.idx")), 40));
    files.gzip("cut.idx.gz", "cut.idx");
    Files.write(directory.resolve("zero.png"), new byte[20]);
    Files.write(directory.resolve("cut.png"), new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10});
    files.text("data.conf", "csv { path = table.csv, label = kind, categorical = [soil] }");
    files.text("other.conf", "csv { path = other-class.csv, label = kind, categorical = [soil] }");
    files.text("numbers.conf", "csv { path = numbers.csv, targets = [y], categorical = [soil] }");
    files.text("plain.csv", "x,kind\n1,0\n2,1\n");
    files.text("plain.conf", "csv { path = plain.csv, label = kind }");
    files.text("images.conf", "idx { images = images.idx, labels = labels.idx }");
    files.text("misspelt.conf", "cvs { path = table.csv, label = kind }");
    // Tensors, but no job: another tool's file.
    byte[] header =
        "{\"0.weight\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}   "
            .getBytes(StandardCharsets.UTF_8);
    byte[] foreign = new byte[8 + header.length + 4];
    foreign[0] = (byte) header.length;
    System.arraycopy(header, 0, foreign, 8, header.length);
    Files.write(directory.resolve("foreign.safetensors"), foreign);
  }

  private static void train(String out, String text) throws IOException {
    Files.writeString(directory.resolve("job.conf"), text);
    Invocation done =
        Invocation.of(directory, List.of("train", "job.conf", "--out", out, "--workers", "1"));
    assertEquals(0, done.exitCode(), done.err());
  }

  private static List<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.sorted().toList();
    }
  }

  /** One line on standard error, nothing on standard output, no new file, and the same as JSON. */
  private static String refusal(String... arguments) throws IOException {
    List<Path> before = files();
    Invocation plain = Invocation.of(directory, List.of(arguments));
    assertEquals(2, plain.exitCode(), plain.out() + plain.err());
    assertEquals(1, plain.err().lines().count(), plain.err());
    assertEquals("", plain.out());
    assertFalse(plain.err().contains("Exception"), plain.err());
    assertTrue(plain.err().startsWith("yamabiko: "), plain.err());

    List<String> more = new ArrayList<>(List.of(arguments));
    more.add("--json");
    if (arguments[0].equals("predict") && !more.contains("--out")) {
      more.addAll(List.of("--out", "predictions.csv"));
    }
    Invocation json = Invocation.of(directory, more);
    assertEquals(2, json.exitCode(), json.err());
    assertEquals("failed", json.json().path("status").asText());
    assertEquals("yamabiko: " + json.json().path("error").asText() + "\n", plain.err());
    assertEquals(before, files());
    return plain.err();
  }

  private static void assertSays(String says, String message) {
    for (String part : says.split(" & ")) {
      assertTrue(message.contains(part), () -> part + " is not in: " + message);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "table  | no-soil.csv | no-soil.csv & 'soil' & 'x', 'earth'",
        "table  | unknown.csv | unknown.csv, line 3, column 'soil' & 'peat' & 'clay', 'sand'",
        "table  | words.csv   | words.csv, line 2, column 'x' & one",
        "table  | gap.csv     | gap.csv, line 3, column 'x' & missing",
        "table  | ragged.csv  | ragged.csv, line 3 & 2",
        "table  | header.csv  | header.csv & only a header",
        "table  | empty.csv   | empty.csv & empty",
        "table  | images.idx  | images.idx & expected a table but found an IDX file",
        "table  | flat.npy    | flat.npy & expected a table but found a .npy file",
        "table  | big.png     | big.png & expected a table but found an image",
        "table  | none.csv    | none.csv & no such file",
        "images | wide.idx    | wide.idx & [1, 3, 4] & 5",
        "images | cut.idx     | cut.idx is truncated & 6 x 3 x 4 = 72 bytes & but found 24",
        "images | cut.idx.gz  | cut.idx.gz is truncated & image 2 of 6",
        "images | flat.npy    | flat.npy & [1, 3, 4] & [12]",
        "images | words.npy   | words.npy & <U4",
        "images | big.png     | big.png & 3x4 & 5x4",
        "images | folder      | big.png & 3x4 & 5x4",
        "images | cut.png     | cut.png",
        "images | zero.png    | zero.png: expected a PNG, JPEG, GIF or BMP image but found something else",
        "images | nothing     | nothing & expected at least one image",
        "images | labels.idx  | labels.idx",
        "floats | images.idx  | images.idx & of f4 & expected a .npy file & found an IDX file",
        "floats | small.png   | small.png & of f4 & expected a .npy file & found an image",
        "floats | table.csv   | table.csv & [1, 3, 4] & expected a .npy file",
        "images | table.csv   | table.csv & [1, 3, 4] & expected images & but found a table"
      })
  void shouldRefuseInputsThatDoNotFitTheModel(String run, String input, String says)
      throws IOException {
    assertSays(says, refusal("predict", run, "--input", input));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "table  | other.conf    | line 3 & 'c' & 'a', 'b'",
        "table  | numbers.conf  | expected a class but found 1 target value",
        "images | data.conf     | table.csv & [1, 3, 4] & expected images & but found a table",
        "images | plain.conf    | plain.csv & [1, 3, 4] & expected images & but found a table",
        "table  | images.conf   | images.idx & has no columns",
        "shares | percent.conf  | percent.conf: binary- & from 0 to 1 & given 100.0 & (example 1)",
        "table  | misspelt.conf | misspelt.conf & cvs & csv",
        "table  | none.conf     | none.conf"
      })
  void shouldRefuseDataThatDoesNotFitTheModel(String run, String data, String says)
      throws IOException {
    assertSays(says, refusal("evaluate", run, "--data", data));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "none                | none: no such file or directory",
        "nothing             | nothing & expected a run directory or a model file",
        "table.csv           | table.csv & not a safetensors file",
        "empty.csv           | empty.csv & safetensors & 0 bytes",
        "foreign.safetensors | foreign.safetensors & written by yamabiko",
        "images.idx          | images.idx & not a safetensors file"
      })
  void shouldRefuseWhatIsNoModel(String what, String says) throws IOException {
    assertSays(says, refusal("predict", what, "--input", "table.csv"));
    assertSays(says, refusal("evaluate", what, "--data", "data.conf"));
  }

  @Test
  void shouldRefuseATruncatedModelWhereverItEnds() throws IOException {
    Path cut = directory.resolve("cut.safetensors");
    Files.write(cut, model);
    int data = 2 * 3 * 4 + 2 * 4;
    int[] lengths = {
      0, 7, 8, 9, 100, model.length - data - 1, model.length - data, model.length - 1
    };
    for (int length : lengths) {
      Files.write(cut, Arrays.copyOf(model, length));
      assertSays("cut.safetensors", refusal("predict", cut.toString(), "--input", "table.csv"));
    }
    Files.write(cut, Arrays.copyOf(model, model.length + 1));
    assertSays("cut.safetensors", refusal("predict", cut.toString(), "--input", "table.csv"));
    Files.delete(cut);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--out nowhere/out.csv           | --out & there is no directory",
        "--out folder                    | --out & it is a directory",
        "--out table.csv                 | --out & it is the input",
        "--format xml                    | --format expects csv or jsonl but got xml",
        "--outt x                        | unknown option --outt; did you mean --out?"
      })
  void shouldRefuseOptionsThatCannotBe(String options, String says) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("predict", "table", "--input", "table.csv"));
    arguments.addAll(List.of(options.split(" ")));
    assertSays(says, refusal(arguments.toArray(String[]::new)));
  }

  @Test
  void shouldLeaveTheOldPredictionsWhereTheNewOnesFail() throws IOException {
    Path out = directory.resolve("old.csv");
    Files.writeString(out, "precious");
    refusal("predict", "table", "--input", "unknown.csv", "--out", "old.csv");
    assertEquals("precious", Files.readString(out));
    Files.delete(out);
  }
}
