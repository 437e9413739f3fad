package dev.yamabiko.tensor.vector;

import static dev.yamabiko.tensor.VectorSizes.GROUP;
import static dev.yamabiko.tensor.vector.Lanes.LANES;
import static dev.yamabiko.tensor.vector.Lanes.PITCH;
import static dev.yamabiko.tensor.vector.Lanes.SPECIES;
import static dev.yamabiko.tensor.vector.Lanes.TILE;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Moves parts of matrices into the panels that the micro-kernels read from end to end: A panels
 * [steps][PITCH] and B panels [steps][TILE].
 */
final class Packing {
  /** So many rows are turned faster one by one than in a square. */
  static final int FEW = LANES / 4;

  private Packing() {}

  /** Whether so many columns of as many rows as a vector has lanes can be read. */
  private static boolean canRead(float[] m, int at, int pitch, int columns) {
    return (long) at + (LANES - 1L) * pitch + columns <= m.length;
  }

  /** Whether all steps lie in one square of lanes by lanes that can be read. */
  private static boolean isSquare(float[] m, int at, int pitch, int steps) {
    return steps < LANES && canRead(m, at, pitch, LANES);
  }

  /**
   * A panel from {@code height} matrix rows. Lanes beyond the height hold anything afterwards, and
   * so do LANES * PITCH behind the panel and, behind its own height, the last step of the panel
   * before, which must not be higher than this one.
   */
  static void rowsToA(float[] m, int at, int pitch, int height, int steps, float[] panel, int to) {
    if (height > FEW && height <= LANES && isSquare(m, at, pitch, steps)) {
      MicroKernels.transpose(m, at, pitch, panel, to, PITCH, 1);
      return;
    }
    int missing = LANES - height;
    if (steps >= LANES
        && missing > 0
        && missing <= Math.min(to, PITCH - height)
        && at >= missing * pitch
        && !canRead(m, at, pitch, steps)) {
      // The array ends before the square does: rows before these fill it, and go to lanes behind
      // the height of the step before.
      transpose(m, at - missing * pitch, pitch, LANES, steps, panel, to - missing, PITCH);
      return;
    }
    for (int r = 0; r < height; r += LANES) {
      transpose(m, at + r * pitch, pitch, Math.min(LANES, height - r), steps, panel, to + r, PITCH);
    }
  }

  /** A panel from {@code height} matrix columns. Lanes beyond the height hold anything. */
  static void columnsToA(
      float[] m, int at, int pitch, int height, int steps, float[] panel, int to) {
    int p = 0;
    if (LANES >= 4) {
      int readable = Math.min(steps, Math.floorDiv(m.length - at - PITCH, pitch) + 1);
      for (; p < readable; p++) {
        for (int r = 0; r < height; r += LANES) {
          FloatVector.fromArray(SPECIES, m, at + p * pitch + r)
              .intoArray(panel, to + p * PITCH + r);
        }
      }
    }
    for (; p < steps; p++) {
      for (int r = 0; r < height; r++) {
        panel[to + p * PITCH + r] = m[at + p * pitch + r];
      }
    }
  }

  /**
   * A panels, one behind the other, from all {@code columns}, divided evenly; lanes beyond a
   * panel's columns hold anything.
   */
  static void columnsToPanelsOfA(
      float[] m, int at, int pitch, int columns, int panels, int steps, float[] to) {
    int i = 0;
    if (Lanes.parts(columns, panels) <= LANES) {
      for (; i + GROUP <= panels; i += GROUP) {
        columnsToGroupOfA(m, at, pitch, columns, panels, i, steps, to);
      }
    }
    for (; i < panels; i++) {
      columnsToPanelOfA(m, at, pitch, columns, panels, i, 0, steps, to);
    }
  }

  /** Number i of them, from a step on. */
  private static void columnsToPanelOfA(
      float[] m,
      int at,
      int pitch,
      int columns,
      int panels,
      int i,
      int from,
      int steps,
      float[] to) {
    int first = Lanes.start(columns, panels, i);
    int height = Lanes.start(columns, panels, i + 1) - first;
    int panel = (i * steps + from) * PITCH;
    columnsToA(m, at + first + from * pitch, pitch, height, steps - from, to, panel);
  }

