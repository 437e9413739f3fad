package dev.yamabiko.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.cli.SampleTable;
import dev.yamabiko.coordinator.JobEvent;
import dev.yamabiko.coordinator.JobView;
import dev.yamabiko.coordinator.KeptEvaluation;
import dev.yamabiko.data.DataLoader;
import dev.yamabiko.data.DataSpec;
import dev.yamabiko.job.Job;
import dev.yamabiko.job.JobFile;
import dev.yamabiko.model.CanonicalJson;
import dev.yamabiko.model.Evaluation;
import dev.yamabiko.model.EvaluationJson;
import dev.yamabiko.model.TrainedModel;
import dev.yamabiko.tensor.KernelsFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a run on a cluster says of its validation data is, in every field and to the last bit, what
 * {@code evaluate} says of its model and that data.
 */
@Tag("cluster")
@Timeout(600)
class EvaluationClusterTest {

  private static final String COMMON =
      ", optimizer = adam, batch-size = 64, shards = 5, epochs = 2\n";

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path directory;

  private String job(String columns, String model) {
    String source = "csv { path = \"%s\", columns = [a, b], " + columns + " }";
    return "data.train { "
        + source.formatted(directory.resolve("train.csv"))
        + " }\n"
        + "data.validation { "
        + source.formatted(directory.resolve("validation.csv"))
        + " }\n"
        + model
        + COMMON;
  }

  private static Map<String, Object> completed(LocalCluster cluster, String text) {
    String id = cluster.submit(text);
    LocalCluster.next(cluster.follow(id), JobEvent.END);
    JobView end = cluster.view(id);
    assertEquals("", end.reason());
    return CanonicalJson.object(KeptEvaluation.addedTo(end.json(), end.directory()));
  }

  /** By the command's own code, in one thread. */
  private static String evaluate(String text, Map<String, Object> result) {
    Job job = JobFile.parse(text, "test.conf", Path.of(""), List.of());
    TrainedModel model = TrainedModel.load(Path.of((String) result.get("run_directory")));
    Evaluation evaluation =
        Evaluation.of(
            model,
            DataLoader.loadForModel(
                ((DataSpec.Validation.Source) job.data().validation().orElseThrow()).source(),
                model.inputs(),
                model.targets(),
                notice -> {}),
            KernelsFactory.create());
    return CanonicalJson.of(EvaluationJson.of(evaluation));
  }

  @Test
  void shouldSayWhatEvaluateSaysWithAnyNumberOfWorkers() throws Exception {
    Files.writeString(directory.resolve("train.csv"), SampleTable.of(310, 1));
    Files.writeString(directory.resolve("validation.csv"), SampleTable.of(1100, 2));
    List<String> jobs =
        List.of(
            job("label = half", "model = [ { dense { units = 1 } } ], loss = binary-cross-entropy"),
            job(
                "label = kind",
                "model = [ { dense { units = 3 } } ], loss = softmax-cross-entropy"),
            job(
                "targets = [metres, grams]",
                "model = [ { dense { units = 2 } } ], loss = half-squared-error"));
    try (LocalCluster cluster = new LocalCluster(directory)) {
      for (String worker : List.of("a", "b", "c")) {
        cluster.join(worker);
        for (String job : jobs) {
          Map<String, Object> result = completed(cluster, job);
          String evaluation = CanonicalJson.of(result.get("evaluation"));
          assertEquals(evaluate(job, result), evaluation, "with " + worker);
          assertTrue(evaluation.contains("\"examples\":1100,"), evaluation);
        }
      }
    }
  }
}
