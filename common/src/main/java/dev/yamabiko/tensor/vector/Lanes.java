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
   * Greatest height of a tile: as many accumulators as fit into 32 registers (AVX-512) or else 16,
   * as far as the JVM's compilers go along. The first refuses methods that are much larger than a
   * kernel of 14 rows, and then the second may never be asked. The second stops inlining where it
   * is once it has made 18,000 nodes, which a kernel of 13 rows may do or not, as its profile has
   * it; then it does not know the vectors' class where they are stored and puts each into an
   * object. Either way a process in so many runs at a small part of its speed to its end.
   */
  static final int MAX_HEIGHT = LANES >= 16 ? 12 : 6;

  /**
   * The same for tiles that go on from what C holds, which is more to compile, or may do so, as
   * those do for which B is not packed.
   */
  static final int MAX_RESUMED = LANES >= 16 ? 10 : 6;

  /** The same for tiles of pixels. */
  static final int MAX_PIXELS = LANES >= 16 ? 14 : 6;

  /** The same for tiles of taps and narrow ones, whose rows need an address register each. */
  static final int MAX_TAPS = LANES >= 16 ? 9 : 5;

  /**
   * The same for tiles of two products side by side, which need a second accumulator; 0 where there
   * are too few registers for that.
   */
  static final int MAX_PAIR = LANES >= 16 ? 6 : 0;

  /** The same for tiles of a product to which tiles are added, which is more to compile, too. */
  static final int MAX_ADDED = LANES >= 16 ? 0 : 6;

  /** Rows of a shard up to which two side by side take less time than one after the other. */
  static final int MAX_PAIRED_ROWS = 24;

  /**
   * Whether a step is as long in packed panels of A as of B, so that kernels go through both by one
   * index. Of Java 17's C2 it takes 7 instructions of 37 off a step of six rows, and dense layers
   * are 3 to 15 percent faster, the more the busier the core's other hyperthread is; Java 25's,
   * which needs 31 instructions either way, is a tenth slower for the room that A takes in the
   * caches.
   */
  static final boolean LEVEL = LANES == 8 && Runtime.version().feature() < 21;

  /** Floats per step in a packed A panel: a power of two, else C2 keeps range checks. */
  static final int PITCH = LANES >= 16 ? 16 : LEVEL ? TILE : 8;

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
