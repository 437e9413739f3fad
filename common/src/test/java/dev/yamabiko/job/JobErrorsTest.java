package dev.yamabiko.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
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

  private static Arguments augment(String value, String message) {
    return wrong(
        "data { train { builtin { name = digits, examples = 3 } }, augment = " + value + " }",
        "job.conf:1: data.augment" + message);
  }

  private static Arguments images(String options, String message) {
    return wrong(
        "data.train.images { " + options + " }", "job.conf:1: data.train.images" + message);
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
        wrong(
            "checkpoint.best = train-loss, early-stopping { metric = train-loss, restore-best = false }",
            "job.conf:7: checkpoint.best: cannot be set together with"
                + " early-stopping { restore-best = false }"),
        wrong("epochs = 3 days", "job.conf:6: epochs: " + integer + "\"3 days\""),
        wrong(
            "shards = 17",
            "job.conf:7: shards: expected an integer from 1 to batch-size, which is 16,"
                + " but found 17"),
        wrong(
            "shards = 8193, batch-size = 2147483647",
            "job.conf:7: shards: expected an integer from 1 to 8192 but found 8193"),
        wrong("shards = 0", "job.conf:7: shards: " + integer + "0"),
        wrong("seed = -1", "job.conf:7: seed: expected an integer of at least 0 but found -1"),
        wrong("seed = 0.5", "job.conf:7: seed: expected an integer of at least 0 but found 0.5"),
        wrong(
            "communication { gradients = float16 }",
            "job.conf:7: communication.gradients: expected float32 or bfloat16 but found"
                + " \"float16\"; did you mean \"bfloat16\"?"),
        wrong(
            "communication { weights = 16 }",
            "job.conf:7: communication.weights: expected float32 or bfloat16 but found 16"),
        wrong(
            "communication { gradient = float32 }",
            "job.conf:7: communication.gradient: unknown key; did you mean \"gradients\"?"
                + " Known keys: gradients, weights"),
        wrong(
            "communication = bfloat16",
            "job.conf:7: communication: expected an object { gradients, weights } but found"
                + " \"bfloat16\""),
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
            "checkpoint = 100",
            "job.conf:7: checkpoint: expected an object { every-steps, keep, best } but found 100"),
        wrong(
            "clipping { global-norm = 0 }",
            "job.conf:7: clipping.global-norm: expected a number greater than 0 but found 0"),
        wrong(
            "clipping { global-norm = \"1\" }",
            "job.conf:7: clipping.global-norm: expected a number greater than 0 but found \"1\""),
        wrong(
            "clipping { norm = 1 }",
            "job.conf:7: clipping.norm: unknown key; known keys: global-norm, value"),
        wrong(
            "batch_size = 3",
            "job.conf:7: batch_size: unknown key; did you mean \"batch-size\"? Known keys: "
                + SampleJob.KEYS),
        wrong("\"a.b\" = 3", "job.conf:7: \"a.b\": unknown key; known keys: " + SampleJob.KEYS),
        wrong(
            "loss = mse",
            "job.conf:3: loss: expected softmax-cross-entropy, binary-cross-entropy, half-squared-error or huber"
                + " but found \"mse\""),
        wrong(
            "loss = half-square-error",
            "job.conf:3: loss: expected softmax-cross-entropy, binary-cross-entropy, half-squared-error or huber"
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
                + " but found 1e999, which is Infinity in 64 bits"),
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
            "job.conf:4: optimizer: expected sgd, adam, adamw or rmsprop but found \"ada\"; did you mean"
                + " \"adam\"?"),
        wrong(
            "optimizer {}",
            "job.conf:4: optimizer: expected sgd, adam, adamw or rmsprop but found an empty object"),
        wrong(
            "optimizer = [sgd]",
            "job.conf:4: optimizer: expected sgd, adam, adamw or rmsprop but found a list"),
        wrong(
            "optimizer { sgd = 0.1 }",
            "job.conf:4: optimizer.sgd: expected an object"
                + " { learning-rate, momentum, nesterov, weight-decay } but found 0.1"));
  }

  static Stream<Arguments> models() {
    String layers =
        "dense, conv2d, max-pool, average-pool, global-average-pool, flatten, relu, leaky-relu,"
            + " gelu, sigmoid, tanh, softmax, dropout, batch-norm, layer-norm or residual";
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
            ".dense.initializer: expected he, glorot, zeros or ones but found \"He\";"
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
            "data { train { image { directory = x } } }",
            "job.conf:1: data.train: expected builtin, idx, csv, images or npy but found \"image\";"
                + " did you mean \"images\"?"),
        wrong(
            "data { validation { fraction = 0.1 } }",
            "job.conf:1: data.train: expected builtin, idx, csv, images or npy but it is missing"),
        wrong(
            "data = digits",
            "job.conf:1: data: expected an object { train, validation, split, augment, storage } but found \"digits\""),
        wrong(
            "data.train = digits",
            "job.conf:1: data.train: expected builtin, idx, csv, images or npy but found \"digits\""),
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
            "job.conf:1: data.validation: expected builtin, idx, csv, images, npy or fraction but found 0.1"),
        wrong(
            "data { train { builtin { name = sine, examples = 3 } }, split = random }",
            "job.conf:1: data.split: there is nothing to split without"
                + " data.validation.fraction"),
        wrong(
            "data { train { builtin { name = sine, examples = 3 } }, split = half }",
            "job.conf:1: data.split: expected chronological or random but found \"half\""),
        augment("flip", ": expected a list of augmentations but found \"flip\""),
        augment(
            "[flop]",
            "[0]: expected flip, shift, rotate, crop or noise but found \"flop\";"
                + " did you mean \"flip\"?"),
        augment(
            "[flip, { flip { horizontal = false } }]",
            "[1].flip: expected horizontal or vertical to be true but both are false"),
        augment("[shift]", "[0].shift.pixels: expected an integer of at least 1 but it is missing"),
        augment(
            "[{ shift { pixels = 1.5 } }]",
            "[0].shift.pixels: expected an integer of at least 1 but found 1.5"),
        augment(
            "[{ rotate { degrees = 200 } }]",
            "[0].rotate.degrees: expected a number greater than 0 and at most 180 but found 200"),
        augment("[{ crop { pixels = 2 } }]", "[0].crop.pixels: unknown key; known keys: padding"),
        augment(
            "[{ noise { deviation = 0 } }]",
            "[0].noise.deviation: expected a number greater than 0 but found 0"),
        images("size = 8", ".directory: expected the path of a directory but it is missing"),
        images("directory = 3", ".directory: expected the path of a directory but found 3"),
        images("path = a", ".path: unknown key; known keys: directory, size, colour"),
        images("directory = a, size = 0", ".size: expected an integer of at least 1 but found 0"),
        images(
            "directory = a, size = 40000",
            ".size: expected an integer from 1 to 32768 but found 40000"),
        images(
            "directory = a, size = small",
            ".size: expected an integer of at least 1 or [height, width] but found \"small\""),
        images(
            "directory = a, size = [1, 2, 3]",
            ".size: expected an integer of at least 1 or [height, width] but found a list of 3"),
        images(
            "directory = a, size = [8, 2.5]",
            ".size[1]: expected an integer of at least 1 but found 2.5"),
        images(
            "directory = a, colour = gray",
            ".colour: expected rgb or grey but found \"gray\"; did you mean \"grey\"?"),
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
            "path = a, targets = [1], categorical = colour",
            ".categorical: expected a list of columns, each a name or a 0-based index, but found"
                + " \"colour\""),
        csv(
            "path = a, targets = [1], categorical = [c, c]",
            ".categorical[1]: expected each column once but found \"c\" again"),
        csv(
            "path = a, targets = [1], categorical = [c], header = false",
            ".categorical[0]: expected a 0-based index, because header = false, but found \"c\""),
        csv(
            "path = a, targets = [1], unknown-categories = zeros",
            ".unknown-categories: there are no categories without categorical"),
        csv(
            "path = a, targets = [1], categorical = [0], unknown-categories = zero",
            ".unknown-categories: expected error or zeros but found \"zero\"; did you mean"
                + " \"zeros\"?"),
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
        wrong(
            "seed = ${sed}",
            "job.conf:7: ${sed} is not a key of this job, and environment variables are not read here"),
        wrong(
            "seed = ${HOME}",
            "job.conf:7: ${HOME} is not a key of this job, and environment variables are not read here"),
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

  static Stream<Arguments> newerLayers() {
    return Stream.of(
        model(
            "{ average-pool { size = 0 } }",
            ".average-pool.size: expected an integer of at least 1 but found 0"),
        model(
            "{ global-average-pool { size = 2 } }",
            ".global-average-pool.size: unknown key; known keys: none"),
        model(
            "{ leaky-relu { slope = 1 } }",
            ".leaky-relu.slope: expected a number of at least 0 and less than 1 but found 1"),
        model(
            "{ dropout { rate = 1 } }",
            ".dropout.rate: expected a number of at least 0 and less than 1 but found 1"),
        model("{ dropout = 0.5 }", ".dropout: expected an object { rate } but found 0.5"),
        model(
            "{ batch-norm { momentum = 0 } }",
            ".batch-norm.momentum: expected a number greater than 0 and at most 1 but found 0"),
        model(
            "{ layer-norm { epsilon = 0 } }",
            ".layer-norm.epsilon: expected a number greater than 0 but found 0"),
        model(
            "{ residual { body = [] } }",
            ".residual.body: expected a list of layers but found an empty list"),
        model("residual", ".residual.body: expected a list of layers but it is missing"),
        model(
            "{ residual { body = [relu], shortcut = relu } }",
            ".residual.shortcut: expected a list of layers but found \"relu\""),
        model(
            "{ residual { body = [ tanh, { dense { units = 0 } } ] } }",
            ".residual.body[1].dense.units: expected an integer of at least 1 but found 0"));
  }

  static Stream<Arguments> lossesAndSchedules() {
    return Stream.of(
        wrong(
            "loss { softmax-cross-entropy { class-weights = [1, 0] } }",
            "job.conf:3: loss.softmax-cross-entropy.class-weights[1]:"
                + " expected a number greater than 0 but found 0"),
        wrong(
            "loss { softmax-cross-entropy { class-weights = [1, null] } }",
            "job.conf:3: loss.softmax-cross-entropy.class-weights[1]:"
                + " expected a number greater than 0 but found null"),
        wrong(
            "loss { softmax-cross-entropy { class-weights = 2 } }",
            "job.conf:3: loss.softmax-cross-entropy.class-weights:"
                + " expected a list of numbers, one for each class, but found 2"),
        wrong(
            "loss { softmax-cross-entropy { label-smoothing = 1 } }",
            "job.conf:3: loss.softmax-cross-entropy.label-smoothing:"
                + " expected a number of at least 0 and less than 1 but found 1"),
        wrong(
            "loss { binary-cross-entropy { class-weights = [1, 2, 3] } }",
            "job.conf:3: loss.binary-cross-entropy.class-weights:"
                + " expected 2 numbers, one for each class, but found 3"),
        wrong(
            "loss { huber { delta = 0 } }",
            "job.conf:3: loss.huber.delta: expected a number greater than 0 but found 0"),
        wrong(
            "clipping {}", "job.conf:7: clipping: expected global-norm or value but found neither"),
        wrong(
            "clipping { global-norm = 1, value = 2 }",
            "job.conf:7: clipping.value: expected one of global-norm and value but found both"),
        wrong(
            "clipping { value = 0 }",
            "job.conf:7: clipping.value: expected a number greater than 0 but found 0"),
        wrong(
            "optimizer { rmsprop { alpha = 1 } }",
            "job.conf:4: optimizer.rmsprop.alpha:"
                + " expected a number of at least 0 and less than 1 but found 1"),
        wrong(
            "optimizer { adamw { weight-decay = -1 } }",
            "job.conf:4: optimizer.adamw.weight-decay: expected a number of at least 0"
                + " but found -1"),
        wrong(
            "schedule = cosin",
            "job.conf:7: schedule: expected constant, step, exponential or cosine"
                + " but found \"cosin\"; did you mean \"cosine\"?"),
        wrong(
            "schedule { step { every-steps = 3, every-epochs = 2 } }",
            "job.conf:7: schedule.step.every-steps:"
                + " expected one of every-epochs and every-steps but found both"),
        wrong(
            "schedule { step { factor = 1 } }",
            "job.conf:7: schedule.step.factor:"
                + " expected a number greater than 0 and less than 1 but found 1"),
        wrong(
            "schedule = exponential",
            "job.conf:7: schedule.exponential.factor:"
                + " expected a number greater than 0 and less than 1 but it is missing"),
        wrong(
            "schedule { cosine { minimum = 1 } }",
            "job.conf:7: schedule.cosine.minimum:"
                + " expected a number of at least 0 and less than 1 but found 1"),
        wrong(
            "schedule { cosine { warm-up-steps = 0 } }",
            "job.conf:7: schedule.cosine.warm-up-steps:"
                + " expected an integer of at least 1 but found 0"),
        wrong(
            "schedule { cosine { warmup-steps = 5 } }",
            "job.conf:7: schedule.cosine.warmup-steps: unknown key; did you mean \"warm-up-steps\"?"
                + " Known keys: minimum, warm-up-epochs, warm-up-steps"));
  }

  @Test
  void shouldRefuseSigmoidBeforeBinaryCrossEntropy() {
    assertError(
        "job.conf:2: model[1]: the loss binary-cross-entropy applies sigmoid itself;"
            + " leave out the last sigmoid",
        SampleJob.with(
            "model = [ { dense { units = 1 } }, sigmoid ]", "loss = binary-cross-entropy"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({
    "newerLayers",
    "lossesAndSchedules",
    "topLevel",
    "optimizers",
    "models",
    "data",
    "syntax"
  })
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
        "job.conf:1: optimizer: expected sgd, adam, adamw or rmsprop but it is missing",
        full.replaceFirst("optimizer.*", ""));
    assertError(
        "job.conf:1: model: expected a list of layers but it is missing",
        full.replaceFirst("model.*", ""));
    assertError(
        "job.conf:1: loss: expected softmax-cross-entropy, binary-cross-entropy, half-squared-error or huber but it is missing",
        full.replaceFirst("loss.*", ""));
    assertError(
        "job.conf:1: data: expected an object { train, validation, split, augment, storage } but it is missing",
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
        "job.conf:7: zeta: unknown key; known keys: " + SampleJob.KEYS,
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

  /** A second for a hundred of them, a minute for some hundreds. */
  @Test
  void shouldRefuseHundredsOfSubstitutions() {
    String message =
        "job.conf: expected at most 100 substitutions ${...} and additions += but found ";
    assertError(message + "101; write values out", "a += 1\n".repeat(101));
    assertError(message + "200; write values out", "a = ${?a}${?b}\n".repeat(100));
  }

  @Test
  void shouldSayWhatIsWrongBesideWhatOnlyLooksLikeASubstitution() {
    String error = "job.conf:7: seed: expected an integer of at least 0 but found -1";
    for (String key : List.of("a..b", ".", "a.".repeat(50_000) + "a")) {
      assertError(error, SampleJob.with("seed = -1 # ${?" + key + "}"));
    }
  }

  /** Config would copy for each word the words before it. */
  @Test
  void shouldRefuseValuesOfThousandsOfParts() {
    String message =
        ": expected a comma or a line end after each value and text of many words in double quotes"
            + " but found values of too many parts side by side";
    String words = "of workers ".repeat(800);
    assertError("job.conf" + message, "name = " + words);
    assertError("job.conf" + message, "model = " + "[relu][tanh]".repeat(1600));
    JobException e =
        assertThrows(
            JobException.class,
            () -> JobFile.parse("a=1", "job.conf", Path.of(""), List.of("a={b=" + words + "}")));
    assertEquals("--set a" + message, e.getMessage());
  }

  /** Config would copy for each object what its key has been before. */
  @Test
  void shouldRefuseObjectsPutTogetherFromThousands() {
    String message =
        "job.conf: expected all keys of an object in one pair of braces but found too many objects"
            + " and keys with dots side by side";
    StringBuilder objects = new StringBuilder();
    StringBuilder keys = new StringBuilder();
    for (int i = 0; i < 2000; i++) {
      objects.append("a { x%d = 1 }\n".formatted(i));
      keys.append("a.x%d = 1\n".formatted(i));
    }
    assertError(message, objects.toString());
    assertError(message, keys.toString());
    assertError(message, "a = \"\"\"x\"\"\"\"\n" + keys + "\n# \"");
  }

  /** Config shows all that it did not expect, each part of it in quotes and brackets. */
  @Test
  void shouldSayAtOnceWhatIsWrongWithALongText() {
    String text = "a { ${" + " x 1".repeat(1400) + "} }";
    JobException e =
        assertTimeoutPreemptively(
            Duration.ofSeconds(60),
            () ->
                assertThrows(
                    JobException.class,
                    () -> JobFile.parse(text, "job.conf", Path.of(""), List.of())));
    String message = e.getMessage();
    assertTrue(
        message.startsWith("job.conf:1: not valid HOCON: expected a key or '}' but found '${'"),
        message);
    assertTrue(message.length() < 1200, () -> message.length() + " characters");
  }

  private static void assertError(String message, String text) {
    JobException e =
        assertThrows(
            JobException.class, () -> JobFile.parse(text, "job.conf", Path.of(""), List.of()));
    assertEquals(message, e.getMessage());
  }
}
