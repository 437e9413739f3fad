package dev.yamabiko.model;

import dev.yamabiko.data.DataSource;
import dev.yamabiko.data.LoadedData;
import dev.yamabiko.data.ModelInputs;
import dev.yamabiko.data.Targets;
import dev.yamabiko.job.Extensions;
import dev.yamabiko.job.Job;
import dev.yamabiko.nn.Network;
import dev.yamabiko.nn.ShapeMismatchException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A model as a run left it: network, weights, and what inputs and outputs mean.
 *
 * @param weights the network's flat vector; owned by this record
 */
public record TrainedModel(
    Path file, ModelDescription description, Network network, float[] weights) {

  /**
   * A model that no file holds yet.
   *
   * @param name what messages call it
   * @param metadata see {@link ModelMetadata}
   */
  public static TrainedModel of(
      Path name, Map<String, String> metadata, Network network, float[] weights) {
    return new TrainedModel(name, ModelDescription.read(name, metadata), network, weights);
  }

  /**
   * Reads a model file, to copy what is in it.
   *
   * @param runDirectoryOrFile a model file, or a run directory that holds one
   * @throws OtherExtensionException if its job uses an extension that is not here
   * @throws ModelException saying what is wrong with it
   */
  public static TrainedModel load(Path runDirectoryOrFile) {
    return load(runDirectoryOrFile, job -> {});
  }

  /**
   * Reads a model file, to compute with it.
   *
   * @throws OtherExtensionException if a layer or the loss has other content here than where it was
   *     trained, or the job uses an extension that is not here
   * @throws ModelException saying what is wrong with it
   */
  public static TrainedModel loadToCompute(Path runDirectoryOrFile) {
    return load(
        runDirectoryOrFile,
        job ->
            Extensions.ofThisJvm()
                .differenceInModel(job)
                .ifPresent(
                    difference -> {
                      throw new OtherExtensionException(difference);
                    }));
  }

  /**
   * @param check of the job, before its layers are built: another version's may not even fit
   */
  private static TrainedModel load(Path runDirectoryOrFile, Consumer<Job> check) {
    Path path = ModelFile.of(runDirectoryOrFile);
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      ModelDescription description = ModelDescription.read(path, file.metadata());
      check.accept(description.job());
      Network network = network(path, description);
      return new TrainedModel(path, description, network, weights(file, network));
    }
  }

  /**
   * The network of a model file, without its weights.
   *
   * @throws ModelException saying what is wrong with the file
   */
  public static Network networkOf(Path path) {
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      return network(path, ModelDescription.read(path, file.metadata()));
    }
  }

  private static Network network(Path file, ModelDescription description) {
    Job job = description.job();
    try {
      Network network = job.model().build(description.inputShape());
      job.loss().check(network.outputShape(), description.targets());
      return network;
    } catch (ShapeMismatchException | IllegalArgumentException e) {
      throw new ModelException(
          file + ": the job in this file does not fit its inputs and targets: " + e.getMessage(),
          e);
    }
  }

  private static float[] weights(SafetensorsFile file, Network network) {
    float[] weights = new float[network.length()];
    Set<String> others = new HashSet<>(file.names());
    for (StoredTensor tensor : StoredTensor.of(network)) {
      file.read(tensor.name(), tensor.shape(), weights, tensor.offset());
      others.remove(tensor.name());
    }
    if (!others.isEmpty()) {
      throw new ModelException(
          "%s: tensor %s belongs to no layer of the job in this file"
              .formatted(file.file(), others.iterator().next()));
    }
    return weights;
  }

  /** What its file says of it; see {@link ModelMetadata}. */
  public Map<String, String> metadata() {
    return description.metadata();
  }

  public Job job() {
    return description.job();
  }

  public Targets targets() {
    return description.targets();
  }

  /** How the inputs' columns were fitted; empty where nothing was. */
  public List<LoadedData.Scaling> scaling() {
    return description.scaling();
  }

  /** Of the table that it was trained on; see {@link LoadedData#columns}. */
  public List<DataSource.Column> columns() {
    return description.columns();
  }

  /** How files, and what a program has at hand, become this model's inputs. */
  public ModelInputs inputs() {
    return description.inputs();
  }
}
