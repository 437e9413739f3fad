package dev.yamabiko.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.job.Job;
import dev.yamabiko.job.JobFile;
import dev.yamabiko.nn.Network;
import dev.yamabiko.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WarmStartTest {

  private static final String BODY = "{ dense { units = 4 } }, batch-norm, relu, ";

  @TempDir private Path directory;

  private Job job(String layers, String more) {
    return JobFile.parse(
        """
        data.train.builtin { name = spirals, examples = 60 }
        loss = softmax-cross-entropy, optimizer = sgd, batch-size = 30, shards = 2, epochs = 1
        seed = 7
        """
            + "model = [ "
            + layers
            + " ]\n"
            + more,
        "job.conf",
        directory,
        List.of());
  }

  private Job warm(String layers) {
    return job(layers, "warm-start = other.safetensors\n");
  }

  private static Network network(Job job) {
    return job.model().build(Shape.of(2));
  }

  /** A model of these layers whose weights are 1000, 1001, ... */
  private Path writeModel(String layers) throws IOException {
    return writeModel(layers, Map.of());
  }

  private Path writeModel(String layers, Map<String, String> metadata) throws IOException {
    Network network = network(job(layers, ""));
    float[] weights = new float[network.length()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = 1000 + i;
    }
    Path file = directory.resolve("other.safetensors");
    Safetensors.write(file, network, weights, metadata);
    return file;
  }

  private static WarmStart.Result start(Job job) {
    return WarmStart.of(job, network(job));
  }

  /** The part of a flat vector that a parameter or buffer has. */
  private static float[] part(Network network, float[] weights, String name) {
    StoredTensor tensor =
        StoredTensor.of(network).stream().filter(t -> t.name().equals(name)).findFirst().get();
    return Arrays.copyOfRange(weights, tensor.offset(), tensor.offset() + tensor.size());
  }

  @Test
  void shouldBeginWithTheJobsOwnWeightsWithoutOne() {
    Job job = job(BODY + "{ dense { units = 3 } }", "");
    WarmStart.Result result = start(job);
    assertArrayEquals(network(job).initialWeights(7), result.weights());
    assertEquals(Optional.empty(), result.notice());
  }

  @Test
  void shouldTakeEveryTensorThatFitsBuffersToo() throws IOException {
    String layers = BODY + "{ dense { units = 3 } }";
    Path file = writeModel(layers);
    WarmStart.Result result = start(warm(layers));
    for (int i = 0; i < result.weights().length; i++) {
      assertEquals(1000 + i, result.weights()[i]);
    }
    int tensors = StoredTensor.of(network(warm(layers))).size();
    assertEquals(8, tensors);
    assertEquals(Optional.of("warm start: 8 of 8 tensors from " + file), result.notice());
  }

  @Test
  void shouldKeepItsOwnWeightsWhereShapesDiffer() throws IOException {
    Path file = writeModel(BODY + "{ dense { units = 10 } }");
    Job job = warm(BODY + "{ dense { units = 3 } }");
    WarmStart.Result result = start(job);
    Network network = network(job);
    float[] own = network.initialWeights(7);
    for (String name : List.of("3.weight", "3.bias")) {
      assertArrayEquals(part(network, own, name), part(network, result.weights(), name), name);
    }
    assertArrayEquals(
        new float[] {1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007},
        part(network, result.weights(), "0.weight"));
    assertEquals(
        Optional.of(
            "warm start: 6 of 8 tensors from "
                + file
                + "; not 3.weight: expected [4, 3] but found [4, 10];"
                + " 3.bias: expected [3] but found [10]"),
        result.notice());
  }

  @Test
  void shouldSayWhatIsMissingAndWhatIsLeftOver() throws IOException {
    Path file = writeModel("{ dense { units = 4 } }, relu, { dense { units = 3 } }");
    Job job = warm("{ dense { units = 4 } }, layer-norm, relu, { dense { units = 3 } }");
    WarmStart.Result result = start(job);
    String notice = result.notice().orElseThrow();
    assertTrue(notice.startsWith("warm start: 2 of 6 tensors from " + file + "; not "), notice);
    assertTrue(notice.contains("3.weight [4, 3]: it is not there"), notice);
    assertTrue(notice.endsWith("; of the file, not used: 2.weight, 2.bias"), notice);
    Network network = network(job);
    assertArrayEquals(
        part(network, network.initialWeights(7), "3.weight"),
        part(network, result.weights(), "3.weight"));
  }

  @Test
  void shouldRefuseAFileOfWhichNothingFits() throws IOException {
    Path file = writeModel("{ dense { units = 5 } }");
    Job job = warm("{ dense { units = 3 } }");
    ModelException e = assertThrows(ModelException.class, () -> start(job));
    assertEquals(
        "warm start: no tensor of "
            + file
            + " fits this model: expected 0.weight [2, 3], 0.bias [3] but found 0.weight [2, 5],"
            + " 0.bias [5]",
        e.getMessage());
  }

  /** PyTorch's Linear(2, 4) has a weight of [4, 2]: here that is dense 2 behind four features. */
  private Path writePyTorch() throws IOException {
    byte[] header =
        "{\"0.weight\":{\"dtype\":\"F32\",\"shape\":[4,2],\"data_offsets\":[0,32]},"
            .concat("\"2.weight\":{\"dtype\":\"F32\",\"shape\":[4,4],\"data_offsets\":[32,96]}}")
            .getBytes(StandardCharsets.UTF_8);
    ByteBuffer content = ByteBuffer.allocate(8 + header.length + 96).order(ByteOrder.LITTLE_ENDIAN);
    content.putLong(header.length).put(header);
    return Files.write(directory.resolve("other.safetensors"), content.array());
  }

  @Test
  void shouldRefuseDenseWeightsThatLieTheOtherWayRound() throws IOException {
    Path file = writePyTorch();
    Job job = warm("{ dense { units = 4 } }, tanh, { dense { units = 4 } }");
    ModelException e = assertThrows(ModelException.class, () -> start(job));
    assertEquals(
        "warm start: "
            + file
            + " has dense weights as [out, in], which is how PyTorch writes them, and not as [in,"
            + " out]: 0.weight: expected [2, 4] but found [4, 2]; save v.T.contiguous() of each one",
        e.getMessage());
  }

  @Test
  void shouldSayHowSquareWeightsOfAnotherToolAreTaken() throws IOException {
    String taken = "; taken as [in, out], though PyTorch writes [out, in]: 0.weight, 2.weight";
    String square = "{ dense { units = 2 } }, tanh, { dense { units = 2 } }";
    writeModel(square);
    String notice = start(warm(square)).notice().orElseThrow();
    assertTrue(notice.endsWith(taken), notice);
    // One that is not square, or the file itself, tells.
    String told = square + ", tanh, { dense { units = 3 } }";
    writeModel(told);
    notice = start(warm(told)).notice().orElseThrow();
    assertFalse(notice.contains("taken as"), notice);
    writeModel(square, Map.of("format", "yamabiko"));
    notice = start(warm(square)).notice().orElseThrow();
    assertFalse(notice.contains("taken as"), notice);
  }

  /** There it is another network's, as any other shape. */
  @Test
  void shouldLeaveOutWhatIsReversedInAModelOfItsOwn() throws IOException {
    String three = "{ dense { units = 3 } }, ";
    String four = "{ dense { units = 4 } }, ";
    String end = four + "{ dense { units = 5 } }";
    writeModel(four + three + end, Map.of("format", "yamabiko"));
    String notice = start(warm(three + four + end)).notice().orElseThrow();
    assertTrue(notice.startsWith("warm start: 3 of 8 tensors from "), notice);
    assertTrue(notice.contains("1.weight: expected [3, 4] but found [4, 3]"), notice);
  }

  @Test
  void shouldRefuseWhatIsNoModelFile() throws IOException {
    Job job = warm("{ dense { units = 3 } }");
    ModelException e = assertThrows(ModelException.class, () -> start(job));
    assertEquals(
        directory.resolve("other.safetensors") + ": no such file or directory", e.getMessage());
    Files.writeString(directory.resolve("other.safetensors"), "not one, but longer than 8 bytes");
    e = assertThrows(ModelException.class, () -> start(job));
    assertTrue(e.getMessage().contains("not a safetensors file"), e.getMessage());
  }

  @Test
  void shouldTakeTheModelOfARunDirectory() throws IOException {
    String layers = "{ dense { units = 3 } }";
    Path file = writeModel(layers);
    Path run = Files.createDirectory(directory.resolve("run"));
    Files.move(file, run.resolve("model.safetensors"));
    WarmStart.Result result = start(job(layers, "warm-start = run\n"));
    assertEquals(1000, result.weights()[0]);
    assertEquals(
        Optional.of("warm start: 2 of 2 tensors from " + run.resolve("model.safetensors")),
        result.notice());
  }
}
