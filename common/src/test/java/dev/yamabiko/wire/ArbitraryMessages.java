package dev.yamabiko.wire;

import akka.actor.typed.ActorRef;
import dev.yamabiko.data.blocks.DatasetRef;
import dev.yamabiko.protocol.SliceRange;
import dev.yamabiko.step.Block;
import dev.yamabiko.step.ClassTally;
import dev.yamabiko.step.ErrorTally;
import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Any record, from any values of its components. */
final class ArbitraryMessages {

  private final List<ActorRef<?>> refs;

  /**
   * @param refs what references refer to
   */
  ArbitraryMessages(List<ActorRef<?>> refs) {
    this.refs = refs;
  }

  Arbitrary<Object> of(Type type) {
    if (type == boolean.class) {
      return Arbitraries.of(true, false).asGeneric();
    } else if (type == int.class) {
      return Arbitraries.integers().asGeneric();
    } else if (type == long.class) {
      return Arbitraries.longs().asGeneric();
    } else if (type == double.class) {
      return Arbitraries.longs().map(Double::longBitsToDouble).asGeneric();
    } else if (type == Integer.class) {
      return Arbitraries.integers().asGeneric();
    } else if (type == double[].class) {
      return doubles(0, 20).asGeneric();
    } else if (type == ClassTally.class) {
      return Arbitraries.integers().between(0, 20).flatMap(this::classTally).asGeneric();
    } else if (type == ErrorTally.class) {
      return Arbitraries.integers().between(0, 20).flatMap(this::errorTally).asGeneric();
    } else if (type == SliceRange.class) {
      return Combinators.combine(
              Arbitraries.integers().between(0, 100),
              Arbitraries.integers().between(1, 100),
              Arbitraries.integers().between(0, 100))
          .as((from, size, more) -> new SliceRange(from, from + size, from + size + more))
          .asGeneric();
    } else if (type == String.class) {
      return Arbitraries.strings().ofMaxLength(80).asGeneric();
    } else if (type == Block.class) {
      return Arbitraries.integers()
          .between(0, Integer.MAX_VALUE - 1)
          .flatMap(
              from ->
                  Arbitraries.integers()
                      .between(from + 1, Integer.MAX_VALUE)
                      .map(to -> new Block(from, to)))
          .asGeneric();
    } else if (type == DatasetRef.class) {
      Arbitrary<String> hash = Arbitraries.strings().withChars("0123456789abcdef").ofLength(64);
      return Combinators.combine(hash, Arbitraries.longs().between(1, 1L << 40), hash)
          .as(DatasetRef::new)
          .asGeneric();
    } else if (type instanceof ParameterizedType generic) {
      return container(generic);
    } else if (type instanceof Class<?> plain && plain.isEnum()) {
      return Arbitraries.of((Object[]) plain.getEnumConstants());
    } else if (type instanceof Class<?> plain && plain.isRecord()) {
      return record(plain);
    }
    throw new IllegalArgumentException("no values of " + type);
  }

  private static Arbitrary<double[]> doubles(int least, int most) {
    return Arbitraries.longs()
        .map(Double::longBitsToDouble)
        .array(double[].class)
        .ofMinSize(least)
        .ofMaxSize(most);
  }

  private Arbitrary<ClassTally> classTally(int pairs) {
    Arbitrary<long[]> longs = Arbitraries.longs().array(long[].class).ofSize(pairs);
    Arbitrary<float[]> scores = Arbitraries.floats().array(float[].class).ofMaxSize(20);
    return Combinators.combine(longs, longs, scores, scores).as(ClassTally::new);
  }

  private Arbitrary<ErrorTally> errorTally(int targets) {
    Arbitrary<double[]> sums = doubles(targets, targets);
    return Combinators.combine(Arbitraries.longs(), sums, sums, sums, sums).as(ErrorTally::new);
  }

  private Arbitrary<Object> container(ParameterizedType type) {
    if (type.getRawType() == ActorRef.class) {
      return Arbitraries.of(refs).asGeneric();
    }
    Arbitrary<Object> element = of(type.getActualTypeArguments()[0]);
    return type.getRawType() == List.class
        ? element.list().ofMaxSize(20).map(List::copyOf).asGeneric()
        : element.optional().asGeneric();
  }

  private Arbitrary<Object> record(Class<?> type) {
    RecordComponent[] components = type.getRecordComponents();
    List<Arbitrary<Object>> values =
        Arrays.stream(components).map(component -> of(component.getGenericType())).toList();
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    return Combinators.combine(values)
        .as(
            chosen -> {
              try {
                Constructor<?> constructor = type.getDeclaredConstructor(types);
                return constructor.newInstance(chosen.toArray());
              } catch (ReflectiveOperationException e) {
                throw new AssertionError(e);
              }
            });
  }
}
