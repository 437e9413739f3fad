package dev.yamabiko.tensor.vector;

/**
 * An image as a convolution sees it: what tap t sees at output pixel (y, x) is {@code
 * values()[start() + offsets()[t] + y * rowPitch() + x * pixelPitch()]}.
 */
interface Taps {
  float[] values();

  int start();

  int[] offsets();

  /** From an output row to the next. */
  int rowPitch();

  /** 1, or {@link Lanes#TILE}. */
  int pixelPitch();
}
