package dev.yamabiko.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Wrong jobs and what their authors are told, in full. */
class JobErrorsTest {

  private static Arguments wrong(String line, String message) {
    return Arguments.of(line, message);
  }

  private static Arguments model(String layer, String message) {
    return wrong("model = [ relu, " + layer + " ]", "job.conf:2: model[1]" + message);
  }

  private static Arguments csv(String options, String message) {
    return wrong("data.train.csv { " + options + " }", "job.conf:1: data.train.csv" + message);
  }

  private static Arguments npy(String options, String message) {
    return wrong("data.train.npy { " + options + " }", "job.conf:1: data.train.npy" + message);
  }

  static Stream<Arguments> topLevel() {
    String integer = "expected an integer of at least 1 but found ";
    return Stream.of(
        wrong("batch-size = 0", "job.conf:5: batch-size: " + integer + "0"),
        wrong("batch-size = -3", "job.conf:5: batch-size: " + integer + "-3"),
        wrong("batch-size = 128.5", "job.conf:5: batch-size: " + integer + "128.5"),
        wrong("batch-size = 128.0", "job.conf:5: batch-size: " + integer + "128.0"),
        wrong("batch-size = 1e3", "job.conf:5: batch-size: " + integer + "1e3"),
        wrong("batch-size = \"128\"", "job.conf:5: batch-size: " + integer + "\"128\""),
        wrong("batch-size = many", "job.conf:5: batch-size: " + integer + "\"many\""),
        wrong("batch-size = [1]", "job.conf:5: batch-size: " + integer + "a list"),
        wrong("batch-size { x = 1 }", "job.conf:5: batch-size: " + integer + "an object"),
        wrong("batch-size = null", "job.conf:5: batch-size: " + integer + "null"),
        wrong("batch-size = true", "job.conf:5: batch-size: " + integer + "true"),
        wrong(
            "batch-size = 2147483648",
            "job.conf:5: batch-size: expected an integer from 1 to 2147483647 but found 2147483648"),
        wrong(
            "batch-size = 99999999999999999999",
            "job.conf:5: batch-size: expected an integer from 1 to 2147483647"
                + " but found \"99999999999999999999\""),
        wrong("epochs = 0", "job.conf:6: epochs: " + integer + "0"),
        wrong("epochs = 3 days", "job.conf:6: epochs: " + integer + "\"3 days\""),
        wrong(
            "shards = 17",
            "job.conf:7: shards: expected an integer from 1 to batch-size, which is 16,"
                + " but found 17"),
        wrong("shards = 0", "job.conf:7: shards: " + integer + "0"),
        wrong("seed = -1", "job.conf:7: seed: expected an integer of at least 0 but found -1"),
        wrong("seed = 0.5", "job.conf:7: seed: expected an integer of at least 0 but found 0.5"),
        wrong(
            "name = \"my job\"",
            "job.conf:7: name: expected at most 64 letters, digits, \".\", \"_\" or \"-\","
                + " beginning with a letter or digit, but found \"my job\""),
        wrong(
            "name = -x",
            "job.conf:7: name: expected at most 64 letters, digits, \".\", \"_\" or \"-\","
                + " beginning with a letter or digit, but found \"-x\""),
        wrong(
            "name = " + "x".repeat(65),
            "job.conf:7: name: expected at most 64 letters, digits, \".\", \"_\" or \"-\","
                + (" beginning with a letter or digit, but found \"" + "x".repeat(60) + "...\"")),
        wrong(
            "name = 7",
            "job.conf:7: name: expected at most 64 letters, digits, \".\", \"_\" or \"-\","
                + " beginning with a letter or digit, but found 7"),
        wrong(
            "checkpoint { every-steps = 0 }",
            "job.conf:7: checkpoint.every-steps: " + integer + "0"),
        wrong(
            "checkpoint {}",
            "job.conf:7: checkpoint.every-steps: expected an integer of at least 1"
                + " but it is missing"),
        wrong(
            "checkpoint = 100",
            "job.conf:7: checkpoint: expected an object { every-steps } but found 100"),
        wrong(
            "clipping { global-norm = 0 }",
            "job.conf:7: clipping.global-norm: expected a number greater than 0 but found 0"),
        wrong(
            "clipping { global-norm = \"1\" }",
            "job.conf:7: clipping.global-norm: expected a number greater than 0 but found \"1\""),
        wrong(
            "clipping { norm = 1 }",
            "job.conf:7: clipping.norm: unknown key; known keys: global-norm"),
        wrong(
            "batch_size = 3",
            "job.conf:7: batch_size: unknown key; did you mean \"batch-size\"? Known keys: name,"
                + " seed, data, model, loss, optimizer, clipping, batch-size, shards, epochs,"
                + " checkpoint"),
        wrong(
            "\"a.b\" = 3",
            "job.conf:7: \"a.b\": unknown key; known keys: name, seed, data, model, loss,"
                + " optimizer, clipping, batch-size, shards, epochs, checkpoint"),
        wrong(
            "loss = mse",
            "job.conf:3: loss: expected softmax-cross-entropy or half-squared-error"
                + " but found \"mse\""),
        wrong(
            "loss = half-square-error",
            "job.conf:3: loss: expected softmax-cross-entropy or half-squared-error"
                + " but found \"half-square-error\"; did you mean \"half-squared-error\"?"),
        wrong(
            "loss { half-squared-error { scale = 2 } }",
            "job.conf:3: loss.half-squared-error.scale: unknown key; known keys: none"));
  }

