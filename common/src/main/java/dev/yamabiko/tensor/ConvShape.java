package dev.yamabiko.tensor;

/**
 * Shape of a two-dimensional convolution (cross-correlation, as the field calls it).
 *
 * <p>Input X [channels, height, width] per example, zero-padded by {@code padHeight} rows above and
 * below and {@code padWidth} columns left and right; weights W [channels, kernelHeight,
 * kernelWidth, filters]; output Y [filters, outHeight, outWidth].
 */
public record ConvShape(
    int channels,
    int height,
    int width,
    int filters,
    int kernelHeight,
    int kernelWidth,
    int stride,
    int padHeight,
    int padWidth) {

  public ConvShape {
    if (channels < 1 || height < 1 || width < 1 || filters < 1 || stride < 1) {
      throw new IllegalArgumentException("sizes must be at least 1");
    }
    if (padHeight < 0 || padWidth < 0) {
      throw new IllegalArgumentException("padding must be at least 0");
    }
    if (padHeight >= kernelHeight || padWidth >= kernelWidth) {
      throw new IllegalArgumentException("padding must be smaller than the kernel");
    }
    if (kernelHeight > height + 2 * padHeight || kernelWidth > width + 2 * padWidth) {
      throw new IllegalArgumentException("the kernel is larger than the padded input");
    }
  }

  public int outHeight() {
    return (height + 2 * padHeight - kernelHeight) / stride + 1;
  }

  public int outWidth() {
    return (width + 2 * padWidth - kernelWidth) / stride + 1;
  }

  /** Rows of W as a matrix: channels x kernelHeight x kernelWidth. */
  public int taps() {
    return channels * kernelHeight * kernelWidth;
  }

  public int inputSize() {
    return channels * height * width;
  }

  public int outputSize() {
    return filters * outHeight() * outWidth();
  }
}
