package dev.yamabiko.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.data.DataLoader;
import dev.yamabiko.data.Dataset;
import dev.yamabiko.data.InputOrigin;
import dev.yamabiko.data.LoadedData;
import dev.yamabiko.job.Job;
import dev.yamabiko.job.JobFile;
import dev.yamabiko.nn.Network;
import dev.yamabiko.step.BlockComputation;
import dev.yamabiko.step.EvaluationPlan;
import dev.yamabiko.step.Objective;
import dev.yamabiko.step.Statistics;
import dev.yamabiko.tensor.Kernels;
import dev.yamabiko.tensor.KernelsFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Evaluation has the bits of the trainer's own, whatever memory it has. */
class EvaluationBitsTest {

  private static final String CLASSES =
      """
      data.train.builtin { name = spirals, examples = 300 }
      model = [ { dense { units = 50 } }, tanh, { dense { units = 3 } } ]
      loss = softmax-cross-entropy, optimizer = sgd, batch-size = 20, epochs = 1
      """;

  private static final String RATES =
      """
      data.train.csv { path = rates.csv, targets = [rate, other] }
      model = [ { dense { units = 50 } }, tanh, { dense { units = 2 } } ]
      loss = binary-cross-entropy, optimizer = sgd, batch-size = 20, epochs = 1
      """;

  private final Kernels kernels = KernelsFactory.create();

  @TempDir private Path directory;

  /** A model as it is before training, and its data. */
  private record Case(TrainedModel model, Dataset data) {}

  private Case read(String text) throws IOException {
    StringBuilder rows = new StringBuilder("x,rate,other\n");
    for (int i = 0; i < 300; i++) {
      rows.append(i * 0.01).append(',').append(i % 7 / 7.0).append(',').append(i % 11 / 11.0);
      rows.append('\n');
    }
    Files.writeString(directory.resolve("rates.csv"), rows);
    Job job = JobFile.parse(text, "job.conf", directory, List.of());
    LoadedData data = DataLoader.load(job.data(), job.seed());
    Network network = job.model().build(data.train().inputShape());
    ModelDescription description =
        new ModelDescription(
            job,
            data.train().inputShape(),
            data.train().targets(),
            data.scaling(),
            data.columns(),
            Map.of());
    return new Case(
        new TrainedModel(Path.of("m"), description, network, network.initialWeights(job.seed())),
        data.train());
  }

  private Statistics byTheTrainer(Case of) {
    Objective objective =
        new Objective(of.model.network(), of.model.job().loss(), of.model.job().seed());
    BlockComputation computation = new BlockComputation(objective, kernels);
    EvaluationPlan plan = new EvaluationPlan(of.data.size());
    List<Statistics> parts = new ArrayList<>();
    for (int part = 0; part < plan.parts(); part++) {
      parts.add(computation.evaluate(of.data, plan.from(part), plan.to(part), of.model.weights()));
    }
    return Statistics.sum(parts);
  }

  @Test
  void shouldReportTheTrainersStatisticsOfNumbersBetweenZeroAndOne() throws IOException {
    Case rates = read(RATES);
    Evaluation evaluation = Evaluation.of(rates.model, rates.data, kernels);
    assertEquals(byTheTrainer(rates), evaluation.statistics());
    double rmse = evaluation.statistics().rmse(2);
    assertEquals(rmse, evaluation.values().orElseThrow().total().rmse(), 1e-6 * rmse);
  }

  @Test
  void shouldNotShowHowManyExamplesFitTheMemory() throws IOException {
    for (Case any : List.of(read(CLASSES), read(RATES))) {
      Evaluation ample = Evaluation.of(any.model, any.data, kernels);
      for (int rows : new int[] {1, 7, 255}) {
        Evaluation tight = Evaluation.of(any.model, any.data, kernels, rows);
        assertEquals(ample.statistics(), tight.statistics());
        assertEquals(
            CanonicalJson.of(EvaluationJson.of(ample)), CanonicalJson.of(EvaluationJson.of(tight)));
      }
    }
  }

  @Test
  void shouldPredictAllInputsInOrderBatchByBatch() throws IOException {
    Case rates = read(RATES);
    List<Prediction> ample = new ArrayList<>();
    List<Prediction> tight = new ArrayList<>();
    Predictor one = new Predictor(rates.model, kernels, 0);
    predictAll(rates, new Predictor(rates.model, kernels), ample);
    predictAll(rates, one, tight);
    assertEquals(300, ample.size());
    for (int i = 0; i < ample.size(); i++) {
      assertEquals(ample.get(i).origin(), tight.get(i).origin());
      double[] expected = ((Prediction.Values) ample.get(i)).values();
      double[] found = ((Prediction.Values) tight.get(i)).values();
      assertTrue(Arrays.equals(expected, found), "row " + i);
    }
  }

  private static void predictAll(Case of, Predictor predictor, List<Prediction> into) {
    InputBatches batches = new InputBatches(of.model, predictor, into::add);
    float[] input = new float[of.data.inputShape().size()];
    for (int i = 0; i < of.data.size(); i++) {
      of.data.readInput(i, input, 0);
      batches.accept(new InputOrigin.Row(i), input);
    }
    batches.finish();
  }
}
