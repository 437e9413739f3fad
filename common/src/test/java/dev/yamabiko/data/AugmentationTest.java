package dev.yamabiko.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.tensor.Philox;
import dev.yamabiko.tensor.Philox.Purpose;
import dev.yamabiko.tensor.Shape;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What each augmentation makes of an image, and that nothing but its stream decides it. */
class AugmentationTest {

  private static final Shape SHAPE = Shape.of(2, 3, 4);

  /** 1, 2, 3, ... */
  private static float[] counting(Shape shape) {
    float[] values = new float[shape.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = i + 1;
    }
    return values;
  }

  private static float[] augmented(long seed, long epoch, long sample, Augmentation... all) {
    float[] values = counting(SHAPE);
    new Augmentations(List.of(all))
        .apply(
            Philox.stream(seed, Purpose.AUGMENT, 0, 0, 0),
            epoch,
            sample,
            SHAPE,
            values,
            0,
            new float[SHAPE.size()]);
    return values;
  }

  private static Philox stream(int number, long epoch, long sample) {
    return Philox.stream(1, Purpose.AUGMENT, number, epoch, sample);
  }

  private static float at(float[] image, int c, int y, int x) {
    return y >= 0 && y < 3 && x >= 0 && x < 4 ? image[(c * 3 + y) * 4 + x] : 0;
  }

  /** The image whose pixel (y, x) is the counting image's pixel at another place. */
  private static float[] moved(int down, int right) {
    float[] before = counting(SHAPE);
    float[] after = new float[before.length];
    for (int i = 0; i < after.length; i++) {
      after[i] = at(before, i / 12, i / 4 % 3 - down, i % 4 - right);
    }
    return after;
  }

  @Test
  void shouldMirrorWhereTheStreamSaysSo() {
    float[] asItWas = counting(SHAPE);
    float[] mirrored = {
      4, 3, 2, 1, 8, 7, 6, 5, 12, 11, 10, 9, 16, 15, 14, 13, 20, 19, 18, 17, 24, 23, 22, 21
    };
    int flips = 0;
    for (int sample = 0; sample < 200; sample++) {
      boolean flip = stream(0, 3, sample).nextInt(2) == 1;
      flips += flip ? 1 : 0;
      assertArrayEquals(
          flip ? mirrored : asItWas, augmented(1, 3, sample, new Augmentation.Flip(true, false)));
    }
    assertTrue(flips > 70 && flips < 130, flips + " of 200");
  }

  @Test
  void shouldMirrorTopAndBottom() {
    float[] values = counting(SHAPE);
    Planes.mirrorColumns(SHAPE, values, 0);
    assertArrayEquals(
        new float[] {
          9, 10, 11, 12, 5, 6, 7, 8, 1, 2, 3, 4, 21, 22, 23, 24, 17, 18, 19, 20, 13, 14, 15, 16
        },
        values);
  }

  @Test
  void shouldFlipBothWaysIndependently() {
    Set<Float> corners = new HashSet<>();
    for (int sample = 0; sample < 100; sample++) {
      corners.add(augmented(1, 0, sample, new Augmentation.Flip(true, true))[0]);
    }
    assertEquals(Set.of(1f, 4f, 9f, 12f), corners);
  }

  @Test
  void shouldShiftByWhatTheStreamDraws() {
    Set<String> seen = new HashSet<>();
    for (int sample = 0; sample < 300; sample++) {
      Philox random = stream(0, 0, sample);
      int down = random.nextInt(5) - 2;
      int right = random.nextInt(5) - 2;
      seen.add(down + " " + right);
      assertArrayEquals(moved(down, right), augmented(1, 0, sample, new Augmentation.Shift(2)));
    }
    assertEquals(25, seen.size());
  }

  @Test
  void shouldCropFromThePaddedImage() {
    for (int sample = 0; sample < 100; sample++) {
      Philox random = stream(0, 0, sample);
      int top = random.nextInt(3);
      int left = random.nextInt(3);
      // Row 0 of the window is row top - 1 of the image.
      assertArrayEquals(
          moved(1 - top, 1 - left), augmented(1, 0, sample, new Augmentation.Crop(1)));
    }
  }

  @Test
  void shouldTurnCounterClockwiseByNinetyDegrees() {
    Shape square = Shape.of(1, 3, 3);
    float[] values = counting(square);
    Planes.rotate(square, values, 0, new float[9], Math.PI / 2);
    assertArrayEquals(new float[] {3, 6, 9, 2, 5, 8, 1, 4, 7}, values);
  }

  @Test
  void shouldLeaveTheImageWhenTurnedByNothing() {
    float[] values = counting(SHAPE);
    Planes.rotate(SHAPE, values, 0, new float[SHAPE.size()], 0);
    assertArrayEquals(counting(SHAPE), values);
  }