  static Stream<Arguments> optimizers() {
    return Stream.of(
        wrong(
            "optimizer { adam { learning-rate = 0 } }",
            "job.conf:4: optimizer.adam.learning-rate: expected a number greater than 0"
                + " but found 0"),
        wrong(
            "optimizer { sgd { learning-rate = 1e999 } }",
            "job.conf:4: optimizer.sgd.learning-rate: expected a number greater than 0"
                + " but found 1e999"),
        wrong(
            "optimizer { sgd { learning-rate = 1e-60 } }",
            "job.conf:4: optimizer.sgd.learning-rate: expected a number greater than 0"
                + " but found 1e-60, which is 0.0 in 32 bits"),
        wrong(
            "optimizer { sgd { learning-rate = 1e39 } }",
            "job.conf:4: optimizer.sgd.learning-rate: expected a number greater than 0"
                + " but found 1e39, which is Infinity in 32 bits"),
        wrong(
            "optimizer { sgd { learning-rate = NaN } }",
            "job.conf:4: optimizer.sgd.learning-rate: expected a number greater than 0"
                + " but found \"NaN\""),
        wrong(
            "optimizer { sgd { momentum = 1 } }",
            "job.conf:4: optimizer.sgd.momentum: expected a number of at least 0 and less than 1"
                + " but found 1"),
        wrong(
            "optimizer { adam { beta2 = 0.999999999 } }",
            "job.conf:4: optimizer.adam.beta2: expected a number of at least 0 and less than 1"
                + " but found 0.999999999, which is 1.0 in 32 bits"),
        wrong(
            "optimizer { sgd { weight-decay = -0.1 } }",
            "job.conf:4: optimizer.sgd.weight-decay: expected a number of at least 0"
                + " but found -0.1"),
        wrong(
            "optimizer { sgd { nesterov = true } }",
            "job.conf:4: optimizer.sgd.nesterov: expected momentum greater than 0"
                + " with nesterov = true"),
        wrong(
            "optimizer { sgd { nesterov = yes } }",
            "job.conf:4: optimizer.sgd.nesterov: expected true or false but found \"yes\""),
        wrong(
            "optimizer { sgd { beta1 = 0.9 } }",
            "job.conf:4: optimizer.sgd.beta1: unknown key;"
                + " known keys: learning-rate, momentum, nesterov, weight-decay"),
        wrong(
            "optimizer { sgd {}, adam {} }",
            "job.conf:4: optimizer: expected exactly one key but found \"adam\" and \"sgd\""),
        wrong(
            "optimizer { ada {} }",
            "job.conf:4: optimizer: expected sgd or adam but found \"ada\"; did you mean"
                + " \"adam\"?"),
        wrong(
            "optimizer {}",
            "job.conf:4: optimizer: expected sgd or adam but found an empty object"),
        wrong("optimizer = [sgd]", "job.conf:4: optimizer: expected sgd or adam but found a list"),
        wrong(
            "optimizer { sgd = 0.1 }",
            "job.conf:4: optimizer.sgd: expected an object"
                + " { learning-rate, momentum, nesterov, weight-decay } but found 0.1"));
  }

