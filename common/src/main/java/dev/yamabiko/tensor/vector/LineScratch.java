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

  /** Floats that fill half of one of G1's regions, of which a heap has some 2,048. */
  private static final int LEAST = halfRegion(Runtime.getRuntime().maxMemory()) / Float.BYTES;

  /** In bytes; regions have a power of two from 1 MiB to 32 MiB. */
  private static int halfRegion(long heap) {
    long even = Math.max(1 << 20, Math.min(heap / 2048, 1 << 25));
    return (int) Long.highestOneBit(2 * even - 1) / 2;
  }

  private final Scratch scratch = new Scratch();

  /** At least this long from START on; the contents are of no meaning after it grew. */
  float[] atLeast(int length) {
    return scratch.atLeast(Math.max(LEAST, START + length));
  }
}
