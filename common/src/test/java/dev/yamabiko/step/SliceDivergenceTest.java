package dev.yamabiko.step;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yamabiko.nn.Region;
import dev.yamabiko.optim.Adam;
import dev.yamabiko.optim.Clipping;
import dev.yamabiko.optim.Optimizer;
import dev.yamabiko.optim.RmsProp;
import dev.yamabiko.optim.Schedule;
import dev.yamabiko.optim.Sgd;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A slice sees that a run diverged, even where no weight shows it: workers see only the loss. */
class SliceDivergenceTest {

  private static final StepPlan PLAN = new StepPlan(8, 4, 2, 2);
  private static final Optimizer SGD = new Sgd(1, 0, false, 0);
  private static final Optimizer ADAM = new Adam(0.1f, 0.9f, 0.999f, 1e-8f, 0);
  private static final Optimizer RMS_PROP = new RmsProp(0.1f, 0.9f, 1e-8f, 0, 0);

  private static BlockSum.Part part(int from, int to, float... values) {
    return new BlockSum.Part(new Block(from, to), values, 0, new Statistics(2, 1, 0, 0));
  }

  private static Optional<SliceStep.NonFinite> update(
      Optimizer optimizer, Optional<Clipping> clipping, BlockSum.Part... parts) {
    SliceStep slice =
        new SliceStep(
            0,
            2,
            PLAN,
            new UpdateRule(optimizer, new Schedule.Constant(), clipping),
            List.of(new Region(0, 2, Region.Rule.TRAINED, 0)));
    slice.restore(0, new float[] {1, 2}, new float[optimizer.stateVectors()][2]);
    slice.aggregate(0, List.of(parts));
    return slice.update(0, 1);
  }

  private static void assertDiverges(
      String what, Optimizer optimizer, Optional<Clipping> clipping, BlockSum.Part... parts) {
    assertEquals(Optional.of(new SliceStep.NonFinite(what, 1)), update(optimizer, clipping, parts));
  }

  @Test
  void shouldNotLetClippingHideThatTheSumOverBlocksOverflowed() {
    float huge = 3e38f;
    for (Clipping clipping : List.of(new Clipping.Value(1), new Clipping.GlobalNorm(0.5))) {
      assertDiverges(
          "the gradient of step 0 is",
          SGD,
          Optional.of(clipping),
          part(0, 1, 1, huge),
          part(1, 2, 1, huge));
    }
  }

  @Test
  void shouldSeeAGradientThatIsNotFiniteWhateverTheUpdateMakesOfIt() {
    Optimizer still = new Sgd(0, 0, false, 0);
    for (float bad : new float[] {Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN}) {
      for (Clipping clipping : List.of(new Clipping.Value(1), new Clipping.GlobalNorm(0.5))) {
        assertDiverges("the gradient of step 0 is", SGD, Optional.of(clipping), part(0, 2, 1, bad));
      }
      for (Optimizer optimizer : List.of(still, SGD, ADAM, RMS_PROP)) {
        assertDiverges(
            "the gradient of step 0 is", optimizer, Optional.empty(), part(0, 2, 1, bad));
      }
    }
  }

  @Test
  void shouldDivergeRatherThanLeaveAWeightDeadForEver() {
    for (Optimizer optimizer : List.of(ADAM, RMS_PROP)) {
      assertDiverges(
          "the optimizer's state after step 0 is",
          optimizer,
          Optional.empty(),
          part(0, 2, 1, 4e21f));
    }
  }

  @Test
  void shouldNameTheWeightThatOverflows() {
    assertDiverges(
        "the weights after step 0 are",
        new Sgd(1e10f, 0, false, 0),
        Optional.empty(),
        part(0, 2, 1, 1e30f));
  }

