package dev.yamabiko.tensor.vector;

import dev.yamabiko.tensor.VectorSizes;

/**
 * A {@link Scratch} whose values from {@link #START} on begin a cache line where that can be had:
 * G1, which most JVMs run with, puts an array as long as this at the beginning of a region, and
 * never moves it. A vector that lies in two lines is read twice; products with such panels take a
 * tenth longer while the core's other hyperthread is busy.
 */
final class LineScratch {
  static final int START = VectorSizes.LINE_START;

  private static final int LEAST = VectorSizes.leastLines(Runtime.getRuntime().maxMemory());

  private final Scratch scratch = new Scratch();

  /** At least this long from START on; the contents are of no meaning after it grew. */
  float[] atLeast(int length) {
    return scratch.atLeast(Math.max(LEAST, START + length));
  }
}
