package dev.yamabiko.data;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/** Numbers of one type in one long row, read as floats from any thread. */
final class Elements {

  private final Segments segments;
  private final Decoder decoder;
  private final long first;

  /** The segments as floats, for elements that are read as they are; else null. */
  private final FloatBuffer[] floats;

  Elements(Segments segments, Decoder decoder) {
    this(segments, decoder, 0);
  }

  /** Those from element {@code first} of the segments on. */
  Elements(Segments segments, Decoder decoder, long first) {
    this.segments = segments.ordered(decoder.order());
    this.decoder = decoder;
    this.first = first;
    floats = decoder.isPlainFloats() ? this.segments.floats() : null;
  }

  Decoder decoder() {
    return decoder;
  }

  /** Allocates nothing. */
  void read(long from, float[] into, int at, int count) {
    int bytes = decoder.type().bytes();
    for (int done = 0; done < count; ) {
      long position = (first + from + done) * bytes;
      ByteBuffer buffer = segments.buffer(position);
      int offset = segments.offset(position);
      int n = Math.min(count - done, (buffer.limit() - offset) / bytes);
      if (floats == null) {
        decoder.decode(buffer, offset, into, at + done, n);
      } else {
        // Segments begin at an element, so that the view's index is exact.
        floats[segments.number(position)].get(offset / Float.BYTES, into, at + done, n);
      }
      done += n;
    }
  }

  /** The number as the file holds it, before it is scaled. */
  double original(long index) {
    long position = (first + index) * decoder.type().bytes();
    return decoder.type().read(segments.buffer(position), segments.offset(position));
  }
}