  @Test
  void shouldNameTheGradientBeforeWeightsAndWeightsBeforeStateWhereverTheyAre() {
    float[] gradient = new float[3 * SliceStep.PIECE + 5];
    int first = SliceStep.PIECE;
    int second = 2 * SliceStep.PIECE + 1;
    int last = gradient.length - 1;
    gradient[first] = 1e30f; // its square overflows
    gradient[second] = 1e15f;
    assertEquals(
        Optional.of(new SliceStep.NonFinite("the optimizer's state after step 0 is", first)),
        updateLong(new RmsProp(1, 0.9f, 1, 0, 0), gradient));
    Optimizer tooFast = new RmsProp(3e38f, 0.9f, 1, 0, 0);
    assertEquals(
        Optional.of(new SliceStep.NonFinite("the weights after step 0 are", second)),
        updateLong(tooFast, gradient));
    gradient[last] = Float.NaN;
    assertEquals(
        Optional.of(new SliceStep.NonFinite("the gradient of step 0 is", last)),
        updateLong(tooFast, gradient));
  }

  private static Optional<SliceStep.NonFinite> updateLong(Optimizer optimizer, float[] gradient) {
    int length = gradient.length;
    SliceStep slice =
        new SliceStep(
            0,
            length,
            PLAN,
            new UpdateRule(optimizer, new Schedule.Constant(), Optional.empty()),
            List.of(new Region(0, length, Region.Rule.TRAINED, 0)));
    slice.restore(0, new float[length], new float[optimizer.stateVectors()][length]);
    slice.aggregate(0, List.of(part(0, 2, gradient)));
    return slice.update(0, Double.NaN);
  }

  @Test
  void shouldNameTheGradientOfWhatIsFrozen() {
    List<Region> regions =
        List.of(
            new Region(0, 1, Region.Rule.TRAINED, 0),
            new Region(1, 2, Region.Rule.FROZEN, 0),
            new Region(2, 3, Region.Rule.AVERAGED, 0.1f));
    UpdateRule rule = new UpdateRule(SGD, new Schedule.Constant(), Optional.empty());
    for (int bad = 0; bad < 3; bad++) {
      SliceStep slice = new SliceStep(0, 3, PLAN, rule, regions);
      float[] gradient = {1, 1, 1};
      gradient[bad] = Float.NEGATIVE_INFINITY;
      slice.aggregate(0, List.of(part(0, 2, gradient)));
      assertEquals(
          Optional.of(new SliceStep.NonFinite("the gradient of step 0 is", bad)),
          slice.update(0, Double.NaN));
    }
  }

  @Test
  void shouldCountFromTheSlicesFirstElementWhereSlicesShareVectors() {
    UpdateRule rule = new UpdateRule(ADAM, new Schedule.Constant(), Optional.empty());
    List<Region> regions = List.of(new Region(0, 5, Region.Rule.TRAINED, 0));
    for (float bad : new float[] {Float.NaN, 4e21f}) {
      float[][] weights = new float[2][5];
      float[][] state = new float[2][5];
      weights[1][0] = Float.NaN; // a sister's
      state[0][4] = Float.NaN;
      SliceStep slice = new SliceStep(1, 4, PLAN, rule, regions, Rounding.NONE, weights, state);
      float[] whole = {Float.NaN, 1, 1, bad, Float.NaN};
      Statistics statistics = new Statistics(2, 1, 0, 0);
      slice.aggregate(0, List.of(new BlockSum.Part(new Block(0, 2), whole, 1, statistics)));
      String what =
          Float.isNaN(bad) ? "the gradient of step 0 is" : "the optimizer's state after step 0 is";
      assertEquals(Optional.of(new SliceStep.NonFinite(what, 2)), slice.update(0, Double.NaN));
    }
  }

  @Test
  void shouldGoOnWhileAllIsFinite() {
    for (Optimizer optimizer : List.of(SGD, ADAM, RMS_PROP)) {
      assertEquals(
          Optional.empty(),
          update(optimizer, Optional.of(new Clipping.Value(1)), part(0, 2, 1, 1e18f)));
    }
  }
}
