package dev.yamabiko.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.data.Targets;
import dev.yamabiko.job.Sweep.Assignment;
import dev.yamabiko.optim.Sgd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SweepTest {

  @TempDir private Path folder;

  private Path write(String... lines) throws IOException {
    return Files.writeString(folder.resolve("job.conf"), SampleJob.with(lines));
  }

  private Sweep sweep(String... lines) throws IOException {
    return SweepFile.read(write(lines), List.of(), folder);
  }

  private static List<String> described(Sweep sweep) {
    return sweep.trials().stream().map(Sweep.Trial::describe).toList();
  }

  @Test
  void shouldNamePathsThatMeanTheSameInEveryDirectory() throws IOException {
    Sweep sweep =
        sweep(
            "data.train.csv { path = a.csv, targets = [y] }",
            "sweep.grid.data.train.csv.path = [a.csv, sub/b.csv]",
            "sweep.grid.optimizer.sgd.learning-rate = [1e-1]");
    Sweep.Trial second = sweep.trials().get(1);
    assertEquals(
        "data.train.csv.path = sub/b.csv, optimizer.sgd.learning-rate = 1e-1", second.describe());
    assertEquals(
        List.of(folder.resolve("sub/b.csv").toString(), "1e-1"),
        second.settings().stream().map(second::textAnywhere).toList());
    Sweep whole = sweep("sweep.grid.data.train = [ { csv { path = a.csv, targets = [y] } } ]");
    Sweep.Trial only = whole.trials().get(0);
    assertEquals(
        "{\"csv\":{\"path\":\"%s\",\"targets\":[\"y\"]}}".formatted(folder.resolve("a.csv")),
        only.textAnywhere(only.settings().get(0)));
  }

  @Test
  void shouldGoThroughAGridAsNestedLoopsWould() throws IOException {
    Sweep sweep =
        sweep(
            "sweep.grid {",
            "  optimizer.sgd.learning-rate = [0.1, 1e-2]",
            "  batch-size = [8, 16, 32]",
            "}");
    assertEquals(
        List.of(
            "optimizer.sgd.learning-rate = 0.1, batch-size = 8",
            "optimizer.sgd.learning-rate = 0.1, batch-size = 16",
            "optimizer.sgd.learning-rate = 0.1, batch-size = 32",
            "optimizer.sgd.learning-rate = 1e-2, batch-size = 8",
            "optimizer.sgd.learning-rate = 1e-2, batch-size = 16",
            "optimizer.sgd.learning-rate = 1e-2, batch-size = 32"),
        described(sweep));
    assertEquals("job", sweep.name());
    Sweep.Trial last = sweep.trials().get(5);
    assertEquals("job-s06", last.name());
    assertEquals(32, last.job().batchSize());
    assertEquals(0.01f, ((Sgd) last.job().optimizer()).learningRate());
    assertEquals(
        List.of(
            new Assignment("optimizer.sgd.learning-rate", 0.01, "1e-2"),
            new Assignment("batch-size", 32, "32")),
        last.settings());
  }

  /** The guarantee that makes a trial an ordinary job. */
  @Test
  void shouldMakeTheJobsThatSettingsMakeOfTheJobAlone() throws IOException {
    String sweepLine =
        """
        sweep.grid {
          optimizer = [{ adam { beta1 = 0.5 } }, adamw], "model.0.dense.units" = [3, 4]
          clipping = [null, { value = 1 }], data.validation.fraction = { from = 0.1, to = 0.3, count = 3 }
          data.train.csv.path = ["a b.csv", "7"]
        }
        """;
    String[] lines = {
      "model = [ { dense { units = 9 } }, tanh, { dense { units = 1 } } ]",
      "optimizer { sgd { learning-rate = 0.5 } }",
      "data.train.csv { path = x.csv, targets = [1] }",
      "clipping.global-norm = 3",
      "shards = ${model.0.dense.units}",
      sweepLine
    };
    lines[4] = "epochs = ${batch-size}";
    Path file = write(lines);
    List<String> given = List.of("batch-size=24", "seed=3");
    Sweep sweep = SweepFile.read(file, given, folder);
    assertEquals(48, sweep.trials().size());
    for (Sweep.Trial trial : sweep.trials()) {
      List<String> settings = new ArrayList<>(given);
      trial.settings().forEach(s -> settings.add(s.key() + "=" + s.text()));
      settings.add("sweep=null");
      settings.add("name=" + trial.name());
      assertEquals(JobFile.read(file, settings, folder), trial.job());
      assertEquals(24, trial.job().epochs());
    }
    assertEquals(
        48, new HashSet<>(sweep.trials().stream().map(t -> t.job().resolved()).toList()).size());
  }

  @Test
  void shouldSpreadRangesEvenlyOverNumbersOrTheirLogarithms() throws IOException {
    Sweep sweep =
        sweep(
            "sweep.grid {",
            "  optimizer.sgd.learning-rate { from = 1e-3, to = 1, scale = log, count = 4 }",
            "}");
    assertEquals(
        List.of("0.001", "0.01", "0.1", "1.0"),
        sweep.trials().stream().map(t -> t.settings().get(0).text()).toList());
    Sweep whole =
        sweep("sweep.grid.epochs { from = 1, to = 100, scale = log, integer = true, count = 6 }");
    assertEquals(List.of(1, 3, 6, 16, 40, 100), epochs(whole));
    Sweep few = sweep("sweep.grid.epochs { from = 1, to = 3, integer = true, count = 10 }");
    assertEquals(List.of(1, 2, 3), epochs(few));
  }

  private static List<Integer> epochs(Sweep sweep) {
    return sweep.trials().stream().map(trial -> trial.job().epochs()).toList();
  }

  private static List<Map<String, Object>> values(Sweep sweep) {
    List<Map<String, Object>> all = new ArrayList<>();
    for (Sweep.Trial trial : sweep.trials()) {
      Map<String, Object> values = new TreeMap<>();
      trial.settings().forEach(s -> values.put(s.key(), s.value()));
      all.add(values);
    }
    return all;
  }

  @Test
  void shouldDrawTheSameTrialsWhateverTheOrderAndNumberOfKeysAndTrials() throws IOException {
    String rate = "optimizer.sgd.learning-rate { from = 1e-4, to = 1, scale = log }";
    String batch = "batch-size = [8, 16, 32]";
    String random = "sweep.random { trials = %d, seed = 5, over { %s\n%s } }";
    List<Map<String, Object>> five = values(sweep(random.formatted(5, rate, batch)));
    assertEquals(five, values(sweep(random.formatted(5, batch, rate))));
    List<Map<String, Object>> nine = values(sweep(random.formatted(9, batch, rate)));
    assertEquals(five, nine.subList(0, 5));
    List<Map<String, Object>> alone = values(sweep(random.formatted(5, rate, "")));
    for (int i = 0; i < 5; i++) {
      assertEquals(
          five.get(i).get("optimizer.sgd.learning-rate"),
          alone.get(i).get("optimizer.sgd.learning-rate"));
    }
    assertNotEquals(
        five, values(sweep(random.formatted(5, rate, batch).replace("seed = 5", "seed = 6"))));
  }

  @Test
  void shouldDrawFromTheWholeRangeInFourDigits() throws IOException {
    Sweep sweep =
        sweep(
            """
            sweep.random {
              trials = 400
              over {
                optimizer.sgd.learning-rate { from = 1e-4, to = 1, scale = log }
                optimizer.sgd.momentum { from = 0.9, to = 0.9999 }
                epochs { from = 3, to = 6, integer = true }
                batch-size { from = 10, to = 1000, scale = log, integer = true }
              }
            }
            """);
    int small = 0;
    int[] epochs = new int[7];
    int smallBatches = 0;
    for (Sweep.Trial trial : sweep.trials()) {
      double rate = (Double) trial.settings().get(0).value();
      double momentum = (Double) trial.settings().get(1).value();
      assertTrue(rate >= 1e-4 && rate <= 1, () -> "" + rate);
      assertTrue(momentum >= 0.9 && momentum <= 0.9999, () -> "" + momentum);
      assertTrue(new java.math.BigDecimal("" + momentum).scale() <= 5, () -> "" + momentum);
      small += rate < 1e-2 ? 1 : 0;
      smallBatches += trial.job().batchSize() < 100 ? 1 : 0;
      epochs[trial.job().epochs()]++;
    }
    assertEquals(200, small, 50);
    assertEquals(200, smallBatches, 50);
    for (int n = 3; n <= 6; n++) {
      assertEquals(100, epochs[n], 40);
    }
  }

  @Test
  void shouldDrawEachCombinationOnceWhereThereAreFew() throws IOException {
    Sweep sweep =
        sweep(
            "sweep.random { trials = 12, over { epochs = [1, 2, 3], batch-size = [8, 9, 10, 11] } }");
    assertEquals(12, new HashSet<>(described(sweep)).size());
  }

  @Test
  void shouldTakeTheMetricThatTheDataHas() throws IOException {
    String grid = "sweep.grid.epochs = [1, 2]";
    assertEquals(Selection.Metric.TRAIN_LOSS, sweep(grid).metric());
    Sweep validated = sweep(grid, "data.validation.fraction = 0.2");
    assertEquals(Selection.Metric.VALIDATION_LOSS, validated.metric());
    Sweep accuracy =
        sweep(grid, "data.validation.fraction = 0.2", "sweep.metric = validation-accuracy");
    accuracy.requireMetricOf(Targets.Classes.numbered(2));
    JobException e =
        assertThrows(
            JobException.class,
            () -> accuracy.requireMetricOf(new Targets.Values(List.of(Targets.Value.plain("y")))));
    assertTrue(e.getMessage().contains("job.conf:9: sweep.metric: expected"), e.getMessage());
  }

  @Test
  void shouldTakeSettingsOfTheSweepItself() throws IOException {
    Path file =
        write("sweep.random { trials = 3, over { seed { from = 1, to = 999, integer = true } } }");
    assertEquals(3, SweepFile.read(file, List.of(), folder).trials().size());
    List<String> more = List.of("sweep.random.trials=100", "name=x");
    Sweep sweep = SweepFile.read(file, more, folder);
    assertEquals("x-s001", sweep.trials().get(0).name());
    assertEquals("x-s100", sweep.trials().get(99).name());
  }

  @Test
  void shouldNotBeOneJob() throws IOException {
    Path file = write("sweep.grid.epochs = [1, 2]");
    JobException e = assertThrows(JobException.class, () -> JobFile.read(file, List.of(), folder));
    assertTrue(e.getMessage().contains("job.conf:7: sweep: "), e.getMessage());
    assertTrue(e.getMessage().contains("yamabiko sweep"), e.getMessage());
    assertTrue(SweepFile.holdsSweep(file, List.of(), folder));
    List<String> none = List.of("sweep=null");
    assertEquals(2, JobFile.read(file, none, folder).epochs());
    assertFalse(SweepFile.holdsSweep(file, none, folder));
  }

  private void assertError(String message, String... lines) throws IOException {
    Path file = write(lines);
    JobException e =
        assertThrows(JobException.class, () -> SweepFile.read(file, List.of(), folder));
    assertEquals(message, e.getMessage().replace(file.toString(), "job.conf"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "seed = 1 | :1: sweep: expected an object { grid, random, metric } but it is missing; yamabiko train and submit take a job without",
        "sweep = 3 | :7: sweep: expected an object { grid, random, metric } but found 3",
        "sweep {} | :7: sweep: expected one of grid and random but found neither",
        "sweep { grid { epochs = [1] }, random { trials = 1, over { epochs = [1] } } } | :7: sweep: expected one of grid and random but found both",
        "sweep.gird.epochs = [1] | :7: sweep.gird: unknown key; did you mean \"grid\"? Known keys: grid, random, metric",
        "sweep.grid = [1] | :7: sweep.grid: expected an object { KEY = [VALUE, ...] } but found a list",
        "sweep.grid {} | :7: sweep.grid: expected KEY = [VALUE, ...] but found no key",
        "sweep.grid.epochs = 3 | :7: sweep.grid.epochs: expected a list of values, such as [1, 2], or { from, to } but found 3",
        "sweep.grid.epochs = [] | :7: sweep.grid.epochs: expected a list of values, such as [1, 2], or { from, to } but found an empty list",
        "sweep.grid.epochs = [3, 4, 3] | :7: sweep.grid.epochs[2]: 3 is in this list before",
        "sweep.grid.epochs = [3, x] | :7: epochs: expected an integer of at least 1 but found \"x\" (in trial 2 of 2: epochs = x)",
        "sweep.grid.epoch = [3, 4] | :7: epoch: unknown key; did you mean \"epochs\"? Known keys: name, seed, data, model, freeze, warm-start, loss, optimizer, schedule, clipping, communication, batch-size, shards, epochs, checkpoint, early-stopping, on-divergence, workers, tensorboard, extensions, sweep (in trial 1 of 2: epoch = 3)",
        "sweep.grid.name = [a, b] | :7: sweep.grid.name: name cannot differ between trials",
        "sweep.grid { optimizer = [sgd], \"optimizer.sgd.momentum\" = [0.1] } | :7: sweep.grid.optimizer: cannot be set together with optimizer.sgd.momentum, whose values are on job.conf:7",
        "sweep.grid { model.0.dense.units = [1, 2], model.0.dropout.rate = [0.1] } | :7: sweep.grid.model.0.dropout.rate: cannot be set together with model.0.dense.units, whose values are on job.conf:7",
        "sweep.grid { \"a..b\" = [1] } | :7: sweep.grid.\"a..b\": not a key: path has a leading, trailing, or two adjacent period '.'",
        "sweep.grid { optimizer.sgd.momentum = [0.1, 0.2], optimizer.adam.beta1 = [0.1] } | :7: sweep.grid.optimizer.sgd.momentum: cannot be set together with optimizer.adam.beta1, whose values are on job.conf:7",
        "sweep.grid { model.0.dense.units = [1, 2], model.00.dense.units = [3] } | :7: sweep: trial 2 is the same job as trial 1; one setting hides another (in trial 2 of 2: model.0.dense.units = 2, model.00.dense.units = 3)",
        "sweep.grid.epochs { from = 3, to = 2, count = 2 } | :7: sweep.grid.epochs.to: expected more than from, which is 3, but found 2",
        "sweep.grid.loss.huber.delta { from = -1e308, to = 1e308, count = 2 } | :7: sweep.grid.loss.huber.delta.to: expected less than 1.7976931348623157E308 more than from, but found 1e308",
        "sweep.grid.epochs { from = 3, to = 5 } | :7: sweep.grid.epochs.count: expected an integer of at least 2 but it is missing",
        "sweep.grid.epochs { from = 0, to = 5, scale = log, count = 2 } | :7: sweep.grid.epochs.from: expected a number greater than 0 but found 0",
        "sweep.grid.epochs { from = 0, to = 5, scale = cubic, count = 2 } | :7: sweep.grid.epochs.scale: expected linear or log but found \"cubic\"",
        "sweep.grid.epochs { from = 0.5, to = 5, integer = true, count = 2 } | :7: sweep.grid.epochs.from: expected an integer of at least 0 but found 0.5",
        "sweep.grid.model.7.dense.units = [1] | :7: sweep.grid.model.7.dense.units: expected the number of one of the 1 elements of model, from 0 on, but found 7 (in trial 1 of 1: model.7.dense.units = 1)",
        "sweep.random { trials = 1001, over { epochs = [1] } } | :7: sweep.random.trials: expected an integer from 1 to 1000 but found 1001",
        "sweep.random { trials = 3, over { epochs = [1, 2] } } | :7: sweep.random.trials: expected at most 2, as there are no more combinations, but found 3",
        "sweep.random { trials = 3 } | :7: sweep.random.over: expected an object { KEY = [VALUE, ...] } but it is missing",
        "sweep.random { trials = 2, over { epochs { from = 1, to = 5, count = 2 } } } | :7: sweep.random.over.epochs.count: unknown key; known keys: from, to, scale, integer",
        "sweep.random { trials = 30, over { epochs { from = 1, to = 20, integer = true } } } | :7: sweep.random.trials: expected 30 different trials but no more than 20 have been found",
        "sweep { grid.epochs = [1, 2], metric = validation-loss } | :7: sweep.metric: validation-loss needs data.validation, which is missing",
        "sweep.grid.epochs = ${nothing} | :7: ${nothing} is neither a key of this job nor an environment variable",
      })
  void shouldSayWhatIsWrongAndWhere(String line, String message) throws IOException {
    assertError("job.conf" + message, line);
  }

  @Test
  void shouldShowBothEndsOfALongKey() throws IOException {
    String key = "x".repeat(5_000);
    for (String line : List.of("sweep.%s = 1", "sweep.grid.%s = [1]", "sweep.grid.seed.%s = 1")) {
      Path file = write(line.formatted(key));
      JobException e =
          assertThrows(JobException.class, () -> SweepFile.read(file, List.of(), folder));
      assertTrue(e.getMessage().contains("xxx..."), e.getMessage());
      assertTrue(e.getMessage().length() < 1_000, e.getMessage());
    }
  }

  @Test
  void shouldBoundTheNumberOfTrials() throws IOException {
    String many = "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]";
    assertError(
        "job.conf:7: sweep.grid: expected at most 1,000 combinations but found 11 x 11 x 11",
        "sweep.grid { seed = %s, epochs = %s, batch-size = %s }".formatted(many, many, many));
  }

  @Test
  void shouldLeaveRoomForTheNumbersInNames() throws IOException {
    String name = "n".repeat(61);
    assertError(
        "job.conf:7: name: expected at most 60 characters, because trials add \"-s01\", but found 61"
            + " (in trial 1 of 1: epochs = 1)",
        "name = " + name,
        "sweep.grid.epochs = [1]");
  }
}
