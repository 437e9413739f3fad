package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.job.JobFile;
import dev.yamabiko.model.Predictor;
import dev.yamabiko.model.Safetensors;
import dev.yamabiko.model.TrainedModel;
import dev.yamabiko.model.onnx.OnnxExport;
import dev.yamabiko.nn.Network;
import dev.yamabiko.tensor.KernelsFactory;
import dev.yamabiko.tensor.Shape;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every layer computes the same in ONNX Runtime, up to the rounding of another order of sums. */
@Timeout(180)
class LayerExportTest {

  private static final int ROWS = 100;

  /** |a - b| against the larger of 1 and |b|, since small values are differences of larger ones. */
  private static final double TOLERANCE = 1e-4;

  @TempDir private Path directory;

  private static String job(String layers) {
    return """
        name = layers
        data.train.npy { inputs = x.npy, targets = y.npy }
        model = [%s]
        loss = half-squared-error, optimizer = sgd, batch-size = 4, epochs = 1
        """
        .formatted(layers);
  }

  /** With weights by chance, and buffers as training might leave them. */
  private TrainedModel model(String layers, Shape input) throws Exception {
    Network network = JobFile.parse(job(layers), "job", directory, List.of()).model().build(input);
    float[] weights = network.initialWeights(5);
    Random random = new Random(6);
    for (int i = 0; i < weights.length; i++) {
      weights[i] += (float) (0.2 * random.nextGaussian());
    }
    for (Network.BufferPlace place : network.bufferPlaces()) {
      for (int i = place.offset(); i < place.offset() + place.buffer().size(); i++) {
        weights[i] = place.name().endsWith("variance") ? 0.2f + 3 * random.nextFloat() : weights[i];
      }
    }
    Path file = directory.resolve("model.safetensors");
    String targets =
        IntStream.range(0, network.outputShape().size())
            .mapToObj("{\"name\":\"y%d\",\"offset\":0,\"scale\":1}"::formatted)
            .collect(Collectors.joining(",", "[", "]"));
    Safetensors.write(
        file,
        network,
        weights,
        Map.of(
            "format",
            "yamabiko",
            "job",
            job(layers),
            "input_shape",
            input.toString(),
            "input_columns",
            "[]",
            "input_scaling",
            "[]",
            "targets",
            targets));
    return TrainedModel.load(file);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "7     | { dense { units = 5 } }",
        "3 9 8 | { conv2d { filters = 4, kernel = [3, 2] } }, flatten",
        "3 9 8 | { conv2d { filters = 4, kernel = 3, padding = same } }, flatten",
        "3 9 8 | { conv2d { filters = 4, kernel = [3, 2], stride = 2, padding = 1 } }, flatten",
        "2 9 8 | { conv2d { filters = 3, kernel = 5, stride = 3, padding = 2 } }, flatten",
        "1 4 4 | { conv2d { filters = 2, kernel = 1, stride = 2 } }, flatten",
        "2 7 5 | max-pool, flatten",
        "2 8 9 | { max-pool { size = 3, stride = 2 } }, flatten",
        "2 8 9 | { max-pool { size = 2, stride = 3 } }, flatten",
        "2 7 5 | average-pool, flatten",
        "2 8 9 | { average-pool { size = 3, stride = 2 } }, flatten",
        "3 4 5 | global-average-pool",
        "3 2 4 | flatten, { dense { units = 3 } }",
        "6     | relu",
        "2 3 3 | relu, flatten",
        "6     | { leaky-relu { slope = 0.2 } }",
        "6     | gelu",
        "2 3 3 | gelu, flatten",
        "6     | sigmoid",
        "6     | tanh",
        "6     | softmax",
        "6     | { dropout { rate = 0.4 } }",
        "6     | batch-norm",
        "3 4 5 | { batch-norm { epsilon = 0.01 } }, flatten",
        "6     | { layer-norm { epsilon = 0.01 } }",
        "3 4 5 | layer-norm, flatten",
        "6     | { residual { body = [ { dense { units = 6 } }, tanh ] } }",
        "6     | { residual { body = [ dropout ] } }, relu",
        "6     | { residual { body = [ { dense { units = 4 } } ], shortcut = [ { dense { units = 4 } }, gelu ] } }",
        "3 6 6 | { residual { body = [ { conv2d { filters = 4, kernel = 3, stride = 2, padding = 1 } }, batch-norm ],"
            + " shortcut = [ { conv2d { filters = 4, kernel = 1, stride = 2 } } ] } }, relu, flatten",
        "6     | { residual { body = [ { residual { body = [ { dense { units = 6 } } ] } }, relu ] } }, { dense { units = 2 } }",
        "1 12 12 | { conv2d { filters = 6, kernel = 3 } }, relu, max-pool, batch-norm, flatten,"
            + " { dense { units = 8 } }, layer-norm, gelu, { dense { units = 4 } }, softmax",
      })
  void shouldComputeTheSame(String input, String layers) throws Exception {
    Shape shape = new Shape(Arrays.stream(input.split(" ")).map(Integer::valueOf).toList());
    TrainedModel model = model(layers, shape);
    Random random = new Random(7);
    float[] inputs = new float[ROWS * shape.size()];
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = (float) (2 * random.nextGaussian());
    }
    Path file = directory.resolve("model.onnx");
    OnnxExport.write(model, file);
    float[][] found;
    try (OnnxSession session = OnnxSession.open(file)) {
      long[] example = shape.dimensions().stream().mapToLong(d -> d).toArray();
      found = (float[][]) session.run(ROWS, Map.of("input", inputs), example).get("predictions");
    }
    Predictor predictor = new Predictor(model, KernelsFactory.create());
    System.arraycopy(inputs, 0, predictor.inputs(), 0, inputs.length);
    float[] expected = predictor.predict(ROWS);
    assertEquals(ROWS, found.length);
    double largest = 0;
    for (int n = 0; n < ROWS; n++) {
      assertEquals(predictor.width(), found[n].length);
      for (int k = 0; k < found[n].length; k++) {
        float b = expected[n * predictor.width() + k];
        largest = Math.max(largest, Math.abs(found[n][k] - b) / Math.max(1, Math.abs(b)));
      }
    }
    assertTrue(largest <= TOLERANCE, "largest relative difference " + largest);
  }
}
