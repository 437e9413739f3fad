package dev.yamabiko.step;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.data.Dataset;
import dev.yamabiko.data.NoiseData;
import dev.yamabiko.data.Sampler;
import dev.yamabiko.data.Targets;
import dev.yamabiko.extension.MeanAndVariance;
import dev.yamabiko.nn.Dense;
import dev.yamabiko.nn.HalfSquaredError;
import dev.yamabiko.nn.Initializer;
import dev.yamabiko.nn.Network;
import dev.yamabiko.optim.Sgd;
import dev.yamabiko.tensor.ScalarKernels;
import dev.yamabiko.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class BlockComputationTest {

  private static final Sgd SGD = new Sgd(0.1f, 0, false, 0);
  private static final StepPlan PLAN = new StepPlan(24, 8, 4, 2);
  private final Trial perceptron = Trial.perceptron(PLAN, SGD, OptionalDouble.empty());

  private static BlockComputation computation(Trial trial) {
    return new BlockComputation(trial.objective(), new ScalarKernels());
  }

  private static Statistics train(Trial trial, long step, Block block, float[] weights) {
    float[] gradient = new float[weights.length];
    return computation(trial)
        .train(trial.plan(), step, block, trial.data(), weights, gradient, (i, known) -> {});
  }

  private static String divergence(Trial trial, long step, Block block, float[] weights) {
    return assertThrows(DivergenceException.class, () -> train(trial, step, block, weights))
        .getMessage();
  }

  @Test
  void shouldNameStepShardAndLayerWhenAWeightIsNaN() {
    float[] weights = perceptron.network().initialWeights(1);
    weights[perceptron.network().offset(2) + 5] = Float.NaN;
    String message = divergence(perceptron, 4, new Block(2, 3), weights);
    assertTrue(message.contains("loss is not finite in step 4, shard 0, "), message);
    assertTrue(message.contains("first in layer 2 (dense 10)"), message);
    assertTrue(message.contains("learning-rate"), message);
  }

  @Test
  void shouldNameFirstLayerWhenItsWeightIsInfinite() {
    float[] weights = perceptron.network().initialWeights(1);
    Arrays.fill(weights, 0, perceptron.network().offset(1), Float.POSITIVE_INFINITY);
    String message = divergence(perceptron, 0, new Block(0, 4), weights);
    assertTrue(message.contains("step 0, shard 0, first in layer 0 (dense 700)"), message);
  }

  /** Inputs of 1 but for those examples whose inputs are given. */
  private record Uneven(int size, Map<Integer, Float> given) implements Dataset {
    @Override
    public Shape inputShape() {
      return Shape.of(1);
    }

    @Override
    public Targets targets() {
      return new Targets.Values(List.of(Targets.Value.plain("t")));
    }

    @Override
    public void readInput(int index, float[] into, int at) {
      into[at] = given.getOrDefault(index, 1f);
    }

    @Override
    public void readTarget(int index, float[] into, int at) {
      into[at] = 0;
    }
  }

  private static Trial linear(Dataset data) {
    Network network = Network.build(data.inputShape(), List.of(new Dense.Spec(1, Initializer.HE)));
    return new Trial(
        network, new HalfSquaredError(), data, PLAN, Trial.rule(SGD, OptionalDouble.empty()));
  }

  @Test
  void shouldNameTheShardThatDivergedAmongManyInABlock() {
    // Position 5 of step 1's batch, shard 2 of four.
    int example = Sampler.order(Trial.SEED, 0, 24)[8 + 5];
    Trial trial = linear(new Uneven(24, Map.of(example, 1e30f)));
    String message = divergence(trial, 1, new Block(0, 4), new float[] {1e30f, 0});
    assertTrue(message.contains("step 1, shard 2, first in layer 0 (dense 1)"), message);
    train(trial, 1, new Block(0, 2), new float[] {1e30f, 0});
    train(trial, 1, new Block(3, 4), new float[] {1e30f, 0});
  }

  /** What is read is in position 3 (shard 1), 6 and 7 (both shard 3) of step 1's batch. */
  private static Trial uneven(float third, float sixth, float seventh) {
    int[] order = Sampler.order(Trial.SEED, 0, 24);
    Dataset data =
        new Uneven(24, Map.of(order[8 + 3], third, order[8 + 6], sixth, order[8 + 7], seventh));
    Dense.Spec dense = new Dense.Spec(1, Initializer.HE);
    Network network = Network.build(data.inputShape(), List.of(dense, dense));
    return new Trial(
        network, new HalfSquaredError(), data, PLAN, Trial.rule(SGD, OptionalDouble.empty()));
  }

  @Test
  void shouldSayTheSameOfAStepWhicheverBlockDivergesInPiecesOrNot() {
    // x w is finite where x = 1e20, and (x w) w is not; where x = 1e30 already x w is not.
    float[] weights = {1e15f, 0, 1e15f, 0};
    Trial trial = uneven(1e20f, 1e20f, 1e30f);
    String expected = divergence(trial, 1, new Block(1, 2), weights);
    assertTrue(expected.contains("step 1, shard 1, first in layer 1 (dense 1)"), expected);
    for (Block block : List.of(new Block(0, 4), new Block(2, 4), new Block(3, 4))) {
      assertEquals(expected, divergence(trial, 1, block, weights));
    }
    trial = uneven(1, 1e20f, 1e30f);
    expected = divergence(trial, 1, new Block(0, 4), weights);
    assertTrue(expected.contains("step 1, shard 3, first in layer 1 (dense 1)"), expected);
    for (int mostRows = 1; mostRows < 8; mostRows++) {
      BlockComputation computation =
          new BlockComputation(trial.objective(), new ScalarKernels(), mostRows);
      Dataset data = trial.data();
      assertEquals(
          expected,
          assertThrows(
                  DivergenceException.class,
                  () ->
                      computation.train(
                          PLAN, 1, new Block(2, 4), data, weights, new float[4], (i, known) -> {}))
              .getMessage());
    }
  }

  @Test
  void shouldHandOnAGradientThatAloneDiverges() {
    // y = 1e25 * 1e10 and E are finite (E is a double), but dE/dw = 1e35 * 1e25 is not.
    int example = Sampler.order(Trial.SEED, 0, 24)[5];
    Trial trial = linear(new Uneven(24, Map.of(example, 1e25f)));
    float[] gradient = new float[2];
    computation(trial)
        .train(
            trial.plan(),
            0,
            new Block(0, 4),
            trial.data(),
            new float[] {1e10f, 0},
            gradient,
            (i, known) -> {});
    assertEquals(Float.POSITIVE_INFINITY, gradient[0]);
    assertTrue(Float.isFinite(gradient[1]));
  }

  @Test
  void shouldDivergeWhenLearningRateIsHuge() {
    Trial trial = Trial.convolutional(PLAN, new Sgd(1e20f, 0, false, 0), OptionalDouble.empty());
    String message =
        assertThrows(
                DivergenceException.class, () -> trial.plain(new ScalarKernels()).run(Trial.SEED))
            .getMessage();
    assertTrue(message.matches(".* in step [1-5], shard 0, first in layer [0-4] .*"), message);
  }

  @Test
  void shouldReportStatisticsOfEveryCoverAlike() {
    float[] weights = perceptron.network().initialWeights(1);
    Statistics whole = train(perceptron, 1, new Block(0, 4), weights);
    assertEquals(8, whole.examples());
    Statistics left = train(perceptron, 1, new Block(0, 2), weights);
    Statistics right =
        train(perceptron, 1, new Block(2, 3), weights)
            .plus(train(perceptron, 1, new Block(3, 4), weights));
    assertEquals(whole, left.plus(right));
  }

  @Test
  void shouldHandOutGradientFromTheLastParameterToTheFirst() {
    float[] weights = perceptron.network().initialWeights(1);
    float[] gradient = new float[weights.length];
    float[] seen = new float[weights.length];
    List<Integer> indexes = new ArrayList<>();
    int[] end = {weights.length};
    Statistics returned =
        computation(perceptron)
            .train(
                PLAN,
                0,
                new Block(0, 4),
                perceptron.data(),
                weights,
                gradient,
                (index, statistics) -> {
                  indexes.add(index);
                  assertEquals(8, statistics.examples());
                  System.arraycopy(gradient, index, seen, index, end[0] - index);
                  end[0] = index;
                });
    int dense = perceptron.network().offset(2);
    assertEquals(List.of(dense, 0), indexes.stream().distinct().toList());
    assertArrayEquals(seen, gradient);
    assertEquals(8, returned.examples());
  }

  @Test
  void shouldCountCorrectlyClassifiedExamples() {
    float[] weights = new float[perceptron.network().parameterCount()];
    int bias = weights.length - 10;
    weights[bias + 3] = 1;
    Statistics statistics = computation(perceptron).evaluate(perceptron.data(), 2, 20, weights);
    int expected = 0;
    float[] target = new float[1];
    for (int i = 2; i < 20; i++) {
      perceptron.data().readTarget(i, target, 0);
      expected += target[0] == 3 ? 1 : 0;
    }
    assertEquals(18, statistics.examples());
    assertEquals(expected, statistics.correct());
    assertEquals(0, statistics.squaredError());
    double e = Math.log(9 + Math.E);
    assertEquals(18 * e - expected, statistics.loss(), 1e-5);
  }

  @Test
  void shouldReportSquaredErrorInTheTargetsOwnUnits() {
    Targets targets =
        new Targets.Values(List.of(new Targets.Value("a", 5, 10), new Targets.Value("b", -1, 0.5)));
    Dataset data = new NoiseData(6, Shape.of(3), targets, 2);
    Network network = Network.build(Shape.of(3), List.of(new Dense.Spec(2, Initializer.HE)));
    BlockComputation computation =
        new BlockComputation(
            new Objective(network, new HalfSquaredError(), 1), new ScalarKernels());
    Statistics statistics = computation.evaluate(data, 0, 6, new float[8]);
    double loss = 0;
    double squared = 0;
    float[] t = new float[2];
    for (int i = 0; i < 6; i++) {
      data.readTarget(i, t, 0);
      loss += ((double) t[0] * t[0] + (double) t[1] * t[1]) / 2;
      squared += 100.0 * t[0] * t[0] + 0.25 * t[1] * t[1];
    }
    assertEquals(loss, statistics.loss(), 1e-9);
    assertEquals(squared, statistics.squaredError(), 1e-7);
    assertEquals(Math.sqrt(squared / 12), statistics.rmse(2), 1e-9);
    assertEquals(0, statistics.correct());
  }

  @Test
  void shouldReportTheSquaredErrorOfValuesAmongMoreOutputs() {
    Targets targets = new Targets.Values(List.of(new Targets.Value("a", 5, 10)));
    Dataset data = new NoiseData(6, Shape.of(3), targets, 2);
    Network network = Network.build(Shape.of(3), List.of(new Dense.Spec(2, Initializer.HE)));
    BlockComputation computation =
        new BlockComputation(
            new Objective(network, new MeanAndVariance(true), 1), new ScalarKernels());
    float[] weights = {0, 0, 0, 0, 0, 0, 0, 7}; // the mean 0, the variance e^7
    double squared = 0;
    float[] t = new float[1];
    for (int i = 0; i < 6; i++) {
      data.readTarget(i, t, 0);
      squared += 100.0 * t[0] * t[0];
    }
    Measures measures = computation.measure(data, 0, 6, weights);
    assertEquals(squared, measures.statistics().squaredError(), 1e-9 * squared);
    assertEquals(squared, measures.errors().orElseThrow().squared()[0], 1e-9 * squared);
  }

  @Test
  void shouldReadExamplesInTheOrderOfTheEpoch() {
    float[] weights = perceptron.network().initialWeights(1);
    // Steps 0 and 3 are the first of their epochs: other examples, so other losses.
    assertFalse(
        train(perceptron, 0, new Block(0, 4), weights).loss()
            == train(perceptron, 3, new Block(0, 4), weights).loss());
    double epoch0 = 0;
    double epoch1 = 0;
    for (int step = 0; step < 3; step++) {
      epoch0 += train(perceptron, step, new Block(0, 4), weights).loss();
      epoch1 += train(perceptron, step + 3, new Block(0, 4), weights).loss();
    }
    assertEquals(epoch0, epoch1, 1e-9);
  }
}
