package dev.yamabiko.coordinator.http;

import dev.yamabiko.model.Safetensors;
import dev.yamabiko.nn.Dense;
import dev.yamabiko.nn.Initializer;
import dev.yamabiko.nn.Network;
import dev.yamabiko.tensor.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Test fixture: the model file of {@link HttpApiTest#SPIRALS}, untrained. */
final class SpiralsModel {

  private SpiralsModel() {}

  /**
   * @param seed of its weights
   */
  static Path write(Path file, long seed) throws IOException {
    Network network = Network.build(Shape.of(2), List.of(new Dense.Spec(3, Initializer.HE)));
    Safetensors.write(
        file,
        network,
        network.initialWeights(seed),
        Map.of(
            "format", "yamabiko",
            "job", HttpApiTest.SPIRALS,
            "input_shape", "[2]",
            "input_columns", "[]",
            "input_scaling", "[]",
            "classes", "[\"0\",\"1\",\"2\"]"));
    return file;
  }
}
