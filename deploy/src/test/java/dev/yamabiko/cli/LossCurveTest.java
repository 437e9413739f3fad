package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.cli.LossHistory.Point;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class LossCurveTest {

  private static final List<Point> FALLING =
      List.of(new Point(0, 5), new Point(1, 3), new Point(4, 1));
  private static final List<Point> VALIDATION = List.of(new Point(2, 4), new Point(4, 2));

  @Test
  void shouldDrawInAscii() {
    assertEquals(
        """
             loss
             5.00 |*
                  | *
             4.00 |  *      o
                  |   *
             3.00 |    **
                  |      ***
             2.00 |         ****    o
                  |             ***
             1.00 |                **
                  +------------------
                   0          epoch 4
                   * train   o validation
        """,
        LossCurve.draw(FALLING, VALIDATION, 30, false));
  }

  @Test
  void shouldDrawInBraille() {
    assertEquals(
        """
             loss
             5.00 ┤⠱⡀
                  ┤ ⠱⡀
             4.00 ┤  ⠱⡀     ●
                  ┤   ⠱⡀
             3.00 ┤    ⠱⢄
                  ┤      ⠉⠢⢄
             2.00 ┤         ⠉⠢⢄     ●
                  ┤            ⠉⠢⢄
             1.00 ┤               ⠉⠢⢄
                  └──────────────────
                   0          epoch 4
                   ⠒ train   ● validation
        """,
        LossCurve.draw(FALLING, VALIDATION, 30, true));
  }

  @Test
  void shouldUseALogarithmicScaleForLossesFarApart() {
    List<Point> train =
        IntStream.range(0, 50).mapToObj(i -> new Point(i / 10.0, Math.pow(0.8, i))).toList();
    String curve = LossCurve.draw(train, List.of(), 60, false);
    assertTrue(curve.startsWith("     loss (log scale)\n"), curve);
    assertFalse(curve.contains("validation"), curve);
  }

  @Test
  void shouldDrawNothingWithoutALine() {
    assertEquals("", LossCurve.draw(List.of(), List.of(), 80, true));
    assertEquals("", LossCurve.draw(List.of(new Point(1, 2)), List.of(), 80, true));
  }

  @Test
  void shouldDrawALevelLine() {
    String curve = LossCurve.draw(List.of(new Point(0, 2), new Point(1, 2)), List.of(), 30, false);
    assertTrue(curve.contains("2.00 |******************"), curve);
  }

  @Property(tries = 300)
  void shouldStayWithinItsColumnsWhateverTheLosses(
      @ForAll @Size(max = 200) List<Double> losses,
      @ForAll @IntRange(min = 40, max = 100) int columns,
      @ForAll boolean unicode) {
    List<Point> points =
        IntStream.range(0, losses.size()).mapToObj(i -> new Point(i * 0.1, losses.get(i))).toList();
    String curve = LossCurve.draw(points, points, columns, unicode);
    assertTrue(curve.lines().allMatch(line -> line.length() < columns), curve);
  }
}
