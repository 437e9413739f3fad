package dev.yamabiko.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.tensor.Philox.Purpose;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PhiloxTest {

  private static final int DRAWS = 200_000;

  /** The vectors of philox4x32-10 in kat_vectors of the authors' library Random123. */
  @Test
  void shouldGiveTheAuthorsKnownAnswers() {
    assertArrayEquals(
        new int[] {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}, block(0, 0, 0, 0, 0, 0));
    assertArrayEquals(
        new int[] {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}, block(-1, -1, -1, -1, -1, -1));
    assertArrayEquals(
        new int[] {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1},
        block(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0));
  }

  private static int[] block(int c0, int c1, int c2, int c3, int k0, int k1) {
    int[] out = new int[4];
    Philox.block(c0, c1, c2, c3, k0, k1, out);
    return out;
  }

  @Test
  void shouldRepeatAStreamFromItsKey() {
    Philox once = Philox.stream(42, Purpose.AUGMENT, 1, 2, 3);
    once.nextGaussian();
    once.nextInt();
    once.restart(Purpose.DROPOUT, 3, 7, 9);
    Philox again = Philox.stream(42, Purpose.DROPOUT, 3, 7, 9);
    for (int i = 0; i < 100; i++) {
      assertEquals(once.nextInt(), again.nextInt());
    }
  }

  @Test
  void shouldGiveEveryKeyAStreamOfItsOwn() {
    Set<Long> firsts = new HashSet<>();
    firsts.add(Philox.stream(1, Purpose.DROPOUT, 1, 1, 1).nextLong());
    firsts.add(Philox.stream(2, Purpose.DROPOUT, 1, 1, 1).nextLong());
    firsts.add(Philox.stream(1L << 32 | 1, Purpose.DROPOUT, 1, 1, 1).nextLong());
    firsts.add(Philox.stream(1, Purpose.AUGMENT, 1, 1, 1).nextLong());
    firsts.add(Philox.stream(1, Purpose.DROPOUT, 2, 1, 1).nextLong());
    firsts.add(Philox.stream(1, Purpose.DROPOUT, 1, 2, 1).nextLong());
    firsts.add(Philox.stream(1, Purpose.DROPOUT, 1, 1, 2).nextLong());
    assertEquals(7, firsts.size());
  }

  @Test
  void shouldRefuseKeysThatDoNotFit() {
    assertThrows(
        IllegalArgumentException.class, () -> Philox.stream(1, Purpose.SPLIT, 1 << 24, 0, 0));
    assertThrows(
        IllegalArgumentException.class, () -> Philox.stream(1, Purpose.SPLIT, 0, 1L << 32, 0));
    assertThrows(IllegalArgumentException.class, () -> Philox.stream(1, Purpose.SPLIT, 0, 0, -1));
  }

  @Test
  void shouldFillAllBinsEvenly() {
    Philox random = Philox.stream(5, Purpose.GENERATE, 0, 0, 0);
    int bins = 100;
    int[] ints = new int[bins];
    int[] floats = new int[bins];
    int[] doubles = new int[bins];
    for (int i = 0; i < DRAWS; i++) {
      ints[random.nextInt(bins)]++;
      floats[(int) (random.nextFloat() * bins)]++;
      doubles[(int) (random.nextDouble() * bins)]++;
    }
    assertEven(ints);
    assertEven(floats);
    assertEven(doubles);
  }

  /** Chi-squared with 99 degrees of freedom exceeds 160 once in 10,000 times. */
  private static void assertEven(int[] bins) {
    double expected = (double) DRAWS / bins.length;
    double chiSquared = 0;
    for (int count : bins) {
      chiSquared += (count - expected) * (count - expected) / expected;
    }
    assertTrue(chiSquared < 160, "chi-squared " + chiSquared);
  }

  @Test
  void shouldDrawNormalNumbersWithTheRightMoments() {
    Philox random = Philox.stream(6, Purpose.INITIALIZE, 0, 0, 0);
    double sum = 0;
    double squares = 0;
    double fourths = 0;
    for (int i = 0; i < DRAWS; i++) {
      double x = random.nextGaussian();
      sum += x;
      squares += x * x;
      fourths += x * x * x * x;
    }
    assertEquals(0, sum / DRAWS, 0.01);
    assertEquals(1, squares / DRAWS, 0.015);
    assertEquals(3, fourths / DRAWS, 0.1);
  }
}
