package dev.yamabiko.data;

/**
 * One image of bytes: all of the first channel row by row, then the next channel.
 *
 * @param values owned by this record
 */
record BytePlanes(int channels, int height, int width, byte[] values) {

  BytePlanes(int channels, int height, int width) {
    this(channels, height, width, new byte[channels * height * width]);
  }
}
