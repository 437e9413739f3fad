package dev.yamabiko.coordinator.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yamabiko.coordinator.JobStatus;
import dev.yamabiko.data.DataLoader;
import dev.yamabiko.data.LoadedData;
import dev.yamabiko.data.ModelInputs;
import dev.yamabiko.job.Job;
import dev.yamabiko.job.JobFile;
import dev.yamabiko.model.CanonicalJson;
import dev.yamabiko.model.InputBatches;
import dev.yamabiko.model.ModelMetadata;
import dev.yamabiko.model.Prediction;
import dev.yamabiko.model.PredictionJson;
import dev.yamabiko.model.Predictor;
import dev.yamabiko.model.Safetensors;
import dev.yamabiko.model.TrainedModel;
import dev.yamabiko.model.WeightsHash;
import dev.yamabiko.nn.Network;
import dev.yamabiko.tensor.KernelsFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Test fixture: a job that has ended and left a model, with the weights that it began with.
 *
 * @param data that it was trained on
 */
record EndedJob(String id, Path directory, LoadedData data) {

  /**
   * @param text whose paths lie in the working directory
   */
  static EndedJob of(Api api, Path working, String id, String text) throws IOException {
    Job job = JobFile.parse(text, "job.conf", working, List.of());
    LoadedData data = DataLoader.load(job.data(), job.seed());
    Network network = job.model().build(data.train().inputShape());
    Path directory = Files.createDirectories(working.resolve(id));
    Safetensors.write(
        directory.resolve("model.safetensors"),
        network,
        network.initialWeights(job.seed()),
        ModelMetadata.of(job, data));
    api.coordinator.jobs.put(
        id, FakeCoordinator.job(id, JobStatus.COMPLETED, directory, Optional.empty()));
    return new EndedJob(id, directory, data);
  }

  String path(String what) {
    return "/api/v1/jobs/" + id + "/" + what;
  }

  /** Reads inputs as {@code yamabiko predict} does. */
  interface Reading {
    void read(ModelInputs inputs, InputBatches batches);
  }

  /** What {@code yamabiko predict} says, as an answer holds it. */
  List<String> predictions(Reading reading) {
    TrainedModel model = TrainedModel.load(directory);
    PredictionJson json = new PredictionJson(model.targets());
    List<String> said = new ArrayList<>();
    InputBatches batches =
        new InputBatches(
            model,
            new Predictor(model, KernelsFactory.create()),
            prediction ->
                said.add(
                    prediction instanceof Prediction.Class chosen
                        ? CanonicalJson.of(json.of(chosen))
                        : "{\"values\":%s}"
                            .formatted(CanonicalJson.of(json.of((Prediction.Values) prediction)))));
    reading.read(model.inputs(), batches);
    long count = batches.finish();
    assertEquals(said.size(), count);
    return said;
  }

  /** The whole answer. */
  String answer(List<String> predictions) {
    String sha256 = WeightsHash.sha256(TrainedModel.load(directory).weights());
    return "{\"predictions\":[%s],\"weights_sha256\":\"%s\"}\n"
        .formatted(String.join(",", predictions), sha256);
  }
}
