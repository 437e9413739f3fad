package dev.yamabiko.tensor;

/**
 * The sizes of tiles and blocks that follow from the width of vector registers; no result depends
 * on them. The vector kernels take theirs from here. As nothing here needs the Vector API, any JVM
 * can tell what another's kernels keep ({@link VectorScratch}).
 *
 * @param lanes floats that a vector holds: 4, 8 or 16
 * @param level whether a step is as long in packed panels of A as of B, so that kernels go through
 *     both by one index
 */
public record VectorSizes(int lanes, boolean level) {

  /** Floats of X that a weight gradient packs at a time: few, so that rows of dW lie near. */
  public static final int A_BLOCK = 1 << 14;

  /** The most, where batches are long: 4 MB, unless a single panel is longer. */
  public static final int A_MOST = 1 << 20;

  /** Panels that are best made at once. */
  public static final int GROUP = 4;

  /** The values of an array begin 16 bytes behind its own beginning, cache lines are 64 bytes. */
  public static final int LINE_START = 12;

  /**
   * What slots of a weight gradient's tree there are: one for each level, the result's and that of
   * what is stored at no level.
   */
  public static final int SLOTS = Integer.SIZE + 2;

  /**
   * Of vectors with so many lanes in this JVM. Of Java 17's C2 a level step takes 7 instructions of
   * 37 off a step of six rows, and dense layers are 3 to 15 percent faster, the more the busier the
   * core's other hyperthread is; Java 25's, which needs 31 instructions either way, is a tenth
   * slower for the room that A takes in the caches.
   */
  public static VectorSizes ofThisJvm(int lanes) {
    return new VectorSizes(lanes, lanes == 8 && Runtime.version().feature() < 21);
  }

  /** Width of a tile: two vectors. */
  public int tile() {
    return 2 * lanes;
  }

  /**
   * Greatest height of a tile: as many accumulators as fit into 32 registers (AVX-512) or else 16,
   * as far as the JVM's compilers go along. The first refuses methods that are much larger than a
   * kernel of 14 rows, and then the second may never be asked. The second stops inlining where it
   * is once it has made 18,000 nodes, which a kernel of 13 rows may do or not, as its profile has
   * it; then it does not know the vectors' class where they are stored and puts each into an
   * object. Either way a process in so many runs at a small part of its speed to its end.
   */
  public int maxHeight() {
    return lanes >= 16 ? 12 : 6;
  }

  /**
   * The same for tiles that go on from what C holds, which is more to compile, or may do so, as
   * those do for which B is not packed.
   */
  public int maxResumed() {
    return lanes >= 16 ? 10 : 6;
  }

  /** Floats per step in a packed A panel: a power of two, else C2 keeps range checks. */
  public int pitch() {
    return lanes >= 16 ? 16 : level ? tile() : 8;
  }

  /**
   * Steps per block of a product: a panel of B, 64 KB, is more than the first-level cache holds,
   * but the second feeds the kernels in time, and where C is to be gone on from it costs more.
   */
  public int productSteps() {
    return lanes >= 16 ? 512 : 1024;
  }

  /** Rows of A per block of a product: about 1 MB. */
  public int productRows() {
    return 40 * maxHeight();
  }

  /** The longest of the parts that a product's k steps are divided into. */
  private int mostSteps(int k) {
    return parts(k, parts(k, productSteps()));
  }

  /** Room behind A panels, for one of fewer steps than lanes, which is written as if of so many. */
  private int behindA() {
    return lanes * pitch();
  }

  /** The same behind B panels. */
  private int behindB() {
    return lanes * tile();
  }

  /** Floats that a product C [m, n] = A [m, k] B packs of A. */
  public int productA(int m, int k) {
    int panels = parts(Math.min(productRows(), m), maxResumed());
    return panels * pitch() * mostSteps(k) + behindA();
  }

  /**
   * Floats that it packs of B, behind a tile. What a panel takes of each row of B is long by itself
   * where B is turned; else a group of panels is made at once. Where a panel of B is used once, all
   * can take the same place, which stays in the cache.
   */
  public int productB(int m, int n, int k, boolean turned) {
    int panels = m > productRows() ? parts(n, tile()) : turned ? 1 : GROUP;
    return tileRoom() + panels * tile() * mostSteps(k) + behindB();
  }

  /** Floats of the highest tile. */
  public int tileRoom() {
    return maxHeight() * tile();
  }

  /** What a tree's slots take of the array that they share with a weight gradient's panels of B. */
  public int slotsRoom() {
    return SLOTS * tileRoom();
  }

  /**
   * Panels of X that a weight gradient over so many rows packs at once: where that can be, a group,
   * whose columns are read together.
   */
  public int gradientPanels(int rows) {
    int panel = pitch() * rows;
    int group = Math.min(GROUP, A_MOST / panel);
    return Math.max(1, Math.max(group, A_BLOCK / panel));
  }

  /**
   * Floats of A, one for each lane of its panels, that a weight gradient packs of each row at once:
   * where batches are long, of one panel, or of all where it is turned.
   */
  long gradientAPerRow(int in, int out) {
    return (long) (turnsGradient(in, out) ? parts(out, maxResumed()) : 1) * pitch();
  }

  /** The same of B. */
  long gradientBPerRow(int in, int out) {
    return (long) (turnsGradient(in, out) ? 1 : parts(out, tile())) * tile();
  }

  /** The rows of which a weight gradient [in, out] can pack, as an array holds no more. */
  public int mostRows(int in, int out) {
    long perRow = Math.max(gradientAPerRow(in, out), gradientBPerRow(in, out));
    return (int) Math.max(1, (KernelScratch.MOST_FLOATS - LINE_START - slotsRoom()) / perRow);
  }

  /** Floats that a weight gradient packs of all n columns of B, behind the tree's slots. */
  public long gradientB(int rows, int n) {
    return slotsRoom() + (long) parts(n, tile()) * tile() * rows;
  }

  /** Whether a weight gradient [in, out] has too few columns to fill a tile's width. */
  public boolean turnsGradient(int in, int out) {
    return out <= lanes && in >= tile();
  }

  /**
   * Floats of the shortest array that begins at a cache line: they fill half of one of G1's
   * regions, of which a heap of so many bytes has some 2,048. Regions have a power of two from 1
   * MiB to 32 MiB.
   */
  public static int leastLines(long heap) {
    long even = Math.max(1 << 20, Math.min(heap / 2048, 1 << 25));
    return (int) Long.highestOneBit(2 * even - 1) / 2 / Float.BYTES;
  }

  /** How many parts of at most {@code size} cover {@code total}. */
  public static int parts(int total, int size) {
    return (total + size - 1) / size;
  }
}
