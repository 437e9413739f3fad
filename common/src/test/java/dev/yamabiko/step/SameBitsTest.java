package dev.yamabiko.step;

import static dev.yamabiko.step.Communication.Format.BFLOAT16;
import static dev.yamabiko.step.Communication.Format.FLOAT32;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.yamabiko.nn.Region;
import dev.yamabiko.optim.Adam;
import dev.yamabiko.optim.AdamW;
import dev.yamabiko.optim.Clipping;
import dev.yamabiko.optim.Optimizer;
import dev.yamabiko.optim.Period;
import dev.yamabiko.optim.RmsProp;
import dev.yamabiko.optim.Schedule;
import dev.yamabiko.optim.Sgd;
import dev.yamabiko.tensor.Bfloat16;
import dev.yamabiko.tensor.Kernels;
import dev.yamabiko.tensor.KernelsFactory;
import dev.yamabiko.tensor.Philox;
import dev.yamabiko.tensor.ScalarKernels;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** The promise itself: however a step is cut up, it gives the plain step's bits. */
class SameBitsTest {

  private static final Optimizer MOMENTUM = new Sgd(0.1f, 0.9f, true, 1e-3f);
  private static final Optimizer ADAM = new Adam(0.01f, 0.9f, 0.999f, 1e-8f, 1e-3f);

  @Provide
  Arbitrary<Optimizer> optimizers() {
    return Arbitraries.of(new Sgd(0.1f, 0, false, 0), MOMENTUM, ADAM);
  }

  /** None, one that scales every step, one that scales none. */
  @Provide
  Arbitrary<OptionalDouble> clippings() {
    return Arbitraries.of(OptionalDouble.empty(), OptionalDouble.of(0.01), OptionalDouble.of(1e9));
  }

  private static StepPlan plan(int examples, int batchSize, int shards) {
    return new StepPlan(examples, batchSize, Math.min(shards, batchSize), 3);
  }

  private static void assertSame(List<float[]> expected, List<float[]> actual) {
    assertEquals(expected.size(), actual.size());
    for (int step = 0; step < expected.size(); step++) {
      assertArrayEquals(
          Trial.bits(expected.get(step)), Trial.bits(actual.get(step)), "after step " + step);
    }
  }

  @Property(tries = 40)
  void shouldGivePlainBitsHoweverAPerceptronsStepIsCut(
      @ForAll @IntRange(min = 1, max = 40) int examples,
      @ForAll @IntRange(min = 1, max = 24) int batchSize,
      @ForAll @IntRange(min = 1, max = 24) int shards,
      @ForAll("optimizers") Optimizer optimizer,
      @ForAll("clippings") OptionalDouble clipping,
      @ForAll long seed) {
    Trial trial = Trial.perceptron(plan(examples, batchSize, shards), optimizer, clipping);
    assertSameInPieces(trial, Math.min(3, (int) trial.plan().steps()), seed);
  }

  @Property(tries = 100)
  void shouldGivePlainBitsHoweverAConvolutionalStepIsCut(
      @ForAll @IntRange(min = 1, max = 60) int examples,
      @ForAll @IntRange(min = 1, max = 33) int batchSize,
      @ForAll @IntRange(min = 1, max = 33) int shards,
      @ForAll("optimizers") Optimizer optimizer,
      @ForAll("clippings") OptionalDouble clipping,
      @ForAll long seed) {
    Trial trial = Trial.convolutional(plan(examples, batchSize, shards), optimizer, clipping);
    assertSameInPieces(trial, Math.min(4, (int) trial.plan().steps()), seed);
  }

