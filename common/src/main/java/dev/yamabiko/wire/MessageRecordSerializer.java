package dev.yamabiko.wire;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.serializers.RecordSerializer;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Optional;

/**
 * A record whose components are all there, and whose lists and optionals hold what they are
 * declared to hold: bytes from elsewhere that say something else are refused where they are read,
 * not later by whoever trusts the types.
 */
final class MessageRecordSerializer<T> extends RecordSerializer<T> {

  private final RecordComponent[] components;

  MessageRecordSerializer(Class<T> type) {
    super(type);
    components = type.getRecordComponents();
    for (RecordComponent component : components) {
      component.getAccessor().setAccessible(true);
    }
  }

  @Override
  public T read(Kryo kryo, Input input, Class<? extends T> type) {
    T read = super.read(kryo, input, type);
    for (RecordComponent component : components) {
      check(type, component, value(component, read));
    }
    return read;
  }

  private static Object value(RecordComponent component, Object of) {
    try {
      return component.getAccessor().invoke(of);
    } catch (ReflectiveOperationException e) {
      throw new KryoException(e);
    }
  }

  private static void check(Class<?> type, RecordComponent component, Object value) {
    if (value == null) {
      throw new KryoException("a %s without %s".formatted(type.getName(), component.getName()));
    }
    if (value instanceof List<?> list) {
      list.forEach(element -> checkElement(type, component, element));
    } else if (value instanceof Optional<?> optional) {
      optional.ifPresent(element -> checkElement(type, component, element));
    }
  }

  private static void checkElement(Class<?> type, RecordComponent component, Object element) {
    Type declared = ((ParameterizedType) component.getGenericType()).getActualTypeArguments()[0];
    Type raw = declared instanceof ParameterizedType generic ? generic.getRawType() : declared;
    if (!((Class<?>) raw).isInstance(element)) {
      throw new KryoException(
          "a %s in %s of %s, expected %s"
              .formatted(
                  element.getClass().getName(),
                  component.getName(),
                  type.getName(),
                  declared.getTypeName()));
    }
  }
}
