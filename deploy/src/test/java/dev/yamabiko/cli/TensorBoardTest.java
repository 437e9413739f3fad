package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.yamabiko.coordinator.BoardContent;
import dev.yamabiko.coordinator.RunDescription;
import dev.yamabiko.coordinator.RunDirectory;
import dev.yamabiko.data.Targets;
import dev.yamabiko.model.Checkpoint;
import dev.yamabiko.model.Checkpoint.Position;
import dev.yamabiko.nn.Dense;
import dev.yamabiko.nn.Initializer;
import dev.yamabiko.nn.Network;
import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.step.Statistics;
import dev.yamabiko.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.framework.HistogramProto;
import org.tensorflow.util.Event;
import org.tensorflow.util.SessionLog;

/** What a run leaves for TensorBoard, read by TensorFlow's own messages. */
class TensorBoardTest {

  private static final JsonMapper JSON = new JsonMapper();

  /** Ten steps an epoch. */
  private static final String CLASSES =
      """
      data.train { builtin { name = spirals, examples = 80 } }
      data.validation { builtin { name = spirals, examples = 30, seed = 7 } }
      model = [ { dense { units = 5 } }, tanh, { dense { units = 3 } } ]
      loss = softmax-cross-entropy, clipping.global-norm = 1
      optimizer { sgd { learning-rate = 0.1 } }
      batch-size = 8, shards = 2, epochs = 3
      """;

  private static final String VALUES =
      """
      data.train { builtin { name = sine, examples = 40 } }
      model = [ { dense { units = 1 } } ], loss = half-squared-error, optimizer = sgd
      batch-size = 8, shards = 2, epochs = 2
      """;

  @TempDir private Path directory;

  private JsonNode train(String job, String run, String... more) throws IOException {
    Files.writeString(directory.resolve("job.conf"), job);
    List<String> arguments =
        new ArrayList<>(List.of("train", "job.conf", "--workers", "2", "--out", run, "--json"));
    arguments.addAll(List.of(more));
    Invocation command = Invocation.of(directory, arguments);
    assertEquals(0, command.exitCode(), command.err());
    return command.json();
  }

