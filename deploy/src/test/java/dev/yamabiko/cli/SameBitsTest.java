package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yamabiko.coordinator.CheckedJob;
import dev.yamabiko.data.DataLoader;
import dev.yamabiko.data.Dataset;
import dev.yamabiko.data.LoadedData;
import dev.yamabiko.job.Job;
import dev.yamabiko.job.JobFile;
import dev.yamabiko.local.SingleNode;
import dev.yamabiko.nn.Network;
import dev.yamabiko.protocol.RunOutcome;
import dev.yamabiko.step.BlockComputation;
import dev.yamabiko.step.EvaluationPlan;
import dev.yamabiko.step.PlainStep;
import dev.yamabiko.step.Statistics;
import dev.yamabiko.step.StepPlan;
import dev.yamabiko.tensor.KernelsFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The test that defines the project: whatever the number of workers and slices, the weights are
 * those of the plain single-threaded step, to the bit.
 */
class SameBitsTest {

  /** The numbers of a small random job. */
  record Numbers(int examples, int batch, int shards, int epochs, String optimizer, String clip) {
    String job() {
      return String.format(
          Locale.ROOT,
          """
          name = random, seed = 5
          data.train.builtin { name = spirals, examples = %d, seed = 3 }
          model = [ { dense { units = 70 } }, tanh, { dense { units = 130, initializer = glorot } }, relu,
                    { dense { units = 3 } } ]
          loss = softmax-cross-entropy
          optimizer { %s }
          %s
          batch-size = %d, shards = %d, epochs = %d
          """,
          examples,
          optimizer,
          clip,
          batch,
          shards,
          epochs);
    }
  }

  @Provide
  Arbitrary<Numbers> numbers() {
    Arbitrary<Integer> batch = Arbitraries.integers().between(1, 40);
    return batch.flatMap(
        b ->
            Combinators.combine(
                    Arbitraries.integers().between(1, 90),
                    Arbitraries.integers().between(1, b),
                    Arbitraries.integers().between(1, 2),
                    Arbitraries.of(
                        "sgd { learning-rate = 0.1 }",
                        "sgd { learning-rate = 0.1, momentum = 0.9, nesterov = true, weight-decay = 0.01 }",
                        "adam { learning-rate = 0.01 }"),
                    Arbitraries.of("", "clipping { global-norm = 0.05 }"))
                .as((n, s, e, optimizer, clip) -> new Numbers(n, b, s, e, optimizer, clip)));
  }

  @Property(tries = 12)
  void shouldEqualPlainStepForAnyWorkersAndSlices(
      @ForAll("numbers") Numbers numbers,
      @ForAll("workers") int workers,
      @ForAll("slices") int slices) {
    assertSameBits(numbers.job(), workers, slices);
  }

  @Tag("slow")
  @Property(tries = 200)
  void shouldEqualPlainStepForManyJobs(
      @ForAll("numbers") Numbers numbers,
      @ForAll("workers") int workers,
      @ForAll("slices") int slices) {
    assertSameBits(numbers.job(), workers, slices);
  }

  @Provide
  Arbitrary<Integer> workers() {
    return Arbitraries.of(1, 2, 3, 5, 16);
  }

  /** The network has 9,833 parameters: three chunks, so at most three slices. */
  @Provide
  Arbitrary<Integer> slices() {
    return Arbitraries.of(1, 2, 3);
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "2, 1", "3, 2", "5, 7"})
  void shouldEqualPlainStepForConvolutionalNetworkWithShortLastBatch(int workers, int slices) {
    assertSameBits(
        """
        name = convolutional, seed = 11
        data.train.builtin { name = digits, examples = 75, seed = 2 }
        data.validation.builtin { name = digits, examples = 30, seed = 4 }
        model = [ { conv2d { filters = 5, kernel = 3, padding = same } }, relu, { max-pool { size = 2 } },
                  { conv2d { filters = 7, kernel = [3, 5], stride = 2, padding = 1 } }, sigmoid,
                  flatten, { dense { units = 90 } }, relu, { dense { units = 10 } } ]
        loss = softmax-cross-entropy
        optimizer { sgd { learning-rate = 0.05, momentum = 0.9 } }
        clipping { global-norm = 1 }
        batch-size = 32, shards = 6, epochs = 2
        """,
        workers,
        slices);
  }

  /** Buffers beside the parameters, a short last batch, and what is measured at the end. */
  @ParameterizedTest
  @CsvSource({
    "bfloat16, bfloat16, 1, 1",
    "bfloat16, bfloat16, 2, 2",
    "bfloat16, bfloat16, 5, 3",
    "bfloat16, float32, 3, 2",
    "float32, bfloat16, 3, 1"
  })
  void shouldEqualPlainStepWhereNumbersAreRoundedOnTheirWay(
      String gradients, String weights, int workers, int slices) {
    assertSameBits(
        """
        name = rounded, seed = 12
        data.train.builtin { name = digits, examples = 75, seed = 2 }
        data.validation.builtin { name = digits, examples = 30, seed = 4 }
        model = [ { conv2d { filters = 5, kernel = 3, padding = same } }, batch-norm, relu, { max-pool { size = 2 } },
                  flatten, { dense { units = 12 } }, relu, { dense { units = 10 } } ]
        loss = softmax-cross-entropy
        optimizer { sgd { learning-rate = 0.05, momentum = 0.9 } }
        communication { gradients = %s, weights = %s }
        batch-size = 32, shards = 6, epochs = 2
        """
            .formatted(gradients, weights),
        workers,
        slices);
  }

  private static void assertSameBits(String text, int workers, int slices) {
    Job job = JobFile.parse(text, "test.conf", Path.of(""), List.of());
    LoadedData data = DataLoader.load(job.data(), job.seed());
    Network network = job.model().build(data.train().inputShape());
    CheckedJob checked = new CheckedJob(job, data, "", network);
    StepPlan plan = new StepPlan(data.train().size(), job.batchSize(), job.shards(), job.epochs());
    PlainStep plain =
        new PlainStep(
            plan, job.objective(network), job.update(), data.train(), KernelsFactory.create());
    RunOutcome outcome =
        SingleNode.run(
            checked, checked.start(), workers, slices, List.of(), new SingleNode.Cancellation());
    assertEquals(RunOutcome.Status.COMPLETED, outcome.status(), outcome.message());
    assertEquals((long) data.train().size() * job.epochs(), outcome.samplesApplied());
    float[] expected = plain.run(job.seed());
    assertArrayEquals(bits(expected), bits(outcome.weights().orElseThrow()));
    assertEquals(measured(job, network, data.train(), expected), outcome.train().orElseThrow());
  }

  /** With the model's own weights, whatever workers were sent to train on. */
  private static Statistics measured(Job job, Network network, Dataset data, float[] weights) {
    BlockComputation computation =
        new BlockComputation(job.objective(network), KernelsFactory.create());
    EvaluationPlan parts = new EvaluationPlan(data.size());
    return Statistics.sum(
        IntStream.range(0, parts.parts())
            .mapToObj(i -> computation.evaluate(data, parts.from(i), parts.to(i), weights))
            .toList());
  }

  private static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToRawIntBits(values[i]);
    }
    return bits;
  }
}
