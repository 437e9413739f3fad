package dev.yamabiko.tensor.vector;

import static dev.yamabiko.tensor.vector.Lanes.LANES;
import static dev.yamabiko.tensor.vector.Lanes.SPECIES;

import dev.yamabiko.tensor.MaxPooling;
import dev.yamabiko.tensor.PoolShape;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;

/**
 * Max-pooling over windows of 2x2, two apart, as nearly all are: a vector of inputs of each of the
 * two rows gives half a vector of outputs. Rows are computed in ascending order, and a row's last
 * vector may write over what comes behind it, which is written afterwards; rows for which there is
 * not enough behind them are left to {@link MaxPooling}.
 */
final class Pooling {

  private static final int HALF = LANES / 2;

  private static final VectorShuffle<Float> EVEN =
      VectorShuffle.fromOp(SPECIES, i -> 2 * i % LANES);
  private static final VectorShuffle<Float> ODD =
      VectorShuffle.fromOp(SPECIES, i -> (2 * i + 1) % LANES);
  private static final VectorShuffle<Float> TWICE = VectorShuffle.fromOp(SPECIES, i -> i / 2);

  /** 0 1 0 1 ..: the window's places in its upper row. */
  private static final float[] UPPER = new float[LANES];

  /** 2 3 2 3 ..: those in its lower row. */
  private static final float[] LOWER = new float[LANES];

  static {
    for (int i = 0; i < LANES; i++) {
      UPPER[i] = i % 2;
      LOWER[i] = 2 + i % 2;
    }
  }

  private Pooling() {}

  static boolean fits(PoolShape shape) {
    return shape.size() == 2 && shape.stride() == 2 && LANES >= 4;
  }

  static void forward(
      PoolShape shape, int planes, boolean relu, float[] x, float[] y, float[] winners) {
    int outWidth = shape.outWidth();
    int rows = planes * shape.outHeight();
    // Pieces of half a vector, the last of which may begin in the row and end behind it.
    int pieces = Lanes.parts(outWidth, HALF);
    int inEnd = planes * shape.inputs() - shape.width() - (pieces - 1) * LANES - LANES;
    int outEnd = rows * outWidth - (pieces - 1) * HALF - LANES;
    // What neither changes a value nor equals one, where there is no relu.
    float floor = relu ? 0 : Float.NEGATIVE_INFINITY;
    float closed = relu ? 0 : Float.NaN;
    for (int row = 0; row < rows; row++) {
      int top = MaxPooling.top(shape, row);
      if (top <= inEnd && row * outWidth <= outEnd) {
        row(x, top, shape.width(), pieces, floor, closed, y, winners, row * outWidth);
      } else {
        MaxPooling.forwardRow(shape, row, relu, x, y, winners);
      }
    }
  }

  private static void row(
      float[] x,
      int top,
      int width,
      int pieces,
      float floor,
      float closed,
      float[] y,
      float[] winners,
      int out) {
    for (int piece = 0; piece < pieces; piece++) {
      int at = top + piece * LANES;
      FloatVector upper = FloatVector.fromArray(SPECIES, x, at);
      FloatVector lower = FloatVector.fromArray(SPECIES, x, at + width);
      FloatVector best = upper.rearrange(EVEN);
      FloatVector winner = FloatVector.zero(SPECIES);
      FloatVector value = upper.rearrange(ODD);
      winner = winner.blend(1, value.compare(VectorOperators.GT, best));
      best = best.max(value);
      value = lower.rearrange(EVEN);
      winner = winner.blend(2, value.compare(VectorOperators.GT, best));
      best = best.max(value);
      value = lower.rearrange(ODD);
      winner = winner.blend(3, value.compare(VectorOperators.GT, best));
      best = best.max(value);
      winner = winner.blend(MaxPooling.NO_WINNER, best.compare(VectorOperators.LE, closed));
      winner.intoArray(winners, out + piece * HALF);
      best.max(floor).intoArray(y, out + piece * HALF);
    }
  }

  static void gradient(PoolShape shape, int planes, float[] winners, float[] g, float[] dx) {
    int outWidth = shape.outWidth();
    int width = shape.width();
    int outHeight = shape.outHeight();
    int rows = planes * outHeight;
    int pieces = Lanes.parts(outWidth, HALF);
    int inEnd = planes * shape.inputs() - width - pieces * LANES;
    int outEnd = rows * outWidth - (pieces - 1) * HALF - LANES;
    for (int row = 0; row < rows; row++) {
      int top = MaxPooling.top(shape, row);
      int out = row * outWidth;
      if (top <= inEnd && out <= outEnd) {
        gradientRow(UPPER, pieces, outWidth, winners, g, out, dx, top);
        Arrays.fill(dx, top + 2 * outWidth, top + width, 0f);
        gradientRow(LOWER, pieces, outWidth, winners, g, out, dx, top + width);
        Arrays.fill(dx, top + width + 2 * outWidth, top + 2 * width, 0f);
      } else {
        Arrays.fill(dx, top, top + 2 * width, 0f);
        MaxPooling.addGradientRow(shape, row, winners, g, dx);
      }
      if (row % outHeight == outHeight - 1) {
        Arrays.fill(dx, top + 2 * width, (row / outHeight + 1) * shape.inputs(), 0f);
      }
    }
  }

  /** One row of inputs' gradients: {@code places} are those of its columns in their windows. */
  private static void gradientRow(
      float[] places,
      int pieces,
      int outWidth,
      float[] winners,
      float[] g,
      int out,
      float[] dx,
      int at) {
    FloatVector place = FloatVector.fromArray(SPECIES, places, 0);
    FloatVector zero = FloatVector.zero(SPECIES);
    for (int piece = 0; piece < pieces; piece++) {
      FloatVector winner = FloatVector.fromArray(SPECIES, winners, out + piece * HALF);
      FloatVector value = FloatVector.fromArray(SPECIES, g, out + piece * HALF);
      VectorMask<Float> wins = winner.rearrange(TWICE).compare(VectorOperators.EQ, place);
      // As the sum that begins at +0 does it, a gradient of -0 becomes +0.
      zero.blend(value.rearrange(TWICE).add(0f), wins).intoArray(dx, at + piece * LANES);
    }
  }
}
