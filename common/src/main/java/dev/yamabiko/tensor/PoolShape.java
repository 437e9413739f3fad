package dev.yamabiko.tensor;

/**
 * Shape of max-pooling over planes [height, width]: windows of size x size, {@code stride} apart;
 * rows and columns that fill no window are left out.
 */
public record PoolShape(int height, int width, int size, int stride) {

  public PoolShape {
    if (size < 1 || stride < 1 || size > height || size > width) {
      throw new IllegalArgumentException(
          "windows of %d, %d apart, in planes of %dx%d".formatted(size, stride, height, width));
    }
  }

  public int outHeight() {
    return (height - size) / stride + 1;
  }

  public int outWidth() {
    return (width - size) / stride + 1;
  }

  /** Values of a plane of the input. */
  public int inputs() {
    return height * width;
  }

  /** Values of a plane of the output. */
  public int outputs() {
    return outHeight() * outWidth();
  }
}
