package dev.yamabiko.tensor.vector;

/**
 * A {@link Scratch} whose values from {@link #START} on begin a cache line where that can be had:
 * G1, which most JVMs run with, puts an array as long as this at the beginning of a region, and
 * never moves it. A vector that lies in two lines is read twice; products with such panels take a
 * tenth longer while the core's other hyperthread is busy.
 */
final class LineScratch {

  /** The values of an array begin 16 bytes behind its own beginning, lines are 64 bytes long. */
  static final int START = 12;

  /** 2 MiB: half of a region of 4 MiB, which are those of heaps up to 16 GiB. */
  private static final int LEAST = 1 << 19;

  private final Scratch scratch = new Scratch();

  /** At least this long from START on; the contents are of no meaning after it grew. */
  float[] atLeast(int length) {
    return scratch.atLeast(Math.max(LEAST, START + length));
  }
}
