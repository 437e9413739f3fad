package dev.yamabiko.model;

import dev.yamabiko.data.ModelInputs;
import dev.yamabiko.data.Targets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a model takes and what it says, without its weights.
 *
 * @param weightsSha256 of all weights, as the file says
 */
public record ModelSignature(ModelInputs inputs, Targets targets, Optional<String> weightsSha256) {

  /**
   * Reads it from a model file.
   *
   * @throws OtherExtensionException if the model's job uses an extension that is not here
   * @throws ModelException saying what is wrong with the file
   */
  public static ModelSignature of(Path file) {
    try (SafetensorsFile model = SafetensorsFile.open(file)) {
      ModelDescription description = ModelDescription.read(file, model.metadata());
      return new ModelSignature(
          description.inputs(),
          description.targets(),
          Optional.ofNullable(model.metadata().get(Safetensors.WEIGHTS_HASH)));
    }
  }
}