  static Stream<Arguments> models() {
    String layers = "dense, conv2d, max-pool, flatten, relu, sigmoid, tanh or softmax";
    return Stream.of(
        wrong("model = relu", "job.conf:2: model: expected a list of layers but found \"relu\""),
        wrong("model = []", "job.conf:2: model: expected a list of layers but found an empty list"),
        model("dens", ": expected " + layers + " but found \"dens\"; did you mean \"dense\"?"),
        model(
            "{ ReLU {} }", ": expected " + layers + " but found \"ReLU\"; did you mean \"relu\"?"),
        model("{ lstm {} }", ": expected " + layers + " but found \"lstm\""),
        model("null", ": expected " + layers + " but found null"),
        model("3", ": expected " + layers + " but found 3"),
        model(
            "{ dense { units = 3 }, relu {} }",
            ": expected exactly one key but found \"dense\" and \"relu\""),
        model("dense", ".dense.units: expected an integer of at least 1 but it is missing"),
        model("{ dense = 3 }", ".dense: expected an object { units, initializer } but found 3"),
        model(
            "{ dense { units = 2.5 } }",
            ".dense.units: expected an integer of at least 1 but found 2.5"),
        model(
            "{ dense { units = 2, initializer = He } }",
            ".dense.initializer: expected he, glorot or zeros but found \"He\";"
                + " did you mean \"he\"?"),
        model("{ relu { x = 1 } }", ".relu.x: unknown key; known keys: none"),
        model("{ relu = 1 }", ".relu: expected no options, that is {}, but found 1"),
        model(
            "{ max-pool { size = 0 } }",
            ".max-pool.size: expected an integer of at least 1 but found 0"),
        model(
            "{ conv2d { filters = 2, kernal = 3 } }",
            ".conv2d.kernal: unknown key; did you mean \"kernel\"? Known keys: filters, kernel,"
                + " stride, padding, initializer"),
        model(
            "{ conv2d { filters = 2 } }",
            ".conv2d.kernel: expected an integer of at least 1 or [height, width]"
                + " but it is missing"),
        model(
            "{ conv2d { filters = 2, kernel = [3] } }",
            ".conv2d.kernel: expected an integer of at least 1 or [height, width]"
                + " but found a list of 1"),
        model(
            "{ conv2d { filters = 2, kernel = [3, 0] } }",
            ".conv2d.kernel[1]: expected an integer of at least 1 but found 0"),
        model(
            "{ conv2d { filters = 2, kernel = 3, stride = 0 } }",
            ".conv2d.stride: expected an integer of at least 1 but found 0"),
        model(
            "{ conv2d { filters = 2, kernel = [3, 5], padding = 3 } }",
            ".conv2d.padding: expected \"same\" or an integer from 0 to 2, less than the 3x5"
                + " kernel, but found 3"),
        model(
            "{ conv2d { filters = 2, kernel = 1, padding = full } }",
            ".conv2d.padding: expected \"same\" or 0, less than the 1x1 kernel, but found"
                + " \"full\""),
        model(
            "{ conv2d { filters = 2, kernel = 4, padding = same } }",
            ".conv2d.padding: \"same\" expects an odd kernel but found 4x4"),
        model(
            "{ conv2d { filters = 2, kernel = 3, stride = 2, padding = same } }",
            ".conv2d.padding: \"same\" expects stride = 1 but found 2"));
  }

