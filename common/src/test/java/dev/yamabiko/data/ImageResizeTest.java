package dev.yamabiko.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.math.BigInteger;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ImageResizeTest {

  private static BytePlanes row(int... values) {
    return new BytePlanes(1, 1, values.length, bytes(values));
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  private static byte[] resized(BytePlanes image, int height, int width) {
    byte[] into = new byte[image.channels() * height * width];
    ImageResize.resize(image, height, width, into, 0);
    return into;
  }

  @Test
  void shouldAverageOverTheAreaWhenShrinking() {
    assertArrayEquals(bytes(15, 35), resized(row(10, 20, 30, 40), 1, 2));
    // Three pixels to two: the first new one covers one and a half old ones, (90 + 120 / 2) / 1.5.
    assertArrayEquals(bytes(100, 200), resized(row(90, 120, 240), 1, 2));
    BytePlanes square = new BytePlanes(1, 2, 2, bytes(0, 100, 200, 255));
    // 555 / 4 = 138.75.
    assertArrayEquals(bytes(139), resized(square, 1, 1));
  }

  @Test
  void shouldInterpolateBetweenCentresWhenEnlarging() {
    // New centres lie at -1/4, 1/4, 3/4, 5/4 between old ones at 0 and 1.
    assertArrayEquals(bytes(0, 50, 150, 200), resized(row(0, 200), 1, 4));
    assertArrayEquals(bytes(7, 7, 7), resized(row(7), 1, 3));
  }

  @Test
  void shouldRoundHalvesUp() {
    assertArrayEquals(bytes(2), resized(row(1, 2), 1, 1));
    assertArrayEquals(bytes(255), resized(row(255, 254), 1, 1));
  }

  @Test
  void shouldShrinkOneSideAndEnlargeTheOther() {
    BytePlanes image = new BytePlanes(2, 2, 1, bytes(10, 30, 200, 100));
    assertArrayEquals(bytes(20, 20, 150, 150), resized(image, 1, 2));
  }

  @Property(tries = 60)
  void shouldEqualTheDefinitionTakenAtItsWord(
      @ForAll @IntRange(min = 1, max = 3) int channels,
      @ForAll @IntRange(min = 1, max = 9) int height,
      @ForAll @IntRange(min = 1, max = 9) int width,
      @ForAll @IntRange(min = 1, max = 9) int newHeight,
      @ForAll @IntRange(min = 1, max = 9) int newWidth,
      @ForAll long seed) {
    BytePlanes image = new BytePlanes(channels, height, width);
    new Random(seed).nextBytes(image.values());
    byte[] expected = new byte[channels * newHeight * newWidth];
    for (int i = 0; i < expected.length; i++) {
      int c = i / (newHeight * newWidth);
      Fraction sum = new Fraction(0, 1);
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          int value = image.values()[(c * height + y) * width + x] & 0xFF;
          sum =
              sum.plus(
                  weight(height, newHeight, i / newWidth % newHeight, y)
                      .times(weight(width, newWidth, i % newWidth, x))
                      .times(new Fraction(value, 1)));
        }
      }
      expected[i] = (byte) sum.plus(new Fraction(1, 2)).floor();
    }
    assertArrayEquals(expected, resized(image, newHeight, newWidth));
  }

  /** How much of old pixel i new pixel j consists of, by the definition and with no shortcut. */
  private static Fraction weight(int in, int out, int j, int i) {
    if (out <= in) {
      Fraction from = Fraction.max(new Fraction((long) j * in, out), new Fraction(i, 1));
      Fraction to = Fraction.min(new Fraction((j + 1L) * in, out), new Fraction(i + 1, 1));
      Fraction covered = Fraction.max(to.minus(from), new Fraction(0, 1));
      return covered.times(new Fraction(out, in));
    }
    // (j + 1/2) in/out - 1/2.
    Fraction at = new Fraction((2L * j + 1) * in - out, 2L * out);
    at = Fraction.min(Fraction.max(at, new Fraction(0, 1)), new Fraction(in - 1, 1));
    Fraction distance = Fraction.max(at.minus(new Fraction(i, 1)), new Fraction(i, 1).minus(at));
    return Fraction.max(new Fraction(1, 1).minus(distance), new Fraction(0, 1));
  }

  private record Fraction(BigInteger over, BigInteger under) {
    Fraction(long over, long under) {
      this(BigInteger.valueOf(over), BigInteger.valueOf(under));
    }

    Fraction plus(Fraction b) {
      return new Fraction(
          over.multiply(b.under).add(b.over.multiply(under)), under.multiply(b.under));
    }

    Fraction minus(Fraction b) {
      return plus(new Fraction(b.over.negate(), b.under));
    }

    Fraction times(Fraction b) {
      return new Fraction(over.multiply(b.over), under.multiply(b.under)).reduced();
    }

    private Fraction reduced() {
      BigInteger divisor = over.gcd(under);
      return new Fraction(over.divide(divisor), under.divide(divisor));
    }

    static Fraction max(Fraction a, Fraction b) {
      return a.minus(b).over.signum() >= 0 ? a : b;
    }

    static Fraction min(Fraction a, Fraction b) {
      return a.minus(b).over.signum() <= 0 ? a : b;
    }

    int floor() {
      return over.divide(under).intValueExact();
    }
  }
}
