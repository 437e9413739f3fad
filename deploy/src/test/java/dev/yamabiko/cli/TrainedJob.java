package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.yamabiko.data.Dataset;
import dev.yamabiko.data.Targets;
import dev.yamabiko.job.Job;
import dev.yamabiko.local.SingleNode;
import dev.yamabiko.nn.Loss;
import dev.yamabiko.nn.Network;
import dev.yamabiko.nn.NetworkPass;
import dev.yamabiko.protocol.RunOutcome;
import dev.yamabiko.tensor.KernelsFactory;
import dev.yamabiko.tensor.ShardRows;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A job that the command has trained, and beside what it wrote the weights as the trainer itself
 * returned them: what evaluate and predict say can be held against a forward pass that never saw a
 * file.
 */
final class TrainedJob {

  static final String RUN = "run";

  private final Path working;
  private final Job job;
  private final Dataset training;
  private final Network network;
  private final float[] weights;
  private final JsonNode result;

  private TrainedJob(
      Path working, Job job, Dataset training, Network network, float[] weights, JsonNode result) {
    this.working = working;
    this.job = job;
    this.training = training;
    this.network = network;
    this.weights = weights;
    this.result = result;
  }

  /** Trains with three workers; the files that the text names are there. */
  static TrainedJob of(Path working, String text) {
    ResumableJob command = new ResumableJob(working, text);
    AtomicReference<TrainedJob> trained = new AtomicReference<>();
    ResumableJob.Output output =
        command.command(
            List.of("train", "job.conf", "--json", "--out", RUN, "--workers", "3"),
            (checked, begin, workers, listeners, cancellation) -> {
              RunOutcome outcome = SingleNode.run(checked, begin, workers, listeners, cancellation);
              trained.set(
                  new TrainedJob(
                      working,
                      checked.job(),
                      checked.data().train(),
                      checked.network(),
                      outcome.weights().orElseThrow(),
                      null));
              return outcome;
            });
    assertEquals(0, output.exitCode(), output.err());
    return trained.get().with(output.json());
  }

  private TrainedJob with(JsonNode itsResult) {
    return new TrainedJob(working, job, training, network, weights, itsResult);
  }

  /** The result of the same job with so many workers. */
  JsonNode again(String workers) {
    return done("train", "job.conf", "--json", "--out", RUN + "-" + workers, "--workers", workers)
        .json();
  }

  Dataset training() {
    return training;
  }

  JsonNode result() {
    return result;
  }

  List<String> classes() {
    return ((Targets.Classes) training().targets()).names();
  }

  /**
   * What the trainer's own network says of the training examples, each computed by itself:
   * probabilities, or values in the model's units.
   */
  List<float[]> outputs() {
    Loss loss = job.loss();
    Targets targets = training().targets();
    NetworkPass pass = new NetworkPass(network, KernelsFactory.create());
    int features = network.outputShape().size();
    int width = loss.predictedWidth(features, targets);
    List<float[]> outputs = new ArrayList<>();
    for (int i = 0; i < training().size(); i++) {
      training().readInput(i, pass.input(1), 0);
      float[] y = pass.forward(weights, ShardRows.single(1), null);
      float[] p = new float[width];
      loss.predict(pass.kernels(), 1, features, targets, y, p);
      outputs.add(p);
    }
    return outputs;
  }

  /** The outputs in original units. */
  List<double[]> values() {
    List<Targets.Value> targets = ((Targets.Values) training().targets()).values();
    List<double[]> values = new ArrayList<>();
    for (float[] output : outputs()) {
      double[] original = new double[output.length];
      for (int k = 0; k < original.length; k++) {
        original[k] = output[k] * targets.get(k).scale() + targets.get(k).offset();
      }
      values.add(original);
    }
    return values;
  }

  Invocation command(String... arguments) {
    return Invocation.of(working, List.of(arguments));
  }

  /** Of a command that must succeed. */
  private Invocation done(String... arguments) {
    Invocation invocation = command(arguments);
    assertEquals(0, invocation.exitCode(), invocation.err());
    return invocation;
  }

  /** The table that predict prints, header first; no cell of these tests holds a comma. */
  List<String[]> predictCsv(String input) {
    return rows(done("predict", RUN, "--input", input).out());
  }

  static List<String[]> rows(String csv) {
    return csv.lines().map(line -> line.split(",", -1)).toList();
  }

  /** The objects that predict writes to a file. */
  List<JsonNode> predictJson(String input) {
    Invocation done = done("predict", RUN, "--input", input, "--out", "out.jsonl", "--json");
    Path file = working.resolve("out.jsonl");
    try {
      List<JsonNode> objects = new ArrayList<>();
      for (String line : Files.readAllLines(file)) {
        objects.add(new Invocation(0, line, "").json());
      }
      assertEquals(objects.size(), done.json().path("predictions").asInt());
      assertEquals(file.toString(), done.json().path("out").asText());
      Files.delete(file);
      return objects;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * @param source as in a job file
   */
  JsonNode evaluate(String source) {
    try {
      Files.writeString(working.resolve("data.conf"), source);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return done("evaluate", RUN, "--data", "data.conf", "--json").json();
  }
}
