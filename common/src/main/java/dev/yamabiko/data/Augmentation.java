package dev.yamabiko.data;

import dev.yamabiko.tensor.Philox;
import dev.yamabiko.tensor.Shape;

/**
 * A random change of a training input, a pure function of the input and of a stream of random
 * numbers. It is made in place; what comes from outside an image is 0. All but {@link Noise} work
 * on images [channels, height, width], and change every channel alike.
 */
public interface Augmentation {

  /** The name that a job calls it by. */
  String kind();

  /**
   * Inputs of this shape can be changed.
   *
   * @throws DataException saying what is expected instead
   */
  void check(Shape shape);

  /**
   * Changes the input {@code values[at .. at + shape.size() - 1]}. Allocates nothing.
   *
   * @param shape one that {@link #check} accepts
   * @param scratch at least {@code shape.size()} floats, overwritten
   */
  void apply(Shape shape, float[] values, int at, float[] scratch, Philox random);

  /**
   * Mirrors left and right ({@code horizontal}), then top and bottom ({@code vertical}), each that
   * is enabled with probability 1/2: where {@code nextInt(2)} draws 1.
   */
  record Flip(boolean horizontal, boolean vertical) implements Augmentation {

    @Override
    public String kind() {
      return "flip";
    }

    @Override
    public void check(Shape shape) {
      Planes.requireImage(kind(), shape);
    }

    @Override
    public void apply(Shape shape, float[] values, int at, float[] scratch, Philox random) {
      if (horizontal && random.nextInt(2) == 1) {
        Planes.mirrorRows(shape, values, at);
      }
      if (vertical && random.nextInt(2) == 1) {
        Planes.mirrorColumns(shape, values, at);
      }
    }
  }

  /**
   * Moves the image down by dy and right by dx, each a uniform integer in [-pixels, pixels], dy
   * drawn first: out[y][x] = in[y - dy][x - dx].
   */
  record Shift(int pixels) implements Augmentation {

    @Override
    public String kind() {
      return "shift";
    }

    @Override
    public void check(Shape shape) {
      Planes.requireImage(kind(), shape);
      Planes.requireLess(kind(), "pixels", pixels, shape);
    }

    @Override
    public void apply(Shape shape, float[] values, int at, float[] scratch, Philox random) {
      int down = random.nextInt(2 * pixels + 1) - pixels;
      int right = random.nextInt(2 * pixels + 1) - pixels;
      Planes.move(shape, values, at, scratch, down, right);
    }
  }

  /**
   * Turns the image counter-clockwise about its centre by an angle uniform in [-degrees, degrees]:
   * degrees (2u - 1) with u = {@code nextDouble()}. See {@link Planes#rotate}.
   */
  record Rotate(double degrees) implements Augmentation {

    @Override
    public String kind() {
      return "rotate";
    }

    @Override
    public void check(Shape shape) {
      Planes.requireImage(kind(), shape);
    }

    @Override
    public void apply(Shape shape, float[] values, int at, float[] scratch, Philox random) {
      double angle = degrees * (2 * random.nextDouble() - 1) * (Math.PI / 180);
      Planes.rotate(shape, values, at, scratch, angle);
    }
  }

  /**
   * Pads the image with {@code padding} zeros on each side, then cuts a window of its old size at
   * row dy and column dx, each a uniform integer in [0, 2 padding], dy drawn first: out[y][x] =
   * in[y + dy - padding][x + dx - padding].
   */
  record Crop(int padding) implements Augmentation {

    @Override
    public String kind() {
      return "crop";
    }

    @Override
    public void check(Shape shape) {
      Planes.requireImage(kind(), shape);
      Planes.requireLess(kind(), "padding", padding, shape);
    }

    @Override
    public void apply(Shape shape, float[] values, int at, float[] scratch, Philox random) {
      int top = random.nextInt(2 * padding + 1);
      int left = random.nextInt(2 * padding + 1);
      Planes.move(shape, values, at, scratch, padding - top, padding - left);
    }
  }

  /**
   * Adds deviation * {@code nextGaussian()} to every value, in order, in the units that the model
   * sees (pixels lie in [0, 1], and are not clipped afterwards). Fits inputs of any shape.
   */
  record Noise(double deviation) implements Augmentation {

    @Override
    public String kind() {
      return "noise";
    }

    @Override
    public void check(Shape shape) {
      // Any shape will do.
    }

    @Override
    public void apply(Shape shape, float[] values, int at, float[] scratch, Philox random) {
      int end = at + shape.size();
      for (int i = at; i < end; i++) {
        values[i] = (float) (values[i] + deviation * random.nextGaussian());
      }
    }
  }
}
