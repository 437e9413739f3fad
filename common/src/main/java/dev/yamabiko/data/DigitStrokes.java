package dev.yamabiko.data;

import java.util.Arrays;
import java.util.List;

/**
 * How people write the ten digits: some in several forms, each a few strokes through control
 * points. A digit stands in the box from (0, 0) at the top left to (100, 100); x grows to the right
 * and y downwards.
 */
final class DigitStrokes {

  private DigitStrokes() {}

  /** One way of writing a digit. */
  record Form(List<Stroke> strokes) {}

  /** Control points in units of the digit's height, around its middle. */
  record Stroke(boolean curved, double[] coordinates) {

    int points() {
      return coordinates.length / 2;
    }

    double x(int point) {
      return coordinates[2 * point];
    }

    double y(int point) {
      return coordinates[2 * point + 1];
    }
  }

  private static final List<List<Form>> FORMS =
      List.of(
          List.of( // 0
              form(curve(52, 0, 28, 12, 18, 50, 28, 88, 52, 100, 74, 88, 82, 50, 72, 12, 48, 1))),
          List.of( // 1
              form(lines(52, 0, 50, 100)),
              form(lines(28, 24, 54, 0, 54, 100)),
              form(lines(30, 22, 52, 0, 52, 100), lines(28, 100, 76, 100))),
          List.of( // 2
              form(
                  curve(20, 22, 32, 4, 56, 0, 76, 14, 74, 38, 52, 64, 18, 99),
                  lines(18, 99, 84, 98)),
              form(
                  curve(
                      20, 20, 34, 3, 58, 0, 76, 16, 72, 42, 48, 72, 26, 92, 16, 86, 26, 76, 48, 90,
                      66, 98, 84, 92))),
          List.of( // 3
              form(
                  curve(20, 10, 44, 0, 70, 8, 74, 28, 62, 42, 42, 47),
                  curve(42, 47, 68, 52, 80, 70, 70, 92, 46, 100, 18, 90)),
              form(
                  lines(20, 2, 76, 2, 46, 40),
                  curve(46, 40, 72, 46, 82, 68, 70, 92, 44, 100, 18, 90))),
          List.of( // 4
              form(lines(62, 0, 14, 66, 88, 66), lines(66, 36, 66, 100)),
              form(lines(24, 4, 18, 54, 80, 54), lines(72, 4, 70, 100)),
              form(lines(68, 100, 68, 0, 14, 68, 88, 68))),
          List.of( // 5
              form(
                  lines(78, 2, 28, 2, 24, 44),
                  curve(24, 44, 50, 36, 76, 48, 80, 72, 66, 94, 42, 100, 18, 90))),
          List.of( // 6
              form(
                  curve(
                      70, 2, 44, 16, 24, 46, 20, 76, 36, 97, 60, 99, 78, 82, 74, 62, 54, 52, 32, 60,
                      21, 76))),
          List.of( // 7
              form(lines(16, 2, 82, 2, 44, 100)),
              form(lines(16, 2, 82, 2, 44, 100), lines(34, 52, 78, 50)),
              form(lines(18, 18, 18, 3, 82, 3), curve(82, 3, 60, 40, 46, 100))),
          List.of( // 8
              form(
                  curve(
                      50, 47, 28, 34, 26, 12, 50, 0, 74, 12, 70, 34, 50, 47, 26, 62, 18, 82, 34, 98,
                      62, 99, 82, 84, 74, 60, 50, 47))),
          List.of( // 9
              form(
                  curve(78, 26, 66, 5, 42, 0, 24, 16, 26, 38, 44, 49, 66, 44, 78, 26),
                  curve(78, 26, 76, 60, 62, 99)),
              form(
                  curve(74, 26, 64, 5, 42, 1, 25, 16, 27, 38, 46, 48, 66, 42, 74, 26),
                  lines(74, 8, 74, 100))));

  private static Form form(Stroke... strokes) {
    return new Form(List.of(strokes));
  }

  private static Stroke lines(int... percents) {
    return new Stroke(false, centred(percents));
  }

  private static Stroke curve(int... percents) {
    return new Stroke(true, centred(percents));
  }

  private static double[] centred(int[] percents) {
    return Arrays.stream(percents).mapToDouble(p -> (p - 50) / 100.0).toArray();
  }

  /**
   * @param draw uniform in [0, 1)
   */
  static Form form(int digit, double draw) {
    List<Form> forms = FORMS.get(digit);
    return forms.get((int) (draw * forms.size()));
  }
}