  @Provide
  Arbitrary<UpdateRule> rules() {
    Schedule warm = new Schedule.WarmUp(Period.steps(3), new Schedule.Cosine(0.1));
    return Arbitraries.of(
        new UpdateRule(
            new AdamW(0.01f, 0.9f, 0.999f, 1e-8f, 0.05f),
            warm,
            Optional.of(new Clipping.GlobalNorm(0.1))),
        new UpdateRule(
            new RmsProp(0.01f, 0.9f, 1e-8f, 0.5f, 0.01f),
            new Schedule.Step(Period.epochs(1), 0.5),
            Optional.of(new Clipping.Value(0.01f))),
        new UpdateRule(MOMENTUM, new Schedule.Constant(), Optional.empty()));
  }

  @Property(tries = 30)
  void shouldGivePlainBitsHoweverAStepOfMixedLayersIsCut(
      @ForAll @IntRange(min = 4, max = 40) int examples,
      @ForAll @IntRange(min = 2, max = 20) int batchSize,
      @ForAll @IntRange(min = 1, max = 8) int shards,
      @ForAll("rules") UpdateRule rule,
      @ForAll long seed) {
    Trial trial = Trial.mixed(plan(examples, batchSize, shards), rule);
    assertSameInPieces(trial, Math.min(4, (int) trial.plan().steps()), seed);
  }

  @Property(tries = 30)
  void shouldGivePlainBitsHoweverAStepOfAUsersLayersIsCut(
      @ForAll @IntRange(min = 4, max = 40) int examples,
      @ForAll @IntRange(min = 2, max = 20) int batchSize,
      @ForAll @IntRange(min = 1, max = 8) int shards,
      @ForAll("rules") UpdateRule rule,
      @ForAll long seed) {
    Trial trial = Trial.users(plan(examples, batchSize, shards), rule);
    assertSameInPieces(trial, Math.min(4, (int) trial.plan().steps()), seed);
  }

  @Provide
  Arbitrary<Communication> communications() {
    return Arbitraries.of(
        new Communication(BFLOAT16, BFLOAT16),
        new Communication(BFLOAT16, FLOAT32),
        new Communication(FLOAT32, BFLOAT16));
  }

  @Property(tries = 20)
  void shouldGivePlainBitsHoweverARoundedStepIsCut(
      @ForAll @IntRange(min = 1, max = 40) int examples,
      @ForAll @IntRange(min = 1, max = 24) int batchSize,
      @ForAll @IntRange(min = 1, max = 24) int shards,
      @ForAll("clippings") OptionalDouble clipping,
      @ForAll("communications") Communication communication,
      @ForAll long seed) {
    Trial trial = Trial.perceptron(plan(examples, batchSize, shards), MOMENTUM, clipping);
    assertSameInPieces(trial.with(communication), Math.min(3, (int) trial.plan().steps()), seed);
  }

  @Property(tries = 20)
  void shouldGivePlainBitsHoweverARoundedStepOfMixedLayersIsCut(
      @ForAll @IntRange(min = 4, max = 40) int examples,
      @ForAll @IntRange(min = 2, max = 20) int batchSize,
      @ForAll @IntRange(min = 1, max = 8) int shards,
      @ForAll("rules") UpdateRule rule,
      @ForAll("communications") Communication communication,
      @ForAll long seed) {
    Trial trial = Trial.mixed(plan(examples, batchSize, shards), rule).with(communication);
    assertSameInPieces(trial, Math.min(4, (int) trial.plan().steps()), seed);
  }

  @Test
  void shouldRoundParametersAndLeaveBuffersAlone() {
    UpdateRule rule = Trial.rule(new Sgd(0.1f, 0, false, 0), OptionalDouble.empty());
    Trial exact = Trial.mixed(new StepPlan(16, 8, 2, 1), rule);
    Trial rounded = exact.with(new Communication(BFLOAT16, FLOAT32));
    float[] a = exact.gradientOfFirstShard(BlockComputation.ALL);
    float[] b = rounded.gradientOfFirstShard(BlockComputation.ALL);
    int parameters = exact.network().parameterCount();
    for (int i = 0; i < a.length; i++) {
      assertEquals(i < parameters ? Bfloat16.nearest(b[i]) : a[i], b[i]);
    }
    assertFalse(Arrays.equals(a, b));
    assertTrue(parameters < a.length);
    float[] shardInPieces = rounded.gradientOfFirstShard(3);
    assertArrayEquals(Trial.bits(b), Trial.bits(shardInPieces));
  }

