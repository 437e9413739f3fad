package dev.yamabiko.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The shape of one example, the batch dimension left out: [features] or [channels, height, width],
 * row-major.
 */
public record Shape(List<Integer> dimensions) {

  public Shape {
    dimensions = List.copyOf(dimensions);
    if (dimensions.isEmpty()) {
      throw new IllegalArgumentException("a shape needs at least one dimension");
    }
    long size = 1;
    for (int d : dimensions) {
      if (d < 1) {
        throw new IllegalArgumentException("a dimension must be at least 1 but got " + dimensions);
      }
      size *= d;
      if (size > Integer.MAX_VALUE) {
        throw new IllegalArgumentException("shape too large for one array: " + dimensions);
      }
    }
  }

  public static Shape of(int... dimensions) {
    return new Shape(Arrays.stream(dimensions).boxed().toList());
  }

  public int rank() {
    return dimensions.size();
  }

  public int dimension(int i) {
    return dimensions.get(i);
  }

  /** Number of values: the product of all dimensions. */
  public int size() {
    int size = 1;
    for (int i = 0; i < dimensions.size(); i++) { // asked per example: an iterator is an object
      size *= dimensions.get(i);
    }
    return size;
  }

  @Override
  public String toString() {
    return dimensions.stream().map(String::valueOf).collect(Collectors.joining(", ", "[", "]"));
  }
}
