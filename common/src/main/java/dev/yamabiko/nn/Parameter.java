package dev.yamabiko.nn;

import dev.yamabiko.tensor.Shape;

/** A named part of a layer's parameters and how it begins. */
public record Parameter(String name, Shape shape, Initializer initializer, int fanIn, int fanOut) {
  public int size() {
    return shape.size();
  }
}