  @Test
  void shouldGiveOtherBitsInEachPrecisionSoThatTheOtherTestsMeanSomething() {
    Trial trial = Trial.perceptron(new StepPlan(40, 20, 4, 2), MOMENTUM, OptionalDouble.empty());
    Set<Integer> hashes = new HashSet<>();
    for (Communication.Format gradients : Communication.Format.values()) {
      for (Communication.Format weights : Communication.Format.values()) {
        Trial one = trial.with(new Communication(gradients, weights));
        hashes.add(Arrays.hashCode(one.plain(new ScalarKernels()).run(Trial.SEED)));
      }
    }
    assertEquals(4, hashes.size());
  }

  @Property(tries = 30)
  void shouldGivePlainBitsHoweverAStepWithStatisticsOverPixelsIsCut(
      @ForAll @IntRange(min = 4, max = 40) int examples,
      @ForAll @IntRange(min = 2, max = 20) int batchSize,
      @ForAll @IntRange(min = 1, max = 8) int shards,
      @ForAll("rules") UpdateRule rule,
      @ForAll long seed) {
    Trial trial = Trial.imageNormed(plan(examples, batchSize, shards), rule);
    assertSameInPieces(trial, Math.min(4, (int) trial.plan().steps()), seed);
  }

  @Property(tries = 30)
  void shouldGivePlainBitsHoweverAStepWithLayerNormIsCut(
      @ForAll @IntRange(min = 4, max = 40) int examples,
      @ForAll @IntRange(min = 2, max = 20) int batchSize,
      @ForAll @IntRange(min = 1, max = 8) int shards,
      @ForAll("rules") UpdateRule rule,
      @ForAll long seed) {
    Trial trial = Trial.layerNormed(plan(examples, batchSize, shards), rule);
    assertSameInPieces(trial, Math.min(4, (int) trial.plan().steps()), seed);
  }

  /** The whole gradient, ignored parts too: what two workers hand in for a block is compared. */
  @Test
  void shouldGiveSameGradientOfAShardWhateverTheMemory() {
    StepPlan plan = new StepPlan(16, 16, 1, 1);
    UpdateRule rule = Trial.rule(MOMENTUM, OptionalDouble.empty());
    for (Trial trial : List.of(Trial.imageNormed(plan, rule), Trial.layerNormed(plan, rule))) {
      float[] whole = trial.gradientOfFirstShard(BlockComputation.ALL);
      for (int mostRows : new int[] {1, 5, 15}) {
        float[] pieces = trial.gradientOfFirstShard(mostRows);
        assertArrayEquals(Trial.bits(whole), Trial.bits(pieces), mostRows + " rows at once");
      }
    }
  }

  @Test
  void shouldLeaveFrozenLayersAsTheyAreAndMoveAllOthers() {
    for (UpdateRule rule : rules().allValues().orElseThrow().toList()) {
      Trial trial = Trial.mixed(new StepPlan(40, 20, 4, 2), rule);
      float[] before = trial.network().initialWeights(Trial.SEED);
      float[] after = trial.plain(KernelsFactory.create()).run(Trial.SEED);
      List<Region> regions = trial.network().regions();
      for (Region region : regions) {
        int[] old = Arrays.copyOfRange(Trial.bits(before), region.from(), region.to());
        int[] now = Arrays.copyOfRange(Trial.bits(after), region.from(), region.to());
        boolean frozen = region.rule() == Region.Rule.FROZEN;
        assertEquals(frozen, Arrays.equals(old, now), region.toString());
      }
      // Parameters of two layers, and the buffers of one.
      assertEquals(3, regions.stream().filter(r -> r.rule() == Region.Rule.FROZEN).count());
    }
  }

