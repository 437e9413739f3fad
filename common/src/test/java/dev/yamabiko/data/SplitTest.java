package dev.yamabiko.data;

import static dev.yamabiko.data.Loading.errorOf;
import static dev.yamabiko.data.Loading.inputs;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SplitTest {

  /** Golden: what seed 7 holds out. */
  private static final float[] GOLDEN_TRAIN = {0, 1, 2, 3, 5, 8, 9};

  private static final float[] GOLDEN_VALIDATION = {4, 6, 7};

  @TempDir private Path directory;

  /** Rows 0 to 9. */
  private DataSource ten() {
    String rows = IntStream.range(0, 10).mapToObj(i -> i + ",0\n").reduce("", String::concat);
    return Csv.file(directory, "ten.csv", "x,y\n" + rows).targets("y").source();
  }

  @Test
  void shouldHoldOutTheLastExamplesWhenChronological() {
    LoadedData data = Loading.holdOut(ten(), 0.3, DataSpec.Split.CHRONOLOGICAL);
    assertArrayEquals(new float[] {0, 1, 2, 3, 4, 5, 6}, inputs(data.train()));
    assertArrayEquals(new float[] {7, 8, 9}, inputs(data.validation().orElseThrow()));
  }

  @Test
  void shouldDrawByTheSeedAndKeepTheOrderWhenRandom() {
    LoadedData data = Loading.holdOut(ten(), 0.3, DataSpec.Split.RANDOM);
    assertArrayEquals(GOLDEN_TRAIN, inputs(data.train()));
    assertArrayEquals(GOLDEN_VALIDATION, inputs(data.validation().orElseThrow()));
  }

  @Test
  void shouldSplitRandomlyByDefaultWithoutLags() {
    LoadedData data = Loading.holdOut(ten(), 0.3, Optional.empty(), Loading.SEED);
    assertArrayEquals(GOLDEN_VALIDATION, inputs(data.validation().orElseThrow()));
  }

  @Test
  void shouldDrawOthersByAnotherSeed() {
    LoadedData data = Loading.holdOut(ten(), 0.3, Optional.empty(), Loading.SEED + 1);
    assertFalse(Arrays.equals(GOLDEN_VALIDATION, inputs(data.validation().orElseThrow())));
  }

  @Property
  void shouldPutEveryExampleIntoExactlyOnePart(
      @ForAll @IntRange(min = 2, max = 300) int n,
      @ForAll @DoubleRange(min = 0.26, max = 0.74) double fraction,
      @ForAll DataSpec.Split split,
      @ForAll long seed) {
    HoldOut parts = HoldOut.split("test", n, fraction, split, seed);
    assertEquals(Math.round(fraction * n), parts.validation().length);
    int[] both =
        IntStream.concat(Arrays.stream(parts.train()), Arrays.stream(parts.validation())).toArray();
    Arrays.sort(both);
    assertArrayEquals(IntStream.range(0, n).toArray(), both);
    assertTrue(isAscending(parts.train()) && isAscending(parts.validation()));
  }

  private static boolean isAscending(int[] values) {
    return IntStream.range(1, values.length).allMatch(i -> values[i - 1] < values[i]);
  }

  @Test
  void shouldRoundTheNumberHeldOut() {
    assertEquals(2, heldOut(0.15));
    assertEquals(1, heldOut(0.149));
    assertEquals(1, heldOut(0.05));
    assertEquals(9, heldOut(0.949));
  }

  private int heldOut(double fraction) {
    return Loading.holdOut(ten(), fraction, DataSpec.Split.RANDOM)
        .validation()
        .orElseThrow()
        .size();
  }

  @Test
  void shouldRefuseAPartWithoutExamples() {
    String table = directory.resolve("ten.csv").toString();
    assertEquals(
        table
            + ": a validation fraction of 0.04 holds out 0 of 10 examples; at least 1 must validate"
            + " and at least 1 must train",
        errorOf(() -> heldOut(0.04)));
    assertEquals(
        table
            + ": a validation fraction of 0.96 holds out 10 of 10 examples; at least 1 must"
            + " validate and at least 1 must train",
        errorOf(() -> heldOut(0.96)));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1, -0.1, 1.5, Double.NaN})
  void shouldRefuseAFractionOutsideOfZeroToOne(double fraction) {
    assertEquals(
        "the validation fraction must lie between 0 and 1 but is " + fraction,
        errorOf(() -> heldOut(fraction)));
  }
}
