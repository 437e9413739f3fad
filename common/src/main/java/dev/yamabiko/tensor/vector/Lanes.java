package dev.yamabiko.tensor.vector;

import dev.yamabiko.tensor.VectorSizes;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The sizes that follow from this CPU's vector registers. No result depends on them. */
final class Lanes {
  private Lanes() {}

  static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  static final int LANES = SPECIES.length();

  static final VectorSizes SIZES = VectorSizes.ofThisJvm(LANES);

  /** Width of a tile. */
  static final int TILE = SIZES.tile();

  /** Greatest height of a tile. */
  static final int MAX_HEIGHT = SIZES.maxHeight();

  /** The same for tiles that go on from what C holds. */
  static final int MAX_RESUMED = SIZES.maxResumed();

  /** The same for tiles of pixels. */
  static final int MAX_PIXELS = LANES >= 16 ? 14 : 6;

  /** The same for tiles of taps and narrow ones, whose rows need an address register each. */
  static final int MAX_TAPS = LANES >= 16 ? 9 : 5;

  /**
   * The same for tiles of two products side by side, which need a second accumulator; 0 where there
   * are too few registers for that.
   */
  static final int MAX_PAIR = LANES >= 16 ? 6 : 0;

  /** Rows of a shard up to which two side by side take less time than one after the other. */
  static final int MAX_PAIRED_ROWS = 24;

  /** Whether a step is as long in packed panels of A as of B. */
  static final boolean LEVEL = SIZES.level();

  /** Floats per step in a packed A panel. */
  static final int PITCH = SIZES.pitch();

  /** Whether registers are so few that the micro-kernels need fences against spills. */
  static final boolean FENCED = LANES < 16;

  static final int FENCE = 16;

  /** 0, 1, 2, .. */
  private static final float[] NUMBERS = new float[LANES];

  static {
    for (int i = 0; i < LANES; i++) {
      NUMBERS[i] = i;
    }
  }

  /** The first {@code count} lanes, all from LANES on, none up to 0. */
  static VectorMask<Float> below(int count) {
    return FloatVector.fromArray(SPECIES, NUMBERS, 0).compare(VectorOperators.LT, count);
  }

  /**
   * Whether tiles of neighbouring pixels are high enough where they end with a row as long as this.
   */
  static boolean fillsTiles(int pixels) {
    return 4 * pixels >= 3 * MAX_PIXELS * parts(pixels, MAX_PIXELS);
  }

  /** How many parts of at most {@code size} cover {@code total}. */
  static int parts(int total, int size) {
    return VectorSizes.parts(total, size);
  }

  /** Where part i begins when {@code total} is divided as evenly as it goes. */
  static int start(int total, int parts, int i) {
    return (int) ((long) total * i / parts);
  }
}
