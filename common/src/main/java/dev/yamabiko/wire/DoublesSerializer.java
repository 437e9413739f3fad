package dev.yamabiko.wire;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;

/** Doubles; a length from elsewhere reserves nothing that the bytes cannot hold. */
final class DoublesSerializer extends Serializer<double[]> {

  DoublesSerializer() {
    super(false, true);
  }

  @Override
  public void write(Kryo kryo, Output output, double[] values) {
    output.writeVarInt(values.length, true);
    output.writeDoubles(values, 0, values.length);
  }

  @Override
  public double[] read(Kryo kryo, Input input, Class<? extends double[]> type) {
    int length = input.readVarInt(true);
    int left = input.limit() - input.position();
    if (length < 0 || length > left / Double.BYTES) {
      throw new KryoException("%d doubles in %d bytes".formatted(length, left));
    }
    return input.readDoubles(length);
  }
}
