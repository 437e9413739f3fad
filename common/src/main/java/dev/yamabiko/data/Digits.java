package dev.yamabiko.data;

import dev.yamabiko.tensor.Philox;
import java.util.Arrays;

/**
 * Draws digits as a hand would: strokes ({@link DigitStrokes}) whose control points wobble, under a
 * random affine map, with a pen of random width and ink, and noise on the paper. All arithmetic is
 * IEEE double on {@code StrictMath}, so a digit is the same bytes on every machine.
 *
 * <p>How hard the digits are to learn is set by the constants below and nothing else.
 */
final class Digits {

  static final int SIDE = 28;

  /** Height of an upright, unscaled digit, in pixels. */
  private static final double HEIGHT = 18;

  /** Each in pixels, radians or as a factor; uniform between minus and plus this. */
  private static final double MAX_SHIFT = 3.2;

  private static final double MAX_ROTATION = 0.28;
  private static final double MAX_SHEAR = 0.30;
  private static final double MAX_SCALING = 0.20;

  /** Deviation of a control point, as a fraction of the digit's height. */
  private static final double WOBBLE = 0.02;

  /** Half the pen's width, in pixels. */
  private static final double MIN_PEN = 0.65;

  private static final double MAX_PEN = 1.55;

  private static final double MIN_INK = 170;
  private static final double MAX_INK = 255;

  /** Deviation of the noise on each pixel, in grey levels. */
  private static final double NOISE = 8;

  /** The sum of four uniform bytes has this deviation. */
  private static final double DEVIATION_OF_FOUR_BYTES = 147.8;

  /** How far the ink fades out beyond the pen's edge, in pixels. */
  private static final double EDGE = 1.0;

  private static final int PIECES_PER_CURVE = 5;

  private final double[] ink = new double[SIDE * SIDE];
  private Philox random;

  /** The affine map from the unit box of strokes to pixels. */
  private double xx;

  private double xy;
  private double yx;
  private double yy;
  private double shiftX;
  private double shiftY;
  private double pen;

  /** Writes {@code SIDE * SIDE} unsigned bytes, 0 for paper and 255 for the darkest ink. */
  void draw(int digit, Philox random, byte[] into, int at) {
    this.random = random;
    Arrays.fill(ink, 0);
    DigitStrokes.Form form = DigitStrokes.form(digit, random.nextDouble());
    chooseMap();
    pen = MIN_PEN + (MAX_PEN - MIN_PEN) * random.nextDouble();
    double darkness = MIN_INK + (MAX_INK - MIN_INK) * random.nextDouble();
    for (DigitStrokes.Stroke stroke : form.strokes()) {
      draw(stroke);
    }
    for (int i = 0; i < ink.length; i++) {
      int r = random.nextInt();
      int bytes = (r & 0xFF) + (r >>> 8 & 0xFF) + (r >>> 16 & 0xFF) + (r >>> 24);
      double noise = (bytes - 510) * (NOISE / DEVIATION_OF_FOUR_BYTES);
      double grey = Math.floor(ink[i] * darkness + noise + 0.5);
      into[at + i] = (byte) (int) Math.max(0, Math.min(255, grey));
    }
  }

  private double symmetric(double max) {
    return max * (2 * random.nextDouble() - 1);
  }

  private void chooseMap() {
    double rotation = symmetric(MAX_ROTATION);
    double shear = symmetric(MAX_SHEAR);
    double scaleX = HEIGHT * (1 + symmetric(MAX_SCALING));
    double scaleY = HEIGHT * (1 + symmetric(MAX_SCALING));
    double cos = StrictMath.cos(rotation);
    double sin = StrictMath.sin(rotation);
    xx = cos * scaleX;
    xy = (cos * shear - sin) * scaleY;
    yx = sin * scaleX;
    yy = (sin * shear + cos) * scaleY;
    shiftX = SIDE / 2.0 + symmetric(MAX_SHIFT);
    shiftY = SIDE / 2.0 + symmetric(MAX_SHIFT);
  }

  private void draw(DigitStrokes.Stroke stroke) {
    int points = stroke.points();
    double[] x = new double[points];
    double[] y = new double[points];
    for (int i = 0; i < points; i++) {
      double u = stroke.x(i) + WOBBLE * random.nextGaussian();
      double v = stroke.y(i) + WOBBLE * random.nextGaussian();
      x[i] = xx * u + xy * v + shiftX;
      y[i] = yx * u + yy * v + shiftY;
    }
    if (!stroke.curved()) {
      for (int i = 0; i + 1 < points; i++) {
        line(x[i], y[i], x[i + 1], y[i + 1]);
      }
      return;
    }
    for (int i = 0; i + 1 < points; i++) {
      curve(x, y, i);
    }
  }

  /** The piece of a Catmull-Rom spline between points i and i + 1, as short lines. */
  private void curve(double[] x, double[] y, int i) {
    int before = Math.max(0, i - 1);
    int after = Math.min(x.length - 1, i + 2);
    double fromX = x[i];
    double fromY = y[i];
    for (int piece = 1; piece <= PIECES_PER_CURVE; piece++) {
      double t = (double) piece / PIECES_PER_CURVE;
      double toX = spline(x[before], x[i], x[i + 1], x[after], t);
      double toY = spline(y[before], y[i], y[i + 1], y[after], t);
      line(fromX, fromY, toX, toY);
      fromX = toX;
      fromY = toY;
    }
  }

  private static double spline(double p0, double p1, double p2, double p3, double t) {
    return 0.5
        * (2 * p1
            + t * (p2 - p0 + t * (2 * p0 - 5 * p1 + 4 * p2 - p3 + t * (3 * (p1 - p2) + p3 - p0))));
  }

  /** Inks every pixel near the line: fully below the pen, fading over its edge. */
  private void line(double fromX, double fromY, double toX, double toY) {
    double reach = pen + EDGE;
    int left = clamp(Math.floor(Math.min(fromX, toX) - reach));
    int right = clamp(Math.ceil(Math.max(fromX, toX) + reach));
    int top = clamp(Math.floor(Math.min(fromY, toY) - reach));
    int bottom = clamp(Math.ceil(Math.max(fromY, toY) + reach));
    double dx = toX - fromX;
    double dy = toY - fromY;
    double squaredLength = dx * dx + dy * dy;
    double toT = squaredLength == 0 ? 0 : 1 / squaredLength;
    for (int row = top; row <= bottom; row++) {
      for (int column = left; column <= right; column++) {
        int pixel = row * SIDE + column;
        if (ink[pixel] == 1) {
          continue; // no line can add to that
        }
        double px = column + 0.5 - fromX;
        double py = row + 0.5 - fromY;
        double t = Math.max(0, Math.min(1, (px * dx + py * dy) * toT));
        double ex = px - t * dx;
        double ey = py - t * dy;
        double squared = ex * ex + ey * ey;
        if (squared < reach * reach) {
          double covered = Math.min(1, (reach - Math.sqrt(squared)) / EDGE);
          ink[pixel] = Math.max(ink[pixel], covered);
        }
      }
    }
  }

  private static int clamp(double pixel) {
    return (int) Math.max(0, Math.min(SIDE - 1, pixel));
  }
}
