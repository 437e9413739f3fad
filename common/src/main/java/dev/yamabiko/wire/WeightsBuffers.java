package dev.yamabiko.wire;

import dev.yamabiko.protocol.RunKey;
import java.util.HashMap;
import java.util.Map;

/**
 * Where a worker's weights are put together: two arrays for each slice, by parity of the step.
 * Weights[t + 2] begin to arrive only after step t + 1, and so step t, has closed on that slice;
 * whoever still reads weights[t] then computes what is dropped as stale. Weights of a lineage gone
 * by may still come after newer ones: nobody reads them, and they spoil none of these.
 *
 * <p>Memory: 8 bytes per parameter. Used on the event loop.
 */
final class WeightsBuffers {

  private static final int PARITIES = 2;

  private final long mostBytes;
  private final Map<Integer, float[][]> bySlice = new HashMap<>();
  private long bytes;

  /** Of the newest lineage that weights have come of; null before the first. */
  private RunKey newest;

  /**
   * @param mostBytes of all arrays together
   */
  WeightsBuffers(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  float[] take(BulkFrame.WeightsBegin begin) throws BulkException {
    RunKey key = begin.key();
    if (newest == null || newest.isOlderThan(key)) {
      newest = key;
    }
    float[][] pair = bySlice.computeIfAbsent(begin.slice(), slice -> new float[PARITIES][]);
    int parity = (int) Math.floorMod(begin.step(), (long) PARITIES);
    int old = pair[parity] == null ? 0 : pair[parity].length;
    int total = begin.total();
    if (pair[parity] == null || old != total) {
      long needed = bytes + ((long) total - old) * Float.BYTES;
      if (total < 0 || needed > mostBytes) {
        throw new BulkException(
            "weights of %s floats need more than %d bytes (held %d)"
                .formatted(Integer.toUnsignedString(total), mostBytes, bytes));
      }
      bytes = needed;
      pair[parity] = new float[total];
    }
    return key.isOlderThan(newest) ? new float[total] : pair[parity];
  }
}
