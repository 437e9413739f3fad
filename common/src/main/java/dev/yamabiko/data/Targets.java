package dev.yamabiko.data;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What a model learns to say of an example. */
public sealed interface Targets {

  /** Floats per example. */
  int width();

  /** Of the classes, or of the values, in order. */
  List<String> names();

  /**
   * The names as keys, none of them twice: where a job has chosen two columns of one name by their
   * indexes, {@code "x"} and {@code "x (2)"}. All that has something to say of each output by its
   * name says it by these.
   */
  default List<String> keys() {
    Set<String> keys = new LinkedHashSet<>();
    for (String name : names()) {
      String key = name;
      for (int k = 2; !keys.add(key); k++) {
        key = name + " (" + k + ")";
      }
    }
    return List.copyOf(keys);
  }

  /** For messages: "10 classes", "1 value: Temp". */
  String describe();

  /** One of several classes; the target is the class number 0..count-1 as one float. */
  record Classes(List<String> names) implements Targets {
    public Classes {
      names = List.copyOf(names);
    }

    /** Classes named "0", "1", ... */
    public static Classes numbered(int count) {
      return new Classes(
          java.util.stream.IntStream.range(0, count).mapToObj(Integer::toString).toList());
    }

    public int count() {
      return names.size();
    }

    @Override
    public int width() {
      return 1;
    }

    @Override
    public String describe() {
      return count() + (count() == 1 ? " class" : " classes");
    }
  }

  /**
   * Real values. What the model sees is (original - offset) / scale per value; errors are reported
   * in original units, that is, times scale.
   */
  record Values(List<Value> values) implements Targets {
    public Values {
      values = List.copyOf(values);
    }

    @Override
    public List<String> names() {
      return values.stream().map(Value::name).toList();
    }

    @Override
    public int width() {
      return values.size();
    }

    @Override
    public String describe() {
      return width() + (width() == 1 ? " value: " : " values: ") + String.join(", ", names());
    }
  }

  /** One real target: its name and how the model's units become original ones. */
  record Value(String name, double offset, double scale) {
    public static Value plain(String name) {
      return new Value(name, 0, 1);
    }
  }
}
