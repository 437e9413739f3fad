package dev.yamabiko.nn;

import dev.yamabiko.tensor.Shape;

/**
 * Numbers of a layer that are not learned by descent but averaged: with m the batch's mean of a
 * statistic, buffer' = buffer + momentum (m - buffer). They lie behind all parameters in the flat
 * vector.
 *
 * @param initial what every element begins with
 * @param momentum in (0, 1]
 */
public record Buffer(String name, Shape shape, float initial, float momentum) {
  public int size() {
    return shape.size();
  }
}
