package dev.yamabiko.wire;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.lang.reflect.Array;

/** Numbers of one width; a length from elsewhere reserves nothing that the bytes cannot hold. */
final class ArraySerializer<A> extends Serializer<A> {

  static final ArraySerializer<double[]> DOUBLES =
      new ArraySerializer<>(
          "doubles",
          Double.BYTES,
          (output, values) -> output.writeDoubles(values, 0, values.length),
          Input::readDoubles);

  static final ArraySerializer<float[]> FLOATS =
      new ArraySerializer<>(
          "floats",
          Float.BYTES,
          (output, values) -> output.writeFloats(values, 0, values.length),
          Input::readFloats);

  static final ArraySerializer<long[]> LONGS =
      new ArraySerializer<>(
          "longs",
          Long.BYTES,
          (output, values) -> output.writeLongs(values, 0, values.length),
          Input::readLongs);

  private interface Writing<A> {
    void write(Output output, A values);
  }

  private interface Reading<A> {
    A read(Input input, int length);
  }

  private final String plural;
  private final int bytes;
  private final Writing<A> writing;
  private final Reading<A> reading;

  /**
   * @param bytes of one number
   */
  private ArraySerializer(String plural, int bytes, Writing<A> writing, Reading<A> reading) {
    super(false, true);
    this.plural = plural;
    this.bytes = bytes;
    this.writing = writing;
    this.reading = reading;
  }

  @Override
  public void write(Kryo kryo, Output output, A values) {
    output.writeVarInt(Array.getLength(values), true);
    writing.write(output, values);
  }

  @Override
  public A read(Kryo kryo, Input input, Class<? extends A> type) {
    int length = input.readVarInt(true);
    int left = input.limit() - input.position();
    if (length < 0 || length > left / bytes) {
      throw new KryoException("%d %s in %d bytes".formatted(length, plural, left));
    }
    return reading.read(input, length);
  }
}
