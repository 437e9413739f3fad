package dev.yamabiko.data;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Writes little-endian floats, as {@link Decoder#FLOATS} reads them. */
final class FloatWriter {

  private static final int BUFFER = 1 << 13;

  private final OutputStream out;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);

  FloatWriter(OutputStream out) {
    this.out = out;
  }

  void write(float x) throws IOException {
    if (!buffer.hasRemaining()) {
      flush();
    }
    buffer.putFloat(x);
  }

  /** Must be called at the end. */
  void flush() throws IOException {
    out.write(buffer.array(), 0, buffer.position());
    buffer.clear();
  }
}
