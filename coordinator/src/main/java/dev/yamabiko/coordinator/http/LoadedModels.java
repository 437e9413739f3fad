package dev.yamabiko.coordinator.http;

import akka.http.javadsl.model.StatusCodes;
import dev.yamabiko.data.FileVersion;
import dev.yamabiko.model.ModelException;
import dev.yamabiko.model.Predictor;
import dev.yamabiko.model.TrainedModel;
import dev.yamabiko.model.WeightsHash;
import dev.yamabiko.tensor.KernelsFactory;
import java.nio.file.Path;

/**
 * The models that predictions were last asked of. They are few, and none takes more than a part of
 * the memory.
 */
final class LoadedModels {

  private static final int MOST = 4;

  /** Of the memory; a model may take half of a run's own. */
  private static final int PART = 4;

  private static final long MOST_ACTIVATION_BYTES = 16 << 20;
  private static final int MEBIBYTE = 1 << 20;

  /**
   * A model ready to be asked, by one thread at a time.
   *
   * @param sha256 of its weights
   */
  record Loaded(TrainedModel model, Predictor predictor, String sha256) {

    private static Loaded of(Path file) {
      TrainedModel model = TrainedModel.loadToCompute(file);
      long bytes = Math.min(MOST_ACTIVATION_BYTES, Runtime.getRuntime().maxMemory() / 32);
      Predictor predictor = new Predictor(model, KernelsFactory.create(), bytes);
      return new Loaded(model, predictor, WeightsHash.sha256(model.weights()));
    }
  }

  private final long largest;
  private final KeptByFile<Loaded> kept = new KeptByFile<>(MOST, this::load);

  LoadedModels() {
    this(Runtime.getRuntime().maxMemory() / PART);
  }

  /**
   * @param largest in bytes
   */
  LoadedModels(long largest) {
    this.largest = largest;
  }

  /**
   * The model in this file, loaded unless it is there.
   *
   * @throws ModelException if it is damaged
   * @throws ProblemException if it is too large
   */
  Loaded of(Path file) {
    return kept.of(file);
  }

  private Loaded load(Path file, FileVersion version) {
    if (version.bytes() > largest) {
      throw tooLarge(version.bytes()).exception();
    }
    return Loaded.of(file);
  }

  private Problem tooLarge(long bytes) {
    return new Problem(
        StatusCodes.INSUFFICIENT_STORAGE,
        "the model takes %d MiB, but this coordinator has %d MiB for predictions; download it and use yamabiko predict"
            .formatted(bytes / MEBIBYTE, largest / MEBIBYTE));
  }
}