  static Stream<Arguments> data() {
    return Stream.of(
        wrong(
            "data { train { images { directory = x } } }",
            "job.conf:1: data.train: expected builtin, idx, csv or npy but found \"images\""),
        wrong(
            "data { validation { fraction = 0.1 } }",
            "job.conf:1: data.train: expected builtin, idx, csv or npy but it is missing"),
        wrong(
            "data = digits",
            "job.conf:1: data: expected an object { train, validation, split, storage } but found \"digits\""),
        wrong(
            "data.train = digits",
            "job.conf:1: data.train: expected builtin, idx, csv or npy but found \"digits\""),
        wrong(
            "data.train = idx",
            "job.conf:1: data.train.idx.images: expected the path of a file but it is missing"),
        wrong(
            "data.train.idx { images = \"\", labels = b }",
            "job.conf:1: data.train.idx.images: expected the path of a file but found \"\""),
        wrong(
            "data.train.idx { images = \"a\\u0000\", labels = b }",
            "job.conf:1: data.train.idx.images: expected the path of a file but found"
                + " \"a\\u0000\""),
        wrong(
            "data.train.builtin { name = digit, examples = 3 }",
            "job.conf:1: data.train.builtin.name: expected digits, spirals or sine"
                + " but found \"digit\"; did you mean \"digits\"?"),
        wrong(
            "data.train.builtin { name = digits, examples = 0 }",
            "job.conf:1: data.train.builtin.examples: expected an integer of at least 1"
                + " but found 0"),
        wrong(
            "data.train.builtin { name = digits }",
            "job.conf:1: data.train.builtin.examples: expected an integer of at least 1"
                + " but it is missing"),
        wrong(
            "data { train { builtin { name = sine, examples = 3 } }, validation { fraction = 1 } }",
            "job.conf:1: data.validation.fraction: expected a number greater than 0"
                + " and less than 1 but found 1"),
        wrong(
            "data { train { builtin { name = sine, examples = 3 } }, validation = 0.1 }",
            "job.conf:1: data.validation: expected builtin, idx, csv, npy or fraction but found 0.1"),
        wrong(
            "data { train { builtin { name = sine, examples = 3 } }, split = random }",
            "job.conf:1: data.split: there is nothing to split without"
                + " data.validation.fraction"),
        wrong(
            "data { train { builtin { name = sine, examples = 3 } }, split = half }",
            "job.conf:1: data.split: expected chronological or random but found \"half\""),
        wrong(
            "data { train { builtin { name = sine, examples = 3 } }, storage = ssd }",
            "job.conf:1: data.storage: expected auto, memory or disk but found \"ssd\""),
        npy("labels = l", ".inputs: expected the path of a file but it is missing"),
        npy("inputs = x", ": expected targets (numbers) or labels (classes) but found neither"),
        npy(
            "inputs = x, labels = l, targets = t",
            ".labels: expected targets (numbers) or labels (classes) but found both"),
        npy(
            "inputs = x, labels = l, scale = 0",
            ".scale: expected a number greater than 0 but found 0"),
        npy(
            "inputs = x, label = l",
            ".label: unknown key; did you mean \"labels\"? Known keys: inputs, labels, targets,"
                + " scale"),
        csv("path = a", ": expected targets (numbers) or label (a class) but found neither"),
        csv(
            "path = a, targets = [1], label = 2",
            ".label: expected targets (numbers) or label (a class) but found both"),
        csv("targets = [1]", ".path: expected the path of a file but it is missing"),
        csv("path = 3, targets = [1]", ".path: expected the path of a file but found 3"),
        csv(
            "path = a, label = 2.5",
            ".label: expected a column's name or its 0-based index but found 2.5"),
        csv(
            "path = a, targets = [-1]",
            ".targets[0]: expected an integer of at least 0 but found -1"),
        csv(
            "path = a, targets = 1",
            ".targets: expected a list of columns, each a name or a 0-based index, but found 1"),
        csv(
            "path = a, targets = []",
            ".targets: expected a list of columns, each a name or a 0-based index,"
                + " but found an empty list"),
        csv(
            "path = a, targets = [x], columns = [y, z, y]",
            ".columns[2]: expected each column once but found \"y\" again"),
        csv(
            "path = a, targets = [x], header = false",
            ".targets[0]: expected a 0-based index, because header = false, but found \"x\""),
        csv(
            "path = a, targets = [1], header = maybe",
            ".header: expected auto, true or false but found \"maybe\""),
        csv(
            "path = a, targets = [1], separator = \";;\"",
            ".separator: expected one character (neither a double quote nor a line end)"
                + " but found \";;\""),
        csv(
            "path = a, targets = [1], separator = \"\\n\"",
            ".separator: expected one character (neither a double quote nor a line end)"
                + " but found \"\\n\""),
        csv(
            "path = a, targets = [1], lags = -1",
            ".lags: expected an integer of at least 0 but found -1"),
        csv("path = a, label = 1, lags = 2", ".lags: lags need targets, but there is a label"),
        csv(
            "path = a, label = 1, normalize-targets = none",
            ".normalize-targets: only targets can be scaled, but there is a label"),
        csv(
            "path = a, targets = [1], normalize-inputs = minmax",
            ".normalize-inputs: expected none, standard or min-max but found \"minmax\";"
                + " did you mean \"min-max\"?"),
        csv(
            "path = a, targets = [1], missing = skip",
            ".missing: expected error, drop or mean but found \"skip\""));
  }