  /** As many of them from number i on as {@link #GROUP}, none wider than a vector. */
  private static void columnsToGroupOfA(
      float[] m, int at, int pitch, int columns, int panels, int i, int steps, float[] to) {
    int a = at + Lanes.start(columns, panels, i);
    int b = at + Lanes.start(columns, panels, i + 1);
    int c = at + Lanes.start(columns, panels, i + 2);
    int d = at + Lanes.start(columns, panels, i + 3);
    int size = PITCH * steps;
    int first = i * size;
    int readable = Math.max(0, Math.min(steps, Math.floorDiv(m.length - d - LANES, pitch) + 1));
    for (int p = 0; p < readable; p++) {
      int from = p * pitch;
      int row = first + p * PITCH;
      FloatVector inA = FloatVector.fromArray(SPECIES, m, a + from);
      FloatVector inB = FloatVector.fromArray(SPECIES, m, b + from);
      FloatVector inC = FloatVector.fromArray(SPECIES, m, c + from);
      FloatVector inD = FloatVector.fromArray(SPECIES, m, d + from);
      inA.intoArray(to, row);
      inB.intoArray(to, row + size);
      inC.intoArray(to, row + 2 * size);
      inD.intoArray(to, row + 3 * size);
    }
    for (int j = i; j < i + GROUP; j++) {
      columnsToPanelOfA(m, at, pitch, columns, panels, j, readable, steps, to);
    }
  }

  /** B panel from {@code width} matrix columns; the rest of the tile is zero. */
  static void columnsToB(
      float[] m, int at, int pitch, int width, int steps, float[] panel, int to) {
    if (width == TILE) {
      for (int p = 0; p < steps; p++) {
        FloatVector left = FloatVector.fromArray(SPECIES, m, at + p * pitch);
        FloatVector right = FloatVector.fromArray(SPECIES, m, at + p * pitch + LANES);
        left.intoArray(panel, to + p * TILE);
        right.intoArray(panel, to + p * TILE + LANES);
      }
      return;
    }
    int readable = Math.max(0, Math.min(steps, Math.floorDiv(m.length - at - TILE, pitch) + 1));
    maskedToB(m, at, pitch, width, readable, panel, to);
    for (int p = readable; p < steps; p++) {
      System.arraycopy(m, at + p * pitch, panel, to + p * TILE, width);
      Arrays.fill(panel, to + p * TILE + width, to + (p + 1) * TILE, 0f);
    }
  }

  /** B panels, one behind the other, from columns for at most {@link #GROUP}. */
  static void columnsToPanels(
      float[] m, int at, int pitch, int columns, int steps, float[] to, int panels) {
    if (columns == GROUP * TILE) {
      columnsToGroup(m, at, pitch, steps, to, panels);
      return;
    }
    for (int column = 0; column < columns; column += TILE) {
      int width = Math.min(TILE, columns - column);
      columnsToB(m, at + column, pitch, width, steps, to, panels + column * steps);
    }
  }

  /**
   * As many B panels of whole tiles, one behind the other, as {@link #GROUP}, from columns side by
   * side: where they are far from the processor, what is read at once comes sooner.
   */
  private static void columnsToGroup(
      float[] m, int at, int pitch, int steps, float[] panels, int to) {
    int size = steps * TILE;
    for (int p = 0; p < steps; p++) {
      int from = at + p * pitch;
      int first = to + p * TILE;
      FloatVector a0 = FloatVector.fromArray(SPECIES, m, from);
      FloatVector a1 = FloatVector.fromArray(SPECIES, m, from + LANES);
      FloatVector b0 = FloatVector.fromArray(SPECIES, m, from + TILE);
      FloatVector b1 = FloatVector.fromArray(SPECIES, m, from + TILE + LANES);
      FloatVector c0 = FloatVector.fromArray(SPECIES, m, from + 2 * TILE);
      FloatVector c1 = FloatVector.fromArray(SPECIES, m, from + 2 * TILE + LANES);
      FloatVector d0 = FloatVector.fromArray(SPECIES, m, from + 3 * TILE);
      FloatVector d1 = FloatVector.fromArray(SPECIES, m, from + 3 * TILE + LANES);
      a0.intoArray(panels, first);
      a1.intoArray(panels, first + LANES);
      b0.intoArray(panels, first + size);
      b1.intoArray(panels, first + size + LANES);
      c0.intoArray(panels, first + 2 * size);
      c1.intoArray(panels, first + 2 * size + LANES);
      d0.intoArray(panels, first + 3 * size);
      d1.intoArray(panels, first + 3 * size + LANES);
    }
  }