  @Test
  void shouldInterpolateWhenTurnedByHalfARightAngle() {
    Shape square = Shape.of(1, 3, 3);
    float[] values = {0, 0, 0, 0, 1, 1, 0, 0, 0};
    Planes.rotate(square, values, 0, new float[9], Math.PI / 4);
    double h = StrictMath.sqrt(0.5);
    // The upper right pixel (v, u) = (-1, 1) takes row 1, column 1 + 2h: outside but for 2 - 2h.
    assertEquals((float) (2 - 2 * h), values[2], 1e-6);
    // The upper middle (-1, 0) takes row 1 - h, column 1 + h, between 0 rows and the row 0 1 1.
    assertEquals((float) (1 - h), values[1], 1e-6);
    assertEquals(1, values[4]);
    // The left middle (0, -1) takes row 1 - h, column 1 - h: only the centre counts.
    assertEquals((float) ((1 - h) * (1 - h)), values[3], 1e-6);
  }

  @Test
  void shouldTurnByAnAngleWithinTheRange() {
    for (int sample = 0; sample < 20; sample++) {
      float[] expected = counting(SHAPE);
      double angle = 30 * (2 * stream(0, 0, sample).nextDouble() - 1) * (Math.PI / 180);
      Planes.rotate(SHAPE, expected, 0, new float[SHAPE.size()], angle);
      assertArrayEquals(expected, augmented(1, 0, sample, new Augmentation.Rotate(30)));
    }
  }

  @Test
  void shouldAddGaussianNoiseToAnyShape() {
    Shape row = Shape.of(20_000);
    float[] values = new float[row.size()];
    new Augmentations(List.of(new Augmentation.Noise(0.5)))
        .apply(stream(0, 0, 0), 0, 0, row, values, 0, new float[0]);
    Philox random = stream(0, 0, 0);
    assertEquals((float) (0.5 * random.nextGaussian()), values[0]);
    assertEquals((float) (0.5 * random.nextGaussian()), values[1]);
    double sum = 0;
    double squares = 0;
    for (float value : values) {
      sum += value;
      squares += (double) value * value;
    }
    // Four deviations of the mean are 0.014.
    assertEquals(0, sum / row.size(), 0.015);
    assertEquals(0.25, squares / row.size(), 0.011);
  }

  @Test
  void shouldChangeNothingOutsideTheInput() {
    float[] values = new float[SHAPE.size() + 7];
    Arrays.fill(values, 9);
    new Augmentations(
            List.of(
                new Augmentation.Flip(true, true),
                new Augmentation.Shift(1),
                new Augmentation.Rotate(90),
                new Augmentation.Crop(1),
                new Augmentation.Noise(1)))
        .apply(stream(0, 0, 0), 0, 0, SHAPE, values, 3, new float[SHAPE.size()]);
    for (int i : new int[] {0, 1, 2, values.length - 4, values.length - 1}) {
      assertEquals(9, values[i]);
    }
    assertFalse(values[3] == 9 && values[4] == 9);
  }

  @Test
  void shouldDependOnSeedEpochAndSampleAlone() {
    Augmentation noise = new Augmentation.Noise(1);
    Augmentation turn = new Augmentation.Rotate(45);
    float[] once = augmented(1, 2, 3, turn, noise);
    assertArrayEquals(once, augmented(1, 2, 3, turn, noise));
    assertFalse(Arrays.equals(once, augmented(2, 2, 3, turn, noise)));
    assertFalse(Arrays.equals(once, augmented(1, 3, 3, turn, noise)));
    assertFalse(Arrays.equals(once, augmented(1, 2, 4, turn, noise)));
  }

  @Test
  void shouldGiveEachAugmentationAStreamOfItsOwn() {
    Augmentation shift = new Augmentation.Shift(1);
    float[] twice = augmented(1, 0, 5, shift, shift);
    float[] expected = counting(SHAPE);
    float[] scratch = new float[SHAPE.size()];
    for (int number = 0; number < 2; number++) {
      Philox random = stream(number, 0, 5);
      int down = random.nextInt(3) - 1;
      Planes.move(SHAPE, expected, 0, scratch, down, random.nextInt(3) - 1);
    }
    assertArrayEquals(expected, twice);
    // What comes before does not change what is drawn after.
    Philox second = stream(1, 0, 5);
    assertArrayEquals(
        moved(second.nextInt(3) - 1, second.nextInt(3) - 1),
        augmented(1, 0, 5, new Augmentation.Noise(0), shift));
  }

  @Test
  void shouldSayWhatDoesNotFitTheInputs() {
    Augmentations all =
        new Augmentations(List.of(new Augmentation.Noise(1), new Augmentation.Flip(true, false)));
    assertDoesNotThrow(() -> all.check(SHAPE));
    assertEquals(
        "data.augment[1]: flip expects images [channels, height, width] but the inputs are [5]",
        Loading.errorOf(() -> all.check(Shape.of(5))));
    assertDoesNotThrow(() -> new Augmentation.Shift(2).check(SHAPE));
    assertEquals(
        "shift expects pixels less than 3, the smaller side of the images [2, 3, 4], but found 3",
        Loading.errorOf(() -> new Augmentation.Shift(3).check(SHAPE)));
    assertEquals(
        "crop expects padding less than 3, the smaller side of the images [2, 3, 4], but found 4",
        Loading.errorOf(() -> new Augmentation.Crop(4).check(SHAPE)));
    assertEquals(
        "rotate expects images [channels, height, width] but the inputs are [2, 3]",
        Loading.errorOf(() -> new Augmentation.Rotate(4).check(Shape.of(2, 3))));
  }
}
