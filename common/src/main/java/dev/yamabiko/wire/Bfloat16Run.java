package dev.yamabiko.wire;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.ByteBufferInput;
import com.esotericsoftware.kryo.io.ByteBufferOutput;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import dev.yamabiko.protocol.FloatSegment;
import dev.yamabiko.tensor.Bfloat16;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ShortBuffer;

/**
 * As {@link FloatRun}, but each float takes two bytes, the upper half of the nearest bfloat16. They
 * are converted some at a time in a small array, because a buffer takes single values slowly.
 */
final class Bfloat16Run implements Floats {

  private static final int AT_A_TIME = 1024;

  private final FloatSegment source;
  private final ByteBuffer received;

  private Bfloat16Run(FloatSegment source, ByteBuffer received) {
    this.source = source;
    this.received = received;
  }

  static Bfloat16Run of(float[] values, int at, int length) {
    return new Bfloat16Run(new FloatSegment(values, at, length), null);
  }

  @Override
  public int length() {
    return source == null ? received.remaining() / Short.BYTES : source.length();
  }

  @Override
  public int bytes() {
    return length() * Short.BYTES;
  }

  @Override
  public void copyTo(float[] target, int at) {
    if (source != null) {
      for (int i = 0; i < source.length(); i++) {
        target[at + i] = Bfloat16.nearest(source.values()[source.at() + i]);
      }
      return;
    }
    ShortBuffer view = received.asShortBuffer();
    short[] some = new short[Math.min(AT_A_TIME, view.remaining())];
    for (int done = 0; view.hasRemaining(); ) {
      int count = Math.min(some.length, view.remaining());
      view.get(some, 0, count);
      for (int i = 0; i < count; i++) {
        target[at + done + i] = Bfloat16.of(some[i]);
      }
      done += count;
    }
  }

  private void copyTo(ShortBuffer view) {
    float[] values = source.values();
    short[] some = new short[Math.min(AT_A_TIME, source.length())];
    for (int done = 0; done < source.length(); ) {
      int count = Math.min(some.length, source.length() - done);
      for (int i = 0; i < count; i++) {
        some[i] = Bfloat16.bits(values[source.at() + done + i]);
      }
      view.put(some, 0, count);
      done += count;
    }
  }

  /** Number of floats, then their upper halves, little endian. */
  static final class Bfloat16RunSerializer extends Serializer<Bfloat16Run> {

    @Override
    public void write(Kryo kryo, Output output, Bfloat16Run run) {
      output.writeVarInt(run.length(), true);
      ByteBuffer buffer = ((ByteBufferOutput) output).getByteBuffer();
      int at = output.position();
      run.copyTo(buffer.duplicate().position(at).order(ByteOrder.LITTLE_ENDIAN).asShortBuffer());
      output.setPosition(at + run.bytes());
    }

    @Override
    public Bfloat16Run read(Kryo kryo, Input input, Class<? extends Bfloat16Run> type) {
      return new Bfloat16Run(null, FloatRun.received((ByteBufferInput) input, Short.BYTES));
    }
  }
}
