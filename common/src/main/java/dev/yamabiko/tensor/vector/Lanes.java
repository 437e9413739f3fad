package dev.yamabiko.tensor.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The sizes that follow from this CPU's vector registers. No result depends on them. */
final class Lanes {
  private Lanes() {}

  static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  static final int LANES = SPECIES.length();

  /** Width of a tile: two vectors. */
  static final int TILE = 2 * LANES;

  /**
   * Greatest height of a tile: the accumulators nearly fill 32 registers (AVX-512) or else 16. The
   * first of the JVM's two compilers refuses methods that are much larger than the kernels of this
   * height, and then the second may never be asked: a process in so many ran at a tenth of the
   * speed to its end. So these kernels add nothing when their chains are done.
   */
  static final int MAX_HEIGHT = LANES >= 16 ? 12 : 6;

  /**
   * The same for tiles that go on from what C holds. To load 28 accumulators, too, is more than the
   * second compiler takes: once it has made 18,000 nodes it leaves what is yet to be inlined for
   * later, and then does not know the vectors' class where they are stored. It does not fail, it
   * puts every vector into an object: a process in three ran at a fiftieth of its speed to its end.
   */
  static final int MAX_RESUMED = LANES >= 16 ? 10 : 6;

  /** The same for tiles of pixels. */
  static final int MAX_PIXELS = LANES >= 16 ? 14 : 6;

  /** The same for tiles of taps, whose rows need an address register each. */
  static final int MAX_TAPS = LANES >= 16 ? 9 : 5;

  /**
   * The same for tiles of two products side by side, which need a second accumulator; 0 where there
   * are too few registers for that.
   */
  static final int MAX_PAIR = LANES >= 16 ? 6 : 0;

  /** Rows of a shard up to which two side by side take less time than one after the other. */
  static final int MAX_PAIRED_ROWS = 24;

  /** Floats per step in a packed A panel: a power of two, else C2 keeps range checks. */
  static final int PITCH = LANES >= 16 ? 16 : 8;

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
    return (total + size - 1) / size;
  }

  /** Where part i begins when {@code total} is divided as evenly as it goes. */
  static int start(int total, int parts, int i) {
    return (int) ((long) total * i / parts);
  }
}