  /** Where whole tiles can be read, though they hold other columns, too. */
  private static void maskedToB(
      float[] m, int at, int pitch, int width, int steps, float[] panel, int to) {
    FloatVector zero = FloatVector.zero(SPECIES);
    VectorMask<Float> leftKept = Lanes.below(width);
    VectorMask<Float> rightKept = Lanes.below(width - LANES);
    for (int p = 0; p < steps; p++) {
      FloatVector left = FloatVector.fromArray(SPECIES, m, at + p * pitch);
      FloatVector right = FloatVector.fromArray(SPECIES, m, at + p * pitch + LANES);
      zero.blend(left, leftKept).intoArray(panel, to + p * TILE);
      zero.blend(right, rightKept).intoArray(panel, to + p * TILE + LANES);
    }
  }

  /**
   * B panel from {@code width} matrix rows; the rest of the tile is zero. LANES * TILE behind the
   * panel hold anything afterwards.
   */
  static void rowsToB(float[] m, int at, int pitch, int width, int steps, float[] panel, int to) {
    if (width == TILE && isSquare(m, at + LANES * pitch, pitch, steps)) {
      MicroKernels.transpose(m, at, pitch, panel, to, TILE, 1);
      MicroKernels.transpose(m, at + LANES * pitch, pitch, panel, to + LANES, TILE, 1);
      return;
    }
    if (width < TILE) {
      Arrays.fill(panel, to, to + steps * TILE, 0f);
    }
    rowsToB(m, at, pitch, width, steps, panel, to, TILE);
  }

  /** The same with steps {@code panelPitch} apart; all else stays as it is. */
  static void rowsToB(
      float[] m, int at, int pitch, int width, int steps, float[] panel, int to, int panelPitch) {
    for (int j = 0; j < width; j += LANES) {
      int rows = Math.min(LANES, width - j);
      if (rows == LANES) {
        transpose(m, at + j * pitch, pitch, rows, steps, panel, to + j, panelPitch);
      } else {
        transposeScalar(m, at + j * pitch, pitch, rows, 0, steps, panel, to + j, panelPitch);
      }
    }
  }

  /**
   * {@code panel[to + p * panelPitch + r] = m[at + r * pitch + p]} for r below rows, which is at
   * most LANES; the panel's lanes up to LANES are written too.
   */
  private static void transpose(
      float[] m, int at, int pitch, int rows, int steps, float[] panel, int to, int panelPitch) {
    int p = 0;
    if (rows > FEW && canRead(m, at, pitch, steps)) {
      int blocks = steps / LANES;
      MicroKernels.transpose(m, at, pitch, panel, to, panelPitch, blocks);
      p = blocks * LANES;
      if (p < steps && blocks > 0) {
        // One more block, moved back to end with the rows.
        p = steps - LANES;
        MicroKernels.transpose(m, at + p, pitch, panel, to + p * panelPitch, panelPitch, 1);
        p = steps;
      }
    }
    transposeScalar(m, at, pitch, rows, p, steps, panel, to, panelPitch);
  }

  private static void transposeScalar(
      float[] m,
      int at,
      int pitch,
      int rows,
      int from,
      int steps,
      float[] panel,
      int to,
      int panelPitch) {
    for (int r = 0; r < rows; r++) {
      for (int p = from; p < steps; p++) {
        panel[to + p * panelPitch + r] = m[at + r * pitch + p];
      }
    }
  }
}
