package dev.yamabiko.wire;

import dev.yamabiko.protocol.SliceMessage;
import dev.yamabiko.step.Block;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * Where one link's contributions are put together: an array for each slice and block, used again in
 * later steps. That is safe because a slice reads a contribution that was only lent to it until its
 * step closes, and the worker sends the next step's only after the step has closed on all slices.
 *
 * <p>What is there only after its slice has closed the step is read at any time later, to compare
 * it: its array is given away and not used again. A contribution that is repeated, or older than
 * the newest, gets an array of its own, since the slice may be reading the other.
 *
 * <p>Memory: 4 bytes per parameter for each block that the worker held in its present or its last
 * step; what a smaller lease has no use for goes with the step after. What has an array of its own
 * is its reader's, and not counted. Used under the link's lock.
 */
final class ContributionBuffers {

  private static final int STEPS_KEPT = 2;

  private record Place(int slice, Block block) {}

  private static final class Buffer {
    float[] values;
    Version version;
    boolean whole;
    long lastUse;
  }

  private final long mostBytes;
  private final Map<Place, Buffer> buffers = new HashMap<>();
  private Version newest;
  // Number of different steps seen so far.
  private long steps;
  private long bytes;

  /**
   * @param mostBytes of all arrays together
   */
  ContributionBuffers(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  /**
   * An assembly whose array stays untouched until the worker's next step, or for good.
   *
   * @param closed whether the slice has closed the step, once the array is whole
   */
  FloatAssembly begin(BulkFrame.ContributionBegin begin, BooleanSupplier closed, Whole whole)
      throws BulkException {
    Version version = new Version(begin.key(), begin.step());
    boolean old = newest != null && newest.isNewerThan(version);
    if (newest == null || version.isNewerThan(newest)) {
      newest = version;
      steps++;
      dropUnused();
    }
    Place place = new Place(begin.slice(), begin.block());
    Buffer buffer = buffers.get(place);
    boolean repeated = buffer != null && buffer.whole && buffer.version.equals(version);
    if (repeated || old) {
      reserve(begin.total(), 0);
      float[] values = new float[begin.total()];
      return new FloatAssembly(values, () -> whole.whole(values, SliceMessage.Floats.GIVEN));
    }
    if (buffer == null || buffer.values.length != begin.total()) {
      int before = buffer == null ? 0 : buffer.values.length;
      reserve(begin.total(), before);
      bytes += ((long) begin.total() - before) * Float.BYTES;
      buffer = new Buffer();
      buffer.values = new float[begin.total()];
      buffers.put(place, buffer);
    }
    buffer.version = version;
    buffer.whole = false;
    buffer.lastUse = steps;
    Buffer used = buffer;
    return new FloatAssembly(
        used.values,
        () -> {
          used.whole = true;
          boolean late = closed.getAsBoolean();
          if (late && buffers.remove(place, used)) {
            bytes -= (long) used.values.length * Float.BYTES;
          }
          whole.whole(used.values, late ? SliceMessage.Floats.GIVEN : SliceMessage.Floats.LENT);
        });
  }

  /** Takes the finished array, given or lent. */
  interface Whole {
    void whole(float[] values, SliceMessage.Floats floats);
  }

  private void reserve(int floats, int insteadOf) throws BulkException {
    long needed = bytes + ((long) floats - insteadOf) * Float.BYTES;
    if (floats < 0 || needed > mostBytes) {
      throw new BulkException(
          "a contribution of %s floats needs more than the %d bytes of a link (held %d)"
              .formatted(Integer.toUnsignedString(floats), mostBytes, bytes));
    }
  }

  private void dropUnused() {
    buffers
        .values()
        .removeIf(
            buffer -> {
              boolean unused = buffer.lastUse <= steps - STEPS_KEPT;
              if (unused) {
                bytes -= (long) buffer.values.length * Float.BYTES;
              }
              return unused;
            });
  }

  /** Whoever has been given an array keeps it; here none is used again. */
  void clear() {
    buffers.clear();
    bytes = 0;
  }

  /** Bytes of the arrays that are kept. */
  long bytes() {
    return bytes;
  }
}
