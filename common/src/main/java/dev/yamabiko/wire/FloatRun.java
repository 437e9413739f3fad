package dev.yamabiko.wire;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.ByteBufferInput;
import com.esotericsoftware.kryo.io.ByteBufferOutput;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import dev.yamabiko.protocol.FloatSegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Floats of one frame. One that is sent refers to the array, one that was received to the frame's
 * direct buffer and is valid only while the frame is handled; so floats are copied once on either
 * side, many at a time, through a little-endian {@code FloatBuffer} view.
 */
final class FloatRun implements Floats {

  private final FloatSegment source;
  private final ByteBuffer received;

  private FloatRun(FloatSegment source, ByteBuffer received) {
    this.source = source;
    this.received = received;
  }

  static FloatRun of(float[] values, int at, int length) {
    return new FloatRun(new FloatSegment(values, at, length), null);
  }

  @Override
  public int length() {
    return source == null ? received.remaining() / Float.BYTES : source.length();
  }

  @Override
  public int bytes() {
    return length() * Float.BYTES;
  }

  @Override
  public void copyTo(float[] target, int at) {
    if (source == null) {
      received.asFloatBuffer().get(target, at, length());
    } else {
      System.arraycopy(source.values(), source.at(), target, at, source.length());
    }
  }

  /** Number of floats, then the floats, little endian. */
  static final class FloatRunSerializer extends Serializer<FloatRun> {

    @Override
    public void write(Kryo kryo, Output output, FloatRun run) {
      output.writeVarInt(run.length(), true);
      ByteBuffer buffer = ((ByteBufferOutput) output).getByteBuffer();
      int at = output.position();
      ByteBuffer view = buffer.duplicate().position(at).order(ByteOrder.LITTLE_ENDIAN);
      view.asFloatBuffer().put(run.source.values(), run.source.at(), run.source.length());
      output.setPosition(at + run.bytes());
    }

    @Override
    public FloatRun read(Kryo kryo, Input input, Class<? extends FloatRun> type) {
      return new FloatRun(null, received((ByteBufferInput) input, Float.BYTES));
    }
  }

  /** The number of floats and then as many, of so many bytes each: these. */
  static ByteBuffer received(ByteBufferInput input, int bytesEach) {
    int length = input.readVarInt(true);
    int left = (input.limit() - input.position()) / bytesEach;
    if (length < 0 || length > left) {
      throw new KryoException("%d floats in a frame that has %d".formatted(length, left));
    }
    int at = input.position();
    int bytes = length * bytesEach;
    ByteBuffer buffer = input.getByteBuffer();
    input.setPosition(at + bytes);
    return buffer.slice(at, bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
