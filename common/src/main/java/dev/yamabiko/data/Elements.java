package dev.yamabiko.data;

import java.nio.ByteBuffer;

/** Numbers of one type in one long row, read as floats from any thread. */
final class Elements {

  private final Segments segments;
  private final Decoder decoder;
  private final long first;

  Elements(Segments segments, Decoder decoder) {
    this(segments, decoder, 0);
  }

  /** Those from element {@code first} of the segments on. */
  Elements(Segments segments, Decoder decoder, long first) {
    this.segments = segments.ordered(decoder.order());
    this.decoder = decoder;
    this.first = first;
  }

  Decoder decoder() {
    return decoder;
  }

  void read(long from, float[] into, int at, int count) {
    int bytes = decoder.type().bytes();
    for (int done = 0; done < count; ) {
      long position = (first + from + done) * bytes;
      ByteBuffer buffer = segments.buffer(position);
      int offset = segments.offset(position);
      int n = Math.min(count - done, (buffer.limit() - offset) / bytes);
      decoder.decode(buffer, segments.floats(position), offset, into, at + done, n);
      done += n;
    }
  }

  /** The number as the file holds it, before it is scaled. */
  double original(long index) {
    long position = (first + index) * decoder.type().bytes();
    return decoder.type().read(segments.buffer(position), segments.offset(position));
  }
}
