package dev.yamabiko.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.yamabiko.coordinator.RunListener;
import dev.yamabiko.local.LocalRun;
import dev.yamabiko.local.SingleNode;
import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.protocol.RunOutcome;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A small job in a working directory of its own, trained by the whole command in this JVM, with
 * interruptions of two kinds: one that the run is told of, and a copy of the run directory as a
 * process that is killed at that moment would leave it.
 */
final class ResumableJob {

  private static final JsonMapper JSON = new JsonMapper();

  /** Adam, early stopping that stops, best weights that are not the last, a short last batch. */
  static final String STOPPING =
      """
      name = stopping, seed = 3
      data.train.builtin { name = spirals, examples = 150, seed = 4 }
      data.validation.builtin { name = spirals, examples = 60, seed = 5 }
      model = [ { dense { units = 70 } }, tanh, { dense { units = 130 } }, relu, { dense { units = 3 } } ]
      loss = softmax-cross-entropy
      optimizer { adam { learning-rate = 0.02 } }
      batch-size = 16, shards = 4, epochs = 12
      checkpoint { every-steps = 7, keep = 2 }
      early-stopping { metric = validation-loss, patience = 2, min-delta = 0.1 }
      """;

  /**
   * Explodes in step 4. The weights of the checkpoint that is due there explode again with any
   * rate; from the one before it, the beginning, the rate after the second roll-back is small
   * enough.
   */
  static final String DIVERGING =
      """
      name = diverging, seed = 3
      data.train.builtin { name = sine, examples = 150, seed = 4 }
      data.validation.builtin { name = sine, examples = 40, seed = 5 }
      model = [ { dense { units = 9000 } }, { dense { units = 1 } } ]
      loss = half-squared-error
      optimizer { sgd { learning-rate = 0.02 } }
      batch-size = 16, shards = 4, epochs = 6
      checkpoint { every-steps = 4, best = validation-rmse }
      on-divergence { rollback { factor = 0.02 } }
      """;

  /** What an invocation left. */
  record Output(int exitCode, String out, String err) {
    JsonNode json() {
      try {
        List<String> lines = out.lines().toList();
        return JSON.readTree(lines.get(lines.size() - 1));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    String weights() {
      return json().path("weights_sha256").asText();
    }

    String error() {
      return json().path("error").asText();
    }
  }

  private final Path working;

  ResumableJob(Path working, String text) {
    this.working = working;
    try {
      Files.writeString(working.resolve("job.conf"), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path directory(String run) {
    return working.resolve(run);
  }

  byte[] metrics(String run) throws IOException {
    return Files.readAllBytes(directory(run).resolve("metrics.jsonl"));
  }

  JsonNode result(String run) throws IOException {
    return JSON.readTree(directory(run).resolve("result.json").toFile());
  }

  /** Their manifests. */
  List<Path> checkpoints(String run) throws IOException {
    try (Stream<Path> files = Files.list(directory(run).resolve("checkpoints"))) {
      return files.filter(file -> file.toString().endsWith(".checkpoint")).sorted().toList();
    }
  }

  /** All files of that checkpoint, its manifest last. */
  static List<Path> filesOf(Path manifest) throws IOException {
    String step = manifest.getFileName().toString().replace(".checkpoint", "");
    try (Stream<Path> files = Files.list(manifest.getParent())) {
      return files.filter(file -> file.getFileName().toString().startsWith(step)).sorted().toList();
    }
  }

  Output train(String run, int workers, String... more) {
    return train(run, workers, 1, List.of(), more);
  }

  Output resume(String run, int workers, String... more) {
    return resume(run, workers, 1, more);
  }

  Output resume(String run, int workers, int slices, String... more) {
    return train(run, workers, slices, List.of(), with("--resume", more));
  }

  private static String[] with(String first, String... more) {
    return Stream.concat(Stream.of(first), Stream.of(more)).toArray(String[]::new);
  }

  /** Told to end when this event comes, by somebody else than a signal. */
  Output cancelled(String run, int workers, int slices, Predicate<RunEvent> when, String... more) {
    return command(
        run,
        workers,
        (checked, begin, count, listeners, cancellation) -> {
          List<RunListener> all = new ArrayList<>(listeners);
          all.add(
              event -> {
                if (when.test(event)) {
                  cancellation.cancel("interrupted");
                }
              });
          return SingleNode.run(checked, begin, count, slices, all, cancellation);
        },
        more);
  }

  /**
   * @param last hear of each event when its files are written
   */
  Output train(String run, int workers, int slices, List<RunListener> last, String... more) {
    return command(
        run,
        workers,
        (checked, begin, count, listeners, cancellation) -> {
          List<RunListener> all = new ArrayList<>(listeners);
          all.add(event -> listeners.forEach(listener -> listener.settled().join()));
          all.addAll(last);
          RunOutcome outcome = SingleNode.run(checked, begin, count, slices, all, cancellation);
          return outcome;
        },
        more);
  }

  private Output command(String run, int workers, LocalRun.Trainer trainer, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("train", "job.conf", "--json", "--out", run, "--workers", "" + workers));
    arguments.addAll(List.of(more));
    return command(arguments, trainer);
  }

  Output command(List<String> arguments, LocalRun.Trainer trainer) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Session session =
        new Session(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            working,
            new Terminal(false, 80, true),
            true,
            new Interruption(Duration.ofDays(1), code -> {}));
    int code =
        Main.run(arguments.toArray(String[]::new), session, new TrainCommand(session, trainer));
    return new Output(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** Of the run directory, as it is now. */
  void copy(String run, String to) {
    Path from = directory(run);
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, directory(to).resolve(from.relativize(file).toString()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
