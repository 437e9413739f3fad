package dev.yamabiko.data;

import java.io.EOFException;
import java.io.IOException;
import javax.imageio.stream.ImageInputStream;

/**
 * How short a PNG or JPEG of some size can be, at least: Java's readers make room for what the
 * header says before they find that the file is shorter. There is no such bound for a GIF, whose
 * pixels may end early, and then are 0, nor for a BMP in run lengths, which may skip them.
 */
final class PackedPixels {

  /** Deflate has at best 2 bits for a copy of 258 bytes. */
  private static final int MOST_PNG_BYTES = 258 * 8 / 2;

  /**
   * A JPEG has at least one bit for each block of 8 x 8 samples, that of its first coefficient:
   * runs of blocks may lack all others. And it has such blocks for half of its pixels: one of its
   * components has all columns and one has all rows. Where that is not the same one, each has at
   * least a quarter of what the other has all of, since sampling factors are 1 to 4.
   */
  private static final int MOST_JPEG_PIXELS = 2 * 8 * 8 * 8;

  /** Where a PNG says how many bits a sample has; of which kind its pixels are comes next. */
  private static final int PNG_BITS = 24;

  private PackedPixels() {}

  /**
   * Leaves the stream where it was.
   *
   * @throws EOFException if a PNG of this size cannot end within the file
   */
  static void requirePng(ImageInputStream stream, ImageFile.Size size) throws IOException {
    stream.mark();
    stream.seek(PNG_BITS);
    int bits = stream.readUnsignedByte();
    int kind = stream.readUnsignedByte();
    stream.reset();
    require(stream, pixels(size) * bits * samples(kind) / 8 / MOST_PNG_BYTES);
  }

  private static int samples(int kind) {
    return switch (kind) {
      case 2 -> 3; // red, green, blue
      case 4 -> 2; // grey and how opaque
      case 6 -> 4;
      default -> 1;
    };
  }

  /**
   * Leaves the stream where it was.
   *
   * @throws EOFException if a JPEG of this size cannot end within the file
   */
  static void requireJpeg(ImageInputStream stream, ImageFile.Size size) throws IOException {
    require(stream, pixels(size) / MOST_JPEG_PIXELS);
  }

  private static long pixels(ImageFile.Size size) {
    return Math.multiplyFull(size.width(), size.height());
  }

  private static void require(ImageInputStream stream, long bytes) throws IOException {
    if (bytes <= stream.getStreamPosition()) {
      return; // as long it is, and a reader need not have kept its beginning
    }
    stream.mark();
    stream.seek(bytes - 1);
    int last = stream.read();
    stream.reset();
    if (last < 0) {
      throw new EOFException();
    }
  }
}
