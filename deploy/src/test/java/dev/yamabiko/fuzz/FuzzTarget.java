package dev.yamabiko.fuzz;

import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Something of the product that reads bytes which somebody else has made.
 *
 * @param refusals what it may throw, and nothing else, where the bytes are not what it reads
 * @param samples what it reads without complaint; all inputs are made of these
 * @param words that mean something to it
 * @param repair puts checksums right, so that what lies behind them is reached
 * @param allowance what one input may make it allocate
 * @param userReads what a refusal says; between nodes only those do who look into a log
 */
record FuzzTarget(
    String name,
    Reader reader,
    Set<Class<? extends Exception>> refusals,
    List<byte[]> samples,
    List<String> words,
    UnaryOperator<byte[]> repair,
    Allowance allowance,
    boolean userReads) {

  /** Reads all of an input, and looks at what it has read. */
  interface Reader {
    void read(byte[] input) throws Exception;
  }

  /**
   * Bytes on the heap, over the whole reading and not at a time.
   *
   * @param base whatever the input
   * @param perByte and so many for each of the input's bytes
   */
  record Allowance(long base, int perByte) {
    long of(int length) {
      return base + (long) perByte * length;
    }
  }

  FuzzTarget {
    refusals = Set.copyOf(refusals);
    samples = List.copyOf(samples);
    words = List.copyOf(words);
  }

  /** Of bytes without checksums. */
  static FuzzTarget of(
      String name,
      Reader reader,
      Set<Class<? extends Exception>> refusals,
      List<byte[]> samples,
      Allowance allowance) {
    return new FuzzTarget(
        name, reader, refusals, samples, List.of(), UnaryOperator.identity(), allowance, true);
  }

  FuzzTarget withWords(String... more) {
    return new FuzzTarget(
        name, reader, refusals, samples, List.of(more), repair, allowance, userReads);
  }

  FuzzTarget repairedBy(UnaryOperator<byte[]> other) {
    return new FuzzTarget(name, reader, refusals, samples, words, other, allowance, userReads);
  }

  FuzzTarget betweenNodes() {
    return new FuzzTarget(name, reader, refusals, samples, words, repair, allowance, false);
  }
}
