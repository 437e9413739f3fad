package dev.yamabiko.nn;

import dev.yamabiko.tensor.Shape;

/** A layer as a job names it: options, without the input's shape. */
public interface LayerSpec {

  /** As job files spell it: "conv2d". */
  String kind();

  /**
   * The layer for inputs of this shape.
   *
   * @throws ShapeMismatchException if the layer cannot take such inputs
   */
  Layer build(Shape input);
}
