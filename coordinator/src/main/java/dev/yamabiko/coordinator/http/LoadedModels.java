package dev.yamabiko.coordinator.http;

import akka.http.javadsl.model.StatusCodes;
import dev.yamabiko.model.ModelException;
import dev.yamabiko.model.Predictor;
import dev.yamabiko.model.TrainedModel;
import dev.yamabiko.model.WeightsHash;
import dev.yamabiko.tensor.KernelsFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.SoftReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The models that predictions were last asked of. They are few, none takes more than a part of the
 * memory, and the JVM drops those that were not used for long, or as soon as a run needs the room.
 */
final class LoadedModels {

  private static final int MOST = 4;

  /** Of the memory; a model may take half of a run's own. */
  private static final int PART = 4;

  private static final long MOST_ACTIVATION_BYTES = 16 << 20;
  private static final int MEBIBYTE = 1 << 20;

  /** What tells one state of a file from another: a run that ends again replaces its model. */
  private record Version(Object file, FileTime modified, long bytes) {

    static Version of(Path path) {
      try {
        BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
        return new Version(attributes.fileKey(), attributes.lastModifiedTime(), attributes.size());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /**
   * A model ready to be asked, by one thread at a time.
   *
   * @param sha256 of its weights
   */
  record Loaded(TrainedModel model, Predictor predictor, String sha256) {

    private static Loaded of(Path file) {
      TrainedModel model = TrainedModel.load(file);
      long bytes = Math.min(MOST_ACTIVATION_BYTES, Runtime.getRuntime().maxMemory() / 32);
      Predictor predictor = new Predictor(model, KernelsFactory.create(), bytes);
      return new Loaded(model, predictor, WeightsHash.sha256(model.weights()));
    }
  }

  private record Kept(Version version, SoftReference<Loaded> loaded) {}

  private final long largest;

  /** The one that was used last comes last. */
  private final Map<Path, Kept> kept = new LinkedHashMap<>(MOST, 0.75f, true);

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
  synchronized Loaded of(Path file) {
    Version version = Version.of(file);
    Kept there = kept.get(file);
    Loaded loaded = there != null && there.version.equals(version) ? there.loaded.get() : null;
    if (loaded == null) {
      if (version.bytes > largest) {
        throw tooLarge(version.bytes).exception();
      }
      kept.remove(file);
      loaded = Loaded.of(file);
      kept.put(file, new Kept(version, new SoftReference<>(loaded)));
      if (kept.size() > MOST) {
        kept.remove(kept.keySet().iterator().next());
      }
    }
    return loaded;
  }

  private Problem tooLarge(long bytes) {
    return new Problem(
        StatusCodes.INSUFFICIENT_STORAGE,
        "the model takes %d MiB, but this coordinator has %d MiB for predictions; download it and use yamabiko predict"
            .formatted(bytes / MEBIBYTE, largest / MEBIBYTE));
  }
}
