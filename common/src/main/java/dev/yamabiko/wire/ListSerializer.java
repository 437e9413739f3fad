package dev.yamabiko.wire;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.util.ArrayList;
import java.util.List;

/** Any list of registered classes, without nulls; read as an immutable one. */
final class ListSerializer extends Serializer<List<?>> {

  ListSerializer() {
    super(false, true);
  }

  @Override
  public void write(Kryo kryo, Output output, List<?> list) {
    output.writeVarInt(list.size(), true);
    list.forEach(element -> kryo.writeClassAndObject(output, element));
  }

  @Override
  public List<?> read(Kryo kryo, Input input, Class<? extends List<?>> type) {
    int size = input.readVarInt(true);
    // An element takes a byte at least: a size from elsewhere reserves nothing by itself.
    if (size < 0 || size > input.limit()) {
      throw new KryoException("a list of " + size + " elements in " + input.limit() + " bytes");
    }
    List<Object> elements = new ArrayList<>(Math.min(size, 1024));
    for (int i = 0; i < size; i++) {
      elements.add(kryo.readClassAndObject(input));
    }
    return List.copyOf(elements);
  }
}
