package dev.yamabiko.data;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteOrder;
import javax.imageio.stream.ImageInputStream;

/**
 * What Java's reader of BMP would find out too late: it makes room for what the header says before
 * it looks whether the file has it.
 *
 * @param pixels where the pixels begin, in bytes of the file
 * @param bits per pixel
 * @param compression as Windows numbers it; 0 for none
 */
record BmpHeader(long pixels, int bits, int compression) {

  /** Where the file says where its pixels are, and how long its second header is. */
  private static final int PIXELS = 10;

  private static final int SECOND = 14;

  /** The second header of OS/2, the only one with sides of two bytes, and without compression. */
  private static final int OS2_SIZE = 12;

  private static final int OS2_BITS = 24;
  private static final int BITS = 28;
  private static final int COMPRESSION = 30;
  private static final int SIZE_WITH_COMPRESSION = 40;

  private static final int MASKS = 3;
  private static final int JPEG = 4;
  private static final int PNG = 5;

  /** Leaves the stream where it was. */
  static BmpHeader read(ImageInputStream stream) throws IOException {
    stream.mark();
    stream.setByteOrder(ByteOrder.LITTLE_ENDIAN);
    stream.seek(PIXELS);
    long pixels = stream.readUnsignedInt();
    stream.seek(SECOND);
    int size = stream.readInt();
    stream.seek(size == OS2_SIZE ? OS2_BITS : BITS);
    int bits = stream.readUnsignedShort();
    int compression = 0;
    if (size >= SIZE_WITH_COMPRESSION) {
      stream.seek(COMPRESSION);
      compression = stream.readInt();
    }
    stream.reset();
    return new BmpHeader(pixels, bits, compression);
  }

  /**
   * A BMP may say that it holds a JPEG or a PNG, as printers take them, and how long that is. Java
   * would decode an image of another size than it was told.
   */
  boolean holdsAnotherFormat() {
    return compression == JPEG || compression == PNG;
  }

  /**
   * Leaves the stream where it was.
   *
   * @throws EOFException if uncompressed pixels of this size do not end within the file
   */
  void requireLastPixel(ImageInputStream stream, ImageFile.Size size) throws IOException {
    if (compression != 0 && compression != MASKS) {
      return;
    }
    long rowBits = Math.multiplyFull(size.width(), bits);
    long rows = Math.multiplyExact((rowBits + 31) / 32 * 4, (long) size.height() - 1);
    stream.mark();
    stream.seek(pixels + rows + (rowBits + 7) / 8 - 1);
    int last = stream.read();
    stream.reset();
    if (last < 0) {
      throw new EOFException();
    }
  }
}
