package dev.yamabiko.data;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Bytes in one long row, in the heap or mapped from a file, cut into buffers because one of them
 * holds less than 2 GiB. All but the last are of the same size, a power of two of at least 8, so
 * that a number of 1, 2, 4 or 8 bytes at a multiple of its size never lies in two of them.
 *
 * <p>All reading is absolute and therefore safe from any thread. Nobody may change or cut a file
 * while it is mapped: what is cut off can no longer be read, and the JVM says so with an error.
 */
final class Segments {

  /** The binary logarithm of a segment's size. */
  static final int MAPPED_BITS = 30;

  static final int HEAP_BITS = 26;

  private static final int FEWEST_BITS = 3;

  private final ByteBuffer[] buffers;
  private final int bits;
  private final long length;

  /** Reachable as long as these bytes are. */
  private final Object companion;

  private Segments(ByteBuffer[] buffers, int bits, long length, Object companion) {
    this.buffers = buffers;
    this.bits = bits;
    this.length = length;
    this.companion = companion;
  }

  private Segments(ByteBuffer[] buffers, int bits, long length) {
    this(buffers, bits, length, null);
  }

  /** Maps {@code length} bytes of a file that holds them, from {@code offset} on. */
  static Segments map(Path file, long offset, long length, int bits) throws IOException {
    checkBits(bits);
    ByteBuffer[] buffers = new ByteBuffer[Math.toIntExact((length + (1L << bits) - 1) >>> bits)];
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      for (int i = 0; i < buffers.length; i++) {
        long from = (long) i << bits;
        long size = Math.min(1L << bits, length - from);
        buffers[i] = channel.map(FileChannel.MapMode.READ_ONLY, offset + from, size);
      }
    }
    return new Segments(buffers, bits, length).ordered(ByteOrder.LITTLE_ENDIAN);
  }

  /** Bytes that are in the heap already; the array is owned by the result. */
  static Segments wrap(byte[] bytes) {
    ByteBuffer[] one = {ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN)};
    return new Segments(one, Integer.SIZE - 1, bytes.length);
  }

  private static void checkBits(int bits) {
    if (bits < FEWEST_BITS || bits > MAPPED_BITS) {
      throw new IllegalArgumentException("a segment has 2^3 to 2^30 bytes, not 2^" + bits);
    }
  }

  /** The same bytes, whose numbers are read in this order; without a copy. */
  Segments ordered(ByteOrder order) {
    ByteBuffer[] ordered = new ByteBuffer[buffers.length];
    for (int i = 0; i < buffers.length; i++) {
      ordered[i] = buffers[i].duplicate().order(order);
    }
    return new Segments(ordered, bits, length, companion);
  }

  /** The same bytes, which keep this object reachable. */
  Segments with(Object companion) {
    return new Segments(buffers, bits, length, companion);
  }

  long length() {
    return length;
  }

  /** Which buffer holds this position. */
  int number(long position) {
    return (int) (position >>> bits);
  }

  /** The buffer that holds this position; only absolute reads are allowed. */
  ByteBuffer buffer(long position) {
    return buffers[number(position)];
  }

  /** Each buffer as floats; as with all buffers here only absolute reads are allowed. */
  FloatBuffer[] floats() {
    return Arrays.stream(buffers).map(ByteBuffer::asFloatBuffer).toArray(FloatBuffer[]::new);
  }

  /** Where this position lies in its buffer. */
  int offset(long position) {
    return (int) (position & (1L << bits) - 1);
  }

  double getDouble(long position) {
    return buffer(position).getDouble(offset(position));
  }

  int getInt(long position) {
    return buffer(position).getInt(offset(position));
  }

  byte[] bytes(long from, int count) {
    byte[] bytes = new byte[count];
    for (int done = 0; done < count; ) {
      ByteBuffer buffer = buffer(from + done);
      int at = offset(from + done);
      int n = Math.min(count - done, buffer.limit() - at);
      buffer.get(at, bytes, done, n);
      done += n;
    }
    return bytes;
  }

  int crc32c() {
    CRC32C crc = new CRC32C();
    for (ByteBuffer buffer : buffers) {
      crc.update(buffer.duplicate());
    }
    return (int) crc.getValue();
  }

  /** Keeps what is written to it in the heap, and takes no more of that than is really written. */
  static final class Writer extends OutputStream {
    private static final int FIRST = 1 << 10;

    private final int bits;
    private final List<byte[]> full = new ArrayList<>();
    private byte[] last;
    private int used;

    Writer(int bits) {
      checkBits(bits);
      this.bits = bits;
      last = new byte[Math.min(FIRST, 1 << bits)];
    }

    @Override
    public void write(int b) {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] from, int at, int count) {
      for (int done = 0; done < count; ) {
        if (used == last.length) {
          grow();
        }
        int n = Math.min(count - done, last.length - used);
        System.arraycopy(from, at + done, last, used, n);
        used += n;
        done += n;
      }
    }

    private void grow() {
      if (used < 1 << bits) {
        last = Arrays.copyOf(last, 2 * used);
      } else {
        full.add(last);
        last = new byte[1 << bits];
        used = 0;
      }
    }

    /** What was written; nothing may be written after this. */
    Segments segments() {
      List<byte[]> all = new ArrayList<>(full);
      all.add(Arrays.copyOf(last, used));
      long length = ((long) full.size() << bits) + used;
      return new Segments(
              all.stream().map(ByteBuffer::wrap).toArray(ByteBuffer[]::new), bits, length)
          .ordered(ByteOrder.LITTLE_ENDIAN);
    }
  }
}
