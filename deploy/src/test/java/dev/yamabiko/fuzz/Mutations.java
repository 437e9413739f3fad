package dev.yamabiko.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Makes inputs of other ones: bits are flipped, parts are cut out, doubled, repeated and taken from
 * another input, what may be a length is blown up, and words are put in.
 */
final class Mutations {

  /** Longer inputs say little more, and take long. */
  static final int MOST_BYTES = 1 << 16;

  private static final int MOST_CHANGES = 8;
  private static final int MOST_REPEATS = 2000;

  /** At the edges of what numbers of 8 to 64 bits hold. */
  private static final long[] EDGES = {
    0,
    1,
    -1,
    2,
    7,
    8,
    16,
    127,
    128,
    255,
    256,
    1000,
    32_767,
    32_768,
    65_535,
    65_536,
    1 << 20,
    1 << 24,
    Integer.MAX_VALUE - 8,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    0xFFFF_FFFFL,
    1L << 32,
    1L << 40,
    Long.MAX_VALUE,
    Long.MIN_VALUE
  };

  private static final List<String> NUMBERS =
      List.of(
          "0",
          "-1",
          "1e999",
          "-1e-999",
          "NaN",
          "2147483647",
          "2147483648",
          "4294967296",
          "0.1",
          "9223372036854775807",
          "9223372036854775808",
          "99999999999999999999999999",
          "1e9",
          "");

  private final Random random;
  private final List<String> words;

  Mutations(Random random, List<String> words) {
    this.random = random;
    this.words = words;
  }

  byte[] of(List<byte[]> pool) {
    byte[] bytes = pool.get(random.nextInt(pool.size()));
    // Few changes more often than many: each may already end in the first refusal.
    int changes = 1 + Math.min(random.nextInt(MOST_CHANGES), random.nextInt(MOST_CHANGES));
    for (int i = 0; i < changes; i++) {
      bytes = changed(bytes, pool);
    }
    return bytes.length > MOST_BYTES ? Arrays.copyOf(bytes, MOST_BYTES) : bytes;
  }

  private byte[] changed(byte[] bytes, List<byte[]> pool) {
    if (bytes.length == 0) {
      return noise(1 + random.nextInt(16));
    }
    int at = random.nextInt(bytes.length);
    int to = Math.min(bytes.length, at + 1 + random.nextInt(random.nextBoolean() ? 8 : 200));
    return switch (random.nextInt(13)) {
      case 0, 1 -> flipped(bytes, at);
      case 2 -> with(bytes, at, (byte) random.nextInt(256));
      case 3, 4 -> withNumber(bytes, at);
      case 5 -> replaced(bytes, at, to, new byte[0]);
      case 6 -> Arrays.copyOf(bytes, at);
      case 7 -> replaced(bytes, at, at, Arrays.copyOfRange(bytes, at, to));
      case 8 -> replaced(bytes, at, at, repeated(Arrays.copyOfRange(bytes, at, to)));
      case 9 -> replaced(bytes, at, random.nextBoolean() ? at : to, noise(random.nextInt(16)));
      case 10 -> spliced(bytes, at, pool.get(random.nextInt(pool.size())));
      case 11 -> withDigits(bytes, at);
      default -> withWord(bytes, at, to);
    };
  }

  private byte[] flipped(byte[] bytes, int at) {
    return with(bytes, at, (byte) (bytes[at] ^ 1 << random.nextInt(8)));
  }

  private static byte[] with(byte[] bytes, int at, byte value) {
    byte[] changed = bytes.clone();
    changed[at] = value;
    return changed;
  }

  /** Of 1, 2, 4 or 8 bytes in either order, or of as many as Kryo takes. */
  private byte[] withNumber(byte[] bytes, int at) {
    long number = EDGES[random.nextInt(EDGES.length)];
    int width = 1 << random.nextInt(4);
    boolean little = random.nextBoolean();
    if (random.nextInt(3) == 0) {
      return replaced(bytes, at, at + 1, variable(number));
    }
    byte[] changed = bytes.clone();
    for (int i = 0; i < width && at + i < bytes.length; i++) {
      int shift = Byte.SIZE * (little ? i : width - 1 - i);
      changed[at + i] = (byte) (number >>> shift);
    }
    return changed;
  }

  private static byte[] variable(long number) {
    byte[] bytes = new byte[9];
    int length = 0;
    long rest = number;
    while (length < bytes.length - 1 && rest >>> 7 != 0) {
      bytes[length++] = (byte) (rest & 0x7F | 0x80);
      rest >>>= 7;
    }
    bytes[length++] = (byte) rest;
    return Arrays.copyOf(bytes, length);
  }

  /** The decimal number that stands there, or next, becomes another one. */
  private byte[] withDigits(byte[] bytes, int from) {
    int at = from;
    while (at < bytes.length && !isDigit(bytes[at])) {
      at++;
    }
    int to = at;
    while (to < bytes.length && isDigit(bytes[to])) {
      to++;
    }
    String number = NUMBERS.get(random.nextInt(NUMBERS.size()));
    return replaced(bytes, at, to, number.getBytes(StandardCharsets.US_ASCII));
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }

  private byte[] withWord(byte[] bytes, int at, int to) {
    if (words.isEmpty()) {
      return flipped(bytes, at);
    }
    byte[] word = words.get(random.nextInt(words.size())).getBytes(StandardCharsets.UTF_8);
    return replaced(bytes, at, random.nextBoolean() ? at : to, word);
  }

  private byte[] repeated(byte[] part) {
    int most = random.nextInt(8) == 0 ? MOST_REPEATS : 8;
    int count = Math.min(1 + random.nextInt(most), MOST_BYTES / part.length);
    byte[] all = new byte[count * part.length];
    for (int i = 0; i < all.length; i++) {
      all[i] = part[i % part.length];
    }
    return all;
  }

  private byte[] spliced(byte[] bytes, int at, byte[] other) {
    int from = random.nextInt(other.length + 1);
    return replaced(bytes, at, bytes.length, Arrays.copyOfRange(other, from, other.length));
  }

  private byte[] noise(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] replaced(byte[] bytes, int at, int to, byte[] by) {
    byte[] changed = new byte[bytes.length - (to - at) + by.length];
    System.arraycopy(bytes, 0, changed, 0, at);
    System.arraycopy(by, 0, changed, at, by.length);
    System.arraycopy(bytes, to, changed, at + by.length, bytes.length - to);
    return changed;
  }
}