  static Stream<Arguments> syntax() {
    return Stream.of(
        wrong(
            "name = \"open",
            "job.conf:7: not valid HOCON: JSON does not allow unescaped newline in quoted strings,"
                + " use a backslash escape"),
        wrong(
            "clipping {",
            "job.conf:8: not valid HOCON: expected a key or '}' but found end of file"),
        wrong("}", "job.conf:7: not valid HOCON: unbalanced close brace '}' with no open brace"),
        wrong("= 3", "job.conf:7: not valid HOCON: expected a key or '}' but found '='"),
        wrong(
            "seed",
            "job.conf:8: not valid HOCON: expected '=', ':' or '{' after key 'seed' but found end of file"),
        wrong(
            "seed = @x",
            "job.conf:7: not valid HOCON: Reserved character '@' is not allowed outside quotes"),
        wrong(
            "a..b = 3",
            "job.conf:7: not valid HOCON: path has a leading, trailing, or two adjacent period '.'"),
        wrong(
            "seed = {a = 1} [2]",
            "job.conf:7: not valid HOCON: an object or a list is beside another value;"
                + " is a comma or a line end missing?"),
        wrong(
            "clipping { global-norm = 1 ]",
            "job.conf:7: not valid HOCON: expected ',', '}' or a line end but found ']'"),
        wrong(
            "model = [ relu { dense { units = 3 } } ]",
            "job.conf:2: not valid HOCON: an object or a list is beside another value;"
                + " is a comma or a line end missing?"),
        wrong("seed = ${sed}", "job.conf:7: ${sed} is not a key of this job"),
        wrong("seed = ${HOME}", "job.conf:7: ${HOME} is not a key of this job"),
        wrong("seed = ${seed}", "job.conf:7: ${seed} refers to itself"),
        wrong(
            "include \"other.conf\"",
            "job.conf:7: include \"other.conf\": nothing can be included here"),
        wrong(
            "include required(file(\"/etc/other.conf\"))",
            "job.conf:7: include \"/etc/other.conf\": nothing can be included here"),
        wrong(
            "data.train { include url(\"http://127.0.0.1:1/x\") }",
            "job.conf:1: include \"http://127.0.0.1:1/x\": nothing can be included here"),
        wrong(
            "include classpath(\"reference.conf\")",
            "job.conf:7: include \"reference.conf\": nothing can be included here"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"topLevel", "optimizers", "models", "data", "syntax"})
  void shouldSayFileLineKeyExpectedAndFoundWhenALineIsWrong(String line, String message) {
    assertError(message, SampleJob.with(line));
  }

  @Test
  void shouldNameTheLineOfTheEnclosingObjectWhenAKeyIsMissing() {
    String job =
        """
        data {
          train {
            csv {
              lags = 3
              targets = [1]
            }
          }
        }
        """;
    assertError(
        "job.conf:3: data.train.csv.path: expected the path of a file but it is missing", job);
  }

  @Test
  void shouldNameTheRequiredKeyWhenTheTopLevelLacksIt() {
    String full = SampleJob.with();
    assertError(
        "job.conf:1: epochs: expected an integer of at least 1 but it is missing",
        full.replaceFirst("epochs.*", ""));
    assertError(
        "job.conf:1: optimizer: expected sgd or adam but it is missing",
        full.replaceFirst("optimizer.*", ""));
    assertError(
        "job.conf:1: model: expected a list of layers but it is missing",
        full.replaceFirst("model.*", ""));
    assertError(
        "job.conf:1: loss: expected softmax-cross-entropy or half-squared-error but it is missing",
        full.replaceFirst("loss.*", ""));
    assertError(
        "job.conf:1: data: expected an object { train, validation, split, storage } but it is missing",
        full.replaceFirst("data.*", "seed = 1"));
  }

  @Test
  void shouldNameTheSecondLineWhenTwoVariantsMeet() {
    assertError(
        "job.conf:7: optimizer: expected exactly one key but found \"sgd\" and \"adam\"",
        SampleJob.with("optimizer { sgd {} }", "optimizer { adam {} }"));
  }

  @Test
  void shouldNameTheFirstUnknownKeyOfTheFile() {
    assertError(
        "job.conf:7: zeta: unknown key; known keys: name, seed, data, model, loss, optimizer,"
            + " clipping, batch-size, shards, epochs, checkpoint",
        SampleJob.with("zeta = 1", "alpha = 1"));
  }

  @Test
  void shouldRefuseSoftmaxBeforeItsOwnLoss() {
    assertError(
        "job.conf:2: model[1]: the loss softmax-cross-entropy applies softmax itself;"
            + " leave out the last softmax",
        SampleJob.with(
            "model = [ { dense { units = 3 } }, softmax ]", "loss = softmax-cross-entropy"));
  }

  @Test
  void shouldAskForANameWhenTheOriginGivesNone() {
    JobException e =
        assertThrows(
            JobException.class,
            () -> JobFile.parse(SampleJob.with(), "my job.conf", Path.of(""), List.of()));
    assertEquals(
        "my job.conf:1: name: expected at most 64 letters, digits, \".\", \"_\" or \"-\","
            + " beginning with a letter or digit, but the file's name gives \"my job\";"
            + " add a name",
        e.getMessage());
  }

  @Test
  void shouldRefuseTextsThatAreNoJob() {
    assertError("job.conf: expected a job but the file is empty", "");
    assertError("job.conf: expected a job but the file is empty", "  # nothing\n\n");
    assertError("job.conf:1: not valid HOCON: expected keys and values but found a list", "[1, 2]");
    assertError(
        "job.conf: objects and lists are nested too deeply", "a = " + "[".repeat(1 << 20 - 5));
    assertError(
        "job.conf: expected a job of at most 1 MiB but found a larger one",
        "#".repeat((1 << 20) + 1));
  }

  private static void assertError(String message, String text) {
    JobException e =
        assertThrows(
            JobException.class, () -> JobFile.parse(text, "job.conf", Path.of(""), List.of()));
    assertEquals(message, e.getMessage());
  }
}
