package dev.yamabiko.data;

import static dev.yamabiko.data.Loading.errorOf;
import static dev.yamabiko.data.Loading.input;
import static dev.yamabiko.data.Loading.target;
import static dev.yamabiko.data.Loading.targets;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.tensor.Philox;
import dev.yamabiko.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BuiltinsTest {

  private static Dataset generate(String name, int examples, long seed) {
    return Loading.load(new DataSource.Builtin(name, examples, seed)).train();
  }

  /** Golden: other bits would silently make every published hash of a run wrong. */
  @ParameterizedTest
  @CsvSource({
    "digits, cbd20a4331317b839a689bfff0f0aefa6b4c59e44fcf0c2e7ea8f13b9ef7bfed",
    "spirals, fc0afd32ce01307367149eb6eb987283aa8e27d27c98c978ead7302986be734a",
    "sine, 08922b4fe44fd02f141b71b1db22cbff2202a43574087373e6a7f5ad660e07f3"
  })
  void shouldGenerateTheSameBitsInEveryRelease(String name, String hash) {
    assertEquals(hash, DatasetHash.sha256(generate(name, 100, 42), Optional.empty()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"digits", "spirals", "sine"})
  void shouldMakeEachExampleAFunctionOfSeedAndNumber(String name) {
    Dataset few = generate(name, 10, 7);
    Dataset many = generate(name, 50, 7);
    Dataset other = generate(name, 10, 8);
    for (int i = 0; i < 10; i++) {
      assertArrayEquals(input(few, i), input(many, i));
      assertArrayEquals(target(few, i), target(many, i));
      assertFalse(Arrays.equals(input(few, i), input(other, i)));
    }
    assertFalse(Arrays.equals(input(many, 0), input(many, 30)));
  }

  @Test
  void shouldDrawDigitsInTurn() {
    Dataset data = generate("digits", 25, 42);
    assertEquals(Shape.of(1, 28, 28), data.inputShape());
    assertEquals(Targets.Classes.numbered(10), data.targets());
    float[] labels = targets(data);
    for (int i = 0; i < labels.length; i++) {
      assertEquals(i % 10, labels[i]);
    }
  }

  /** More than are drawn at once. */
  @Test
  void shouldDrawTheSameDigitsOnAnyNumberOfCores() {
    Dataset data = generate("digits", 2500, 42);
    byte[] image = new byte[Digits.SIDE * Digits.SIDE];
    for (int i = 0; i < data.size(); i += 7) {
      Philox random = Philox.stream(42, Philox.Purpose.GENERATE, 0, 0, i);
      new Digits().draw(i % 10, random, image, 0);
      float[] pixels = input(data, i);
      for (int p = 0; p < pixels.length; p++) {
        assertEquals((image[p] & 0xFF) / 255f, pixels[p], "pixel " + p + " of example " + i);
      }
    }
  }

  @Test
  void shouldDrawDigitsWithInkInsideTheUnitInterval() {
    Dataset data = generate("digits", 200, 42);
    for (int i = 0; i < data.size(); i++) {
      float[] pixels = input(data, i);
      int dark = 0;
      for (float pixel : pixels) {
        assertTrue(pixel >= 0 && pixel <= 1);
        dark += pixel > 0.5 ? 1 : 0;
      }
      assertTrue(dark > 15 && dark < 350, "example " + i + " has " + dark + " dark pixels");
    }
  }

  @Test
  void shouldLayThreeSpiralArmsInTurn() {
    Dataset data = generate("spirals", 3000, 42);
    assertEquals(Targets.Classes.numbered(3), data.targets());
    for (int i = 0; i < data.size(); i++) {
      assertEquals(i % 3, target(data, i)[0]);
      float[] point = input(data, i);
      assertTrue(Math.hypot(point[0], point[1]) < 1.2);
    }
  }

  @Test
  void shouldFollowTheSineWithLittleNoise() {
    Dataset data = generate("sine", 2000, 42);
    assertEquals(Shape.of(1), data.inputShape());
    double squares = 0;
    for (int i = 0; i < data.size(); i++) {
      float x = input(data, i)[0];
      assertTrue(Math.abs(x) <= (float) Math.PI);
      double error = target(data, i)[0] - Math.sin(x);
      squares += error * error;
    }
    assertEquals(0.02, Math.sqrt(squares / data.size()), 0.002);
  }

  @Test
  void shouldListTheNamesWhenOneIsUnknown() {
    assertEquals(List.of("digits", "spirals", "sine"), Builtins.names());
    assertEquals(
        "there is no builtin dataset 'mnist'; expected one of digits, spirals, sine",
        errorOf(() -> generate("mnist", 1, 1)));
  }

  @Test
  void shouldRefuseNumbersOfExamplesThatCannotBe() {
    assertEquals(
        "builtin sine: expected 1 to 2147483639 examples but got 0",
        errorOf(() -> generate("sine", 0, 1)));
    assertEquals(
        "builtin digits: expected 1 to 2147483639 examples but got 2147483647",
        errorOf(() -> generate("digits", Integer.MAX_VALUE, 1)));
  }

  @Test
  void shouldSplitLikeAnyOtherSource() {
    LoadedData data =
        Loading.holdOut(new DataSource.Builtin("digits", 100, 1), 0.2, DataSpec.Split.RANDOM);
    assertEquals(80, data.train().size());
    assertEquals(20, data.validation().orElseThrow().size());
    assertEquals(Targets.Classes.numbered(10), data.train().targets());
  }
}
