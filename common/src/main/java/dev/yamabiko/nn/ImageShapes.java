package dev.yamabiko.nn;

import dev.yamabiko.tensor.Shape;

/** Layers that work on images take [channels, height, width]. */
final class ImageShapes {
  private ImageShapes() {}

  static int[] require(String kind, Shape input) {
    if (input.rank() != 3) {
      throw new ShapeMismatchException(
          kind + " expects an image [channels, height, width] but gets " + input);
    }
    return new int[] {input.dimension(0), input.dimension(1), input.dimension(2)};
  }
}