  private static void assertSameInPieces(Trial trial, int steps, long seed) {
    List<float[]> plain = trial.plainly(KernelsFactory.create(), steps);
    for (int slices : new int[] {1, 2, 7}) {
      Philox random = Philox.stream(seed, Philox.Purpose.GENERATE, slices, 0, 0);
      assertSame(plain, trial.inPieces(slices, random, steps));
    }
  }

  @Test
  void shouldGivePlainBitsWhenLastBatchHasFewerExamplesThanShards() {
    Trial trial = Trial.perceptron(new StepPlan(19, 16, 16, 2), MOMENTUM, OptionalDouble.of(0.5));
    assertEquals(3, trial.plan().batchExamples(1));
    assertSameInPieces(trial, 4, 1);
  }

  @Test
  void shouldGiveSameBitsWithScalarAndVectorKernels() {
    Kernels fast = KernelsFactory.create();
    assumeTrue(fast.name().startsWith("vector"), "no vector kernels in this JVM");
    Trial perceptron =
        Trial.perceptron(new StepPlan(50, 20, 3, 2), MOMENTUM, OptionalDouble.of(0.5));
    assertSame(perceptron.plainly(new ScalarKernels(), 5), perceptron.plainly(fast, 5));
    Trial convolutional =
        Trial.convolutional(new StepPlan(50, 20, 7, 2), ADAM, OptionalDouble.empty());
    assertSame(convolutional.plainly(new ScalarKernels(), 5), convolutional.plainly(fast, 5));
    for (UpdateRule rule : rules().allValues().orElseThrow().toList()) {
      Trial mixed = Trial.mixed(new StepPlan(50, 20, 4, 2), rule);
      assertSame(mixed.plainly(new ScalarKernels(), 5), mixed.plainly(fast, 5));
      Trial rounded = mixed.with(new Communication(BFLOAT16, BFLOAT16));
      assertSame(rounded.plainly(new ScalarKernels(), 5), rounded.plainly(fast, 5));
    }
  }

  @Test
  void shouldRunAllStepsAsAppliedOneByOne() {
    Trial trial = Trial.convolutional(new StepPlan(10, 4, 2, 2), ADAM, OptionalDouble.empty());
    List<float[]> single = trial.plainly(new ScalarKernels(), (int) trial.plan().steps());
    float[] last = trial.plain(new ScalarKernels()).run(Trial.SEED);
    assertArrayEquals(Trial.bits(single.get(single.size() - 1)), Trial.bits(last));
  }

  @Test
  void shouldDependOnTheNumberOfShardsSoThatTheOtherTestsMeanSomething() {
    StepPlan one = new StepPlan(40, 40, 1, 1);
    StepPlan many = new StepPlan(40, 40, 8, 1);
    Optimizer sgd = new Sgd(0.1f, 0, false, 0);
    float[] a =
        Trial.perceptron(one, sgd, OptionalDouble.empty()).plain(new ScalarKernels()).run(1);
    float[] b =
        Trial.perceptron(many, sgd, OptionalDouble.empty()).plain(new ScalarKernels()).run(1);
    assertFalse(Arrays.equals(a, b));
    for (int i = 0; i < a.length; i++) {
      assertEquals(a[i], b[i], 1e-5);
    }
  }

  @Test
  void shouldLowerTheLoss() {
    Trial trial = Trial.perceptron(new StepPlan(64, 16, 4, 20), ADAM, OptionalDouble.empty());
    BlockComputation computation = new BlockComputation(trial.objective(), KernelsFactory.create());
    float[] before = trial.network().initialWeights(Trial.SEED);
    float[] after = trial.plain(KernelsFactory.create()).run(Trial.SEED);
    double lossBefore = computation.evaluate(trial.data(), 0, 64, before).meanLoss();
    Statistics statistics = computation.evaluate(trial.data(), 0, 64, after);
    assertEquals(1, statistics.accuracy());
    assertEquals(0, statistics.meanLoss(), lossBefore / 20);
  }
}
