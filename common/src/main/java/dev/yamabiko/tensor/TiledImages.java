package dev.yamabiko.tensor;

/**
 * Images [channels, pixels] as they are in tiles, [channels / tile, pixels, tile], for each of some
 * rows. With a tile of 1 nothing is moved.
 */
final class TiledImages {
  private TiledImages() {}

  /** What is behind the images stays. */
  static float[] of(float[] images, int rows, int channels, int pixels, int tile) {
    float[] tiles = images.clone();
    for (int i = 0; i < rows * channels * pixels; i++) {
      tiles[index(i, channels, pixels, tile)] = images[i];
    }
    return tiles;
  }

  /** The images of these tiles. */
  static float[] undone(float[] tiles, int rows, int channels, int pixels, int tile) {
    float[] images = tiles.clone();
    for (int i = 0; i < rows * channels * pixels; i++) {
      images[i] = tiles[index(i, channels, pixels, tile)];
    }
    return images;
  }

  private static int index(int i, int channels, int pixels, int tile) {
    int row = i / (channels * pixels);
    int channel = i / pixels % channels;
    int pixel = i % pixels;
    int plane = row * channels + channel / tile * tile;
    return plane * pixels + pixel * tile + channel % tile;
  }
}