  private List<JsonNode> metrics(String run) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(directory.resolve(run).resolve("metrics.jsonl"))) {
      lines.add(JSON.readTree(line));
    }
    return lines;
  }

  /** The scalars that the metrics come to. */
  private Map<String, Map<Long, Float>> expected(String run) throws IOException {
    Map<String, Map<Long, Float>> scalars = new TreeMap<>();
    for (JsonNode line : metrics(run)) {
      boolean isStep = line.has("step");
      long step = isStep ? line.path("step").asLong() : line.path("steps").asLong() - 1;
      line.properties()
          .forEach(
              field -> {
                String[] name = field.getKey().split("_", 2);
                String part = name[0].equals("train") && !isStep ? "train_epoch" : name[0];
                boolean isFigure = Set.of("train", "validation").contains(name[0]);
                boolean isOther = Set.of("learning_rate", "gradient_norm").contains(field.getKey());
                if (isFigure || isOther) {
                  scalars
                      .computeIfAbsent(
                          isOther ? field.getKey() : name[1] + "/" + part, t -> new TreeMap<>())
                      .put(step, (float) field.getValue().asDouble());
                }
              });
    }
    return scalars;
  }

  private Map<String, Map<Long, Float>> scalars(String run) throws IOException {
    return EventRecords.page(directory.resolve(run)).scalars();
  }

  @Test
  void shouldTellTheFiguresOfTheMetrics() throws IOException {
    double before = System.currentTimeMillis() / 1e3;
    train(CLASSES, "run");
    assertEquals(
        Set.of(
            "loss/train",
            "accuracy/train",
            "learning_rate",
            "gradient_norm",
            "loss/train_epoch",
            "accuracy/train_epoch",
            "loss/validation",
            "accuracy/validation"),
        scalars("run").keySet());
    assertEquals(expected("run"), scalars("run"));
    double last = before;
    for (Event event : EventRecords.read(EventRecords.files(directory.resolve("run")).get(0))) {
      assertTrue(event.getWallTime() >= last - 0.001, event.toString());
      last = event.getWallTime();
    }
    assertTrue(last <= System.currentTimeMillis() / 1e3);

    train(VALUES, "values");
    assertTrue(scalars("values").containsKey("rmse/train"), scalars("values").toString());
    assertEquals(expected("values"), scalars("values"));
  }

  @Test
  void shouldChangeNoBit() throws IOException {
    String hash = train(CLASSES, "plain").path("weights_sha256").asText();
    String histograms = "tensorboard.histograms={ every-steps = 3, gradients = true }";
    assertEquals(
        hash, train(CLASSES, "looked", "--set", histograms).path("weights_sha256").asText());
    assertEquals(
        hash,
        train(CLASSES, "none", "--set", "tensorboard.scalars=false")
            .path("weights_sha256")
            .asText());
    for (String run : List.of("looked", "none")) {
      assertEquals(
          Files.readString(directory.resolve("plain/metrics.jsonl")),
          Files.readString(directory.resolve(run).resolve("metrics.jsonl")));
    }
    assertFalse(Files.exists(directory.resolve("none/tensorboard")));
  }

  /** Every third step, of thirty; checkpoints are due at other steps and at some of these. */
  @Test
  void shouldCountTheWeightsWhenTheyAreAskedFor() throws IOException {
    train(
        CLASSES,
        "run",
        "--set",
        "tensorboard={ scalars = false, histograms { every-steps = 3 } }",
        "--set",
        "checkpoint.every-steps=6");
    EventRecords.Page page = EventRecords.page(directory.resolve("run"));
    assertEquals(Map.of(), page.scalars());
    Map<String, Double> sizes =
        Map.of(
            "weights/0.weight", 10.0,
            "weights/0.bias", 5.0,
            "weights/2.weight", 15.0,
            "weights/2.bias", 3.0);
    assertEquals(sizes.keySet(), page.histograms().keySet());
    page.histograms()
        .forEach(
            (tag, steps) -> {
              assertEquals(
                  List.of(2L, 5L, 8L, 11L, 14L, 17L, 20L, 23L, 26L, 29L),
                  List.copyOf(steps.keySet()));
              for (HistogramProto histogram : steps.values()) {
                assertEquals(sizes.get(tag), Double.valueOf(histogram.getNum()));
                assertEquals(
                    sizes.get(tag), histogram.getBucketList().stream().reduce(0.0, Double::sum));
                assertEquals(histogram.getBucketCount(), histogram.getBucketLimitCount());
                assertTrue(histogram.getMin() < histogram.getMax(), histogram.toString());
              }
            });
    HistogramProto last = page.histograms().get("weights/2.bias").get(29L);
    float[] bias = bias(directory.resolve("run"));
    double sum = 0;
    for (float value : bias) {
      sum += value;
    }
    assertEquals(sum, last.getSum(), "the last ones are the model's");

    train(CLASSES, "epochs", "--set", "tensorboard.histograms.every-epochs=2");
    assertEquals(
        Set.of(19L),
        EventRecords.page(directory.resolve("epochs")).histograms().get("weights/0.bias").keySet());
  }

  /**
   * Without momentum a step takes off the learning rate times the gradient: what the sum of the
   * weights of a tensor has lost. Layer 2 is frozen, and every other step has a checkpoint too.
   */
  @Test
  void shouldCountTheGradientsWhereTheyAreAskedFor() throws IOException {
    train(
        VALUES,
        "run",
        "--set",
        "model=[ { dense { units = 4 } }, tanh, { dense { units = 1 } } ]",
        "--set",
        "freeze=[2]",
        "--set",
        "optimizer.sgd.learning-rate=0.5",
        "--set",
        "tensorboard.histograms={ every-steps = 1, gradients = true }",
        "--set",
        "checkpoint.every-steps=2");
    Map<String, Map<Long, HistogramProto>> histograms =
        EventRecords.page(directory.resolve("run")).histograms();
    assertEquals(
        Set.of(
            "gradients/0.weight",
            "gradients/0.bias",
            "weights/0.weight",
            "weights/0.bias",
            "weights/2.weight",
            "weights/2.bias"),
        histograms.keySet());
    for (String tensor : List.of("0.weight", "0.bias")) {
      Map<Long, HistogramProto> weights = histograms.get("weights/" + tensor);
      Map<Long, HistogramProto> gradients = histograms.get("gradients/" + tensor);
      assertEquals(weights.keySet(), gradients.keySet());
      for (long step = 1; step < 10; step++) {
        HistogramProto gradient = gradients.get(step);
        assertEquals(4, gradient.getNum());
        assertTrue(gradient.getMin() < gradient.getMax(), gradient.toString());
        double lost = weights.get(step - 1).getSum() - weights.get(step).getSum();
        assertEquals(lost, 0.5 * gradient.getSum(), 1e-6, tensor + " in step " + step);
      }
    }
  }

  /** Nobody knows any more what gradient has led to the checkpoint. */
  @Test
  void shouldGoOnWithGradientsFromTheFirstStepThatItTakes() throws IOException {
    String gradients = "tensorboard.histograms={ every-steps = 1, gradients = true }";
    train(CLASSES, "whole", "--set", gradients);
    train(CLASSES, "run", "--set", gradients, "--set", "epochs=1");
    train(CLASSES, "run", "--resume", "--set", gradients);
    assertEquals(
        EventRecords.page(directory.resolve("whole")).histograms(),
        EventRecords.page(directory.resolve("run")).histograms());
  }

  /** Of the last layer: the end of a file that holds the flat vector. */
  private static float[] bias(Path run) throws IOException {
    byte[] model = Files.readAllBytes(run.resolve("model.safetensors"));
    float[] bias = new float[3];
    ByteBuffer.wrap(model, model.length - 12, 12)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(bias);
    return bias;
  }

  @Test
  void shouldGoOnInANewFileFromTheStepOfTheCheckpoint() throws IOException {
    train(CLASSES, "run", "--set", "epochs=1", "--set", "checkpoint.every-steps=5");
    Path run = directory.resolve("run");
    List<Path> files = EventRecords.files(run);
    assertEquals(1, files.size());
    // As if it had been killed before its last checkpoint was written.
    try (var checkpoints = Files.list(run.resolve("checkpoints"))) {
      for (Path file :
          checkpoints.filter(f -> f.getFileName().toString().contains("10")).toList()) {
        Files.delete(file);
      }
    }
    train(
        CLASSES,
        "run",
        "--resume",
        "--set",
        "tensorboard.histograms.every-epochs=1",
        "--set",
        "checkpoint.every-steps=5");
    files = EventRecords.files(run);
    assertEquals(2, files.size());
    Event start = EventRecords.read(files.get(1)).get(1);
    assertEquals(SessionLog.SessionStatus.START, start.getSessionLog().getStatus());
    assertEquals(5, start.getStep());
    assertEquals(expected("run"), scalars("run"));
  }

  /** Whatever the clock says: a file that is there may be of the same second or of a later one. */
  @Test
  void shouldNameFilesInTheOrderInWhichTheyAreMade() throws IOException {
    Path board = Files.createDirectories(directory.resolve("run/tensorboard"));
    long later = System.currentTimeMillis() / 1000 + 1_000_000;
    Path future = Files.createFile(board.resolve("events.out.tfevents." + later + ".h.1"));
    Files.createFile(board.resolve("notes.txt"));
    try (RunDirectory run = open("run", BOARD)) {
      run.onEvent(new RunEvent.RunStarted(1, 0, 0, 0));
    }
    List<Path> files = EventRecords.files(directory.resolve("run"));
    assertEquals(3, files.size());
    assertEquals(future, files.get(0));
    assertEquals(2, EventRecords.read(files.get(1)).size());
  }

  private static final Network NETWORK =
      Network.build(Shape.of(2), List.of(new Dense.Spec(2, Initializer.ZEROS)));

  private static final BoardContent BOARD =
      new BoardContent(true, OptionalLong.of(2), NETWORK.places(), NETWORK.places());

  private RunDirectory open(String run, BoardContent board) throws IOException {
    RunDescription description =
        new RunDescription("name = a", "d", Map.of(), Targets.Classes.numbered(2), 2, board);
    return RunDirectory.begin(
        Files.createDirectories(directory.resolve(run)),
        description,
        why -> {
          throw new AssertionError(why);
        });
  }

  private static RunEvent.StepClosed closed(long step, double loss) {
    return new RunEvent.StepClosed(step, 0, new Statistics(1, loss, 0, 0), 0.5f, Double.NaN);
  }

  private static RunEvent.WeightsCopied copied(long step, float[] weights) {
    return new RunEvent.WeightsCopied(step, weights, Optional.empty());
  }

  private static Checkpoint checkpoint(long step) {
    return new Checkpoint(
        new Position(step, 0, step, Optional.empty(), 1),
        new float[NETWORK.length()],
        new float[0][],
        Optional.empty(),
        Checkpoint.WayBack.NONE);
  }

  @Test
  void shouldTakeBackWhatARunGoesBackOver() throws IOException {
    try (RunDirectory run = open("run", BOARD)) {
      run.onEvent(new RunEvent.RunStarted(1, 0, 0, 0));
      for (int step = 0; step < 4; step++) {
        run.onEvent(closed(step, step));
      }
      Checkpoint two = checkpoint(2);
      run.onEvent(copied(4, new float[NETWORK.length()]));
      run.onEvent(new RunEvent.RolledBack("diverged", 4, two, two.position(), 0.5));
      run.onEvent(closed(2, 20));
      run.onEvent(closed(3, 30));
      run.settled().join();
      run.onEvent(copied(4, new float[NETWORK.length()]));
      run.settled().join();
      run.onEvent(new RunEvent.SlicesReturned("p1 was lost", 4, two, two.position()));
      run.onEvent(closed(2, 200));
      run.onEvent(copied(2, new float[NETWORK.length()]));
      run.onEvent(new RunEvent.SlicesReturned("p1 was lost", 4, two, two.position()));
    }
    EventRecords.Page page = EventRecords.page(directory.resolve("run"));
    assertEquals(Map.of(0L, 0f, 1L, 1f), page.scalars().get("loss/train"));
    assertEquals(Set.of(1L), page.histograms().get("weights/0.bias").keySet());
  }

  @Test
  void shouldTellWhatIsNoNumber() throws IOException {
    float[] weights = {Float.NaN, 1, Float.POSITIVE_INFINITY, 2, 3, Float.NEGATIVE_INFINITY};
    try (RunDirectory run = open("run", BOARD)) {
      run.onEvent(new RunEvent.RunStarted(1, 0, 0, 0));
      run.onEvent(closed(0, Double.NaN));
      run.onEvent(closed(1, Double.NEGATIVE_INFINITY));
      run.onEvent(closed(2, 1e300));
      run.onEvent(copied(2, weights));
    }
    EventRecords.Page page = EventRecords.page(directory.resolve("run"));
    assertEquals(
        Map.of(0L, Float.NaN, 1L, Float.NEGATIVE_INFINITY, 2L, Float.POSITIVE_INFINITY),
        page.scalars().get("loss/train"));
    assertEquals(Map.of(1L, 2f), page.scalars().get("not_finite/0.weight"));
    assertEquals(Map.of(1L, 1f), page.scalars().get("not_finite/0.bias"));
    HistogramProto weight = page.histograms().get("weights/0.weight").get(1L);
    assertEquals(3, weight.getNum());
    assertEquals(1, weight.getMin());
    assertEquals(2, weight.getMax());
    HistogramProto bias = page.histograms().get("weights/0.bias").get(1L);
    assertEquals(2, bias.getNum());
    assertEquals(3, bias.getSum());
  }

  /** The same weights may come as a checkpoint too. */
  @Test
  void shouldCountTheSameWeightsOnce() throws IOException {
    try (RunDirectory run = open("run", BOARD)) {
      run.onEvent(new RunEvent.RunStarted(1, 0, 0, 0));
      run.onEvent(copied(4, new float[NETWORK.length()]));
      run.onEvent(new RunEvent.CheckpointTaken(checkpoint(4)));
      run.onEvent(new RunEvent.CheckpointTaken(checkpoint(5)));
    }
    assertEquals(
        Set.of(3L),
        EventRecords.page(directory.resolve("run")).histograms().get("weights/0.bias").keySet());
  }

  @Test
  void shouldBeNoTroubleOfTheRun() throws IOException {
    Path run = Files.createDirectories(directory.resolve("run"));
    Path inTheWay = Files.writeString(run.resolve("tensorboard"), "a file");
    try (RunDirectory files = open("run", BOARD)) {
      files.onEvent(new RunEvent.RunStarted(1, 0, 0, 0));
      files.onEvent(closed(0, 1));
      files.onEvent(copied(2, new float[NETWORK.length()]));
      files.settled().join();
      files.onEvent(new RunEvent.CheckpointTaken(checkpoint(4)));
      files.settled().join();
      assertTrue(files.hasCheckpoint());
      assertEquals(Optional.empty(), files.failure());
    }
    assertEquals("a file", Files.readString(inTheWay));
    assertEquals(1, Files.readAllLines(run.resolve("metrics.jsonl")).size());
  }
}
