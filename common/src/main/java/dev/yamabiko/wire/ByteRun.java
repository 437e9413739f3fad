package dev.yamabiko.wire;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.ByteBufferInput;
import com.esotericsoftware.kryo.io.ByteBufferOutput;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.nio.ByteBuffer;

/**
 * Bytes of a dataset block in one frame, as a view: of the block when sent, of the frame's direct
 * buffer when received, and then valid only while the frame is handled.
 */
record ByteRun(ByteBuffer bytes) {

  int length() {
    return bytes.remaining();
  }

  /** Number of bytes, then the bytes. */
  static final class ByteRunSerializer extends Serializer<ByteRun> {

    @Override
    public void write(Kryo kryo, Output output, ByteRun run) {
      output.writeVarInt(run.length(), true);
      int at = output.position();
      ByteBuffer buffer = ((ByteBufferOutput) output).getByteBuffer();
      buffer.duplicate().position(at).put(run.bytes().duplicate());
      output.setPosition(at + run.length());
    }

    @Override
    public ByteRun read(Kryo kryo, Input input, Class<? extends ByteRun> type) {
      int length = input.readVarInt(true);
      int left = input.limit() - input.position();
      if (length < 0 || length > left) {
        throw new KryoException("%d bytes in a frame that has %d".formatted(length, left));
      }
      int at = input.position();
      ByteBuffer buffer = ((ByteBufferInput) input).getByteBuffer();
      input.setPosition(at + length);
      return new ByteRun(buffer.slice(at, length));
    }
  }
}
