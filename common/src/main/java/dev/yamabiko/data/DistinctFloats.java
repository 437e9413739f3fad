package dev.yamabiko.data;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The different values of all inputs of a dataset, where these are few enough to be numbered by a
 * byte. Two floats are the same if all their bits are: 0 and -0 are two values, and so are NaNs of
 * different payload.
 */
final class DistinctFloats {

  static final int MOST = 256;

  private static final int SLOT_BITS = 10;
  private static final int SLOTS = 1 << SLOT_BITS;
  private static final int GOLDEN_RATIO = 0x9E3779B9;
  private static final int FLOATS = 1 << 14;

  /** A hash table of bits, open addressing; in each slot that is used, the value's number. */
  private final int[] bits = new int[SLOTS];

  private final short[] numbers = new short[SLOTS];
  private int count;

  private DistinctFloats() {
    Arrays.fill(numbers, (short) -1);
  }

  /** Those of all inputs, or nothing if they are more than {@link #MOST}. */
  static Optional<DistinctFloats> of(List<Dataset> parts) {
    DistinctFloats distinct = new DistinctFloats();
    for (Dataset part : parts) {
      int size = part.inputShape().size();
      int atOnce = Math.max(1, FLOATS / size);
      float[] inputs = new float[atOnce * size];
      for (int from = 0; from < part.size(); from += atOnce) {
        int n = Math.min(atOnce, part.size() - from);
        for (int i = 0; i < n; i++) {
          part.readInput(from + i, inputs, i * size);
        }
        if (!distinct.add(inputs, n * size)) {
          return Optional.empty();
        }
      }
    }
    distinct.sort();
    return Optional.of(distinct);
  }

  private boolean add(float[] values, int n) {
    for (int i = 0; i < n; i++) {
      int value = Float.floatToRawIntBits(values[i]);
      int slot = slot(value);
      if (numbers[slot] < 0) {
        if (count == MOST) {
          return false;
        }
        bits[slot] = value;
        numbers[slot] = (short) count++;
      }
    }
    return true;
  }

  private int slot(int value) {
    int slot = value * GOLDEN_RATIO >>> Integer.SIZE - SLOT_BITS;
    while (numbers[slot] >= 0 && bits[slot] != value) {
      slot = slot + 1 & SLOTS - 1;
    }
    return slot;
  }

  /** Numbers them by their bits, so that the order of the examples does not show. */
  private void sort() {
    int[] sorted = sortedBits();
    for (int i = 0; i < sorted.length; i++) {
      numbers[slot(sorted[i])] = (short) i;
    }
  }

  /** The value of each number, as bits: ascending as unsigned integers. */
  int[] sortedBits() {
    int[] sorted = new int[count];
    int used = 0;
    for (int slot = 0; slot < SLOTS; slot++) {
      if (numbers[slot] >= 0) {
        sorted[used++] = bits[slot] ^ Integer.MIN_VALUE;
      }
    }
    Arrays.sort(sorted);
    for (int i = 0; i < count; i++) {
      sorted[i] ^= Integer.MIN_VALUE;
    }
    return sorted;
  }

  /** The number of a value that is one of them. */
  byte numberOf(float value) {
    int number = numbers[slot(Float.floatToRawIntBits(value))];
    if (number < 0) {
      throw new DataException(
          "the data changed while it was read: an input is now " + value + ", which was not there");
    }
    return (byte) number;
  }
}
