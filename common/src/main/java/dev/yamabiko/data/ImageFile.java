package dev.yamabiko.data;

import java.awt.image.BufferedImage;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Locale;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * One PNG, JPEG, GIF or BMP file, recognised by its content. Of several images in one file (an
 * animated GIF) the first counts. Samples are taken as the file holds them: colour profiles and the
 * orientation that a camera noted are not applied. All is done in integers, per pixel:
 *
 * <ul>
 *   <li>samples of other than 8 bits become round(255 v / max);
 *   <li>transparent pixels lie on white: (a v + (255 - a) 255 + 127) / 255, rounded down;
 *   <li>grey is the luma of ITU-R BT.601: (299 R + 587 G + 114 B + 500) / 1000, rounded down;
 *   <li>a grey file read as rgb has its grey in all three channels;
 *   <li>a JPEG in CMYK has red = ((255 - C) (255 - K) + 127) / 255, rounded down; so green and
 *       blue.
 * </ul>
 *
 * PNG, GIF and BMP have one meaning; the bytes that a JPEG decodes to are the platform's, and a
 * Java built against another libjpeg may differ in a last bit (the data's hash tells).
 */
final class ImageFile {

  /** More can hardly be meant, and a corrupt header must not claim gigabytes. */
  private static final long MOST_PIXELS = 1 << 27;

  private static final String BMP = "bmp";
  private static final String PNG = "png";
  private static final String JPEG = "jpeg";
  private static final Set<String> FORMATS = Set.of(PNG, JPEG, "gif", BMP);

  /** Where a PNG says it; its height comes next. */
  private static final int PNG_WIDTH = 16;

  /** Height and width in pixels. */
  record Size(int height, int width) {
    @Override
    public String toString() {
      return height + "x" + width;
    }
  }

  private interface Decoder<T> {
    T decode(ImageReader reader, Size size) throws IOException;
  }

  private ImageFile() {}

  /** The size by the file's header. */
  static Size size(Path file) {
    return with(file, (reader, size) -> size);
  }

  static BytePlanes read(Path file, DataSource.Colour colour) {
    return with(file, (reader, size) -> planes(decoded(reader, size), colour));
  }

  /**
   * The same of a file's content.
   *
   * @param name for messages
   */
  static BytePlanes read(
      String name, InputStream content, DataSource.Colour colour, DecodingGuard guard) {
    return with(name, content, guard, (reader, size) -> planes(decoded(reader, size), colour));
  }

  private static <T> T with(Path file, Decoder<T> decoder) {
    return SourceFile.read(file, content -> with(file, content, DecodingGuard.NONE, decoder));
  }

  private static <T> T with(
      Object file, InputStream content, DecodingGuard guard, Decoder<T> decoder) {
    ImageReader reader = null;
    boolean[] cut = {false};
    GuardedDecoding guarded = new GuardedDecoding(guard);
    // In memory, whatever ImageIO is told elsewhere: no temporary files.
    try (ImageInputStream stream = new MemoryCacheImageInputStream(guarded.stream(content))) {
      reader = reader(file, stream);
      // A cut JPEG is decoded to its end, in grey and with no more than this warning.
      reader.addIIOReadWarningListener(
          (source, warning) -> cut[0] |= warning.startsWith("Truncated File"));
      reader.addIIOReadUpdateListener(guarded);
      reader.setInput(stream, true, true);
      T decoded = decoder.decode(reader, checkedSize(file, reader, guarded));
      guarded.requireNotEnded();
      if (cut[0]) {
        throw endsEarly(file, null);
      }
      return decoded;
    } catch (IOException | RuntimeException e) {
      guarded.requireNotEnded();
      if (e instanceof DataException) {
        throw (DataException) e;
      }
      throw cut[0] || isEndOfFile(e) ? endsEarly(file, e) : undecodable(file, e);
    } finally {
      if (reader != null) {
        reader.dispose();
      }
    }
  }

  private static ImageReader reader(Object file, ImageInputStream stream) throws IOException {
    for (Iterator<ImageReader> all = ImageIO.getImageReaders(stream); all.hasNext(); ) {
      ImageReader reader = all.next();
      String format = format(reader);
      if (FORMATS.contains(format)) {
        if (format.equals(BMP)) {
          requirePixels(file, stream);
        } else if (format.equals(PNG)) {
          requireSides(file, stream);
        }
        return reader;
      }
    }
    String found = stream.read() < 0 ? "an empty file" : "something else";
    throw new DataException(file + ": expected a PNG, JPEG, GIF or BMP image but found " + found);
  }

  private static String format(ImageReader reader) throws IOException {
    return reader.getFormatName().toLowerCase(Locale.ROOT);
  }

  private static void requirePixels(Object file, ImageInputStream stream) throws IOException {
    if (BmpHeader.read(stream).holdsAnotherFormat()) {
      throw new DataException(
          file + ": expected a BMP of pixels but found one that holds a JPEG or PNG; give that");
    }
  }

  /**
   * Of a side of 0 Java's reader says no more than that it cannot read the header, which it does
   * not keep either.
   */
  private static void requireSides(Object file, ImageInputStream stream) throws IOException {
    stream.mark();
    stream.setByteOrder(ByteOrder.BIG_ENDIAN);
    stream.seek(PNG_WIDTH);
    int width = stream.readInt();
    int height = stream.readInt();
    stream.reset();
    if (width < 1 || height < 1) {
      throw new DataException(
          "%s: expected an image of 1 to %d pixels to a side but the header says %sx%s"
              .formatted(
                  file,
                  Integer.MAX_VALUE,
                  Integer.toUnsignedString(height),
                  Integer.toUnsignedString(width)));
    }
    if (Math.multiplyFull(width, height) <= MOST_PIXELS) {
      PackedPixels.requirePng(stream, new Size(height, width));
    }
  }

  private static BufferedImage decoded(ImageReader reader, Size size) throws IOException {
    ImageInputStream stream = (ImageInputStream) reader.getInput();
    switch (format(reader)) {
      case BMP -> BmpHeader.read(stream).requireLastPixel(stream, size);
      case JPEG -> PackedPixels.requireJpeg(stream, size);
      default -> {
        // Of a PNG it is known by now, and a GIF may be as short as it likes.
      }
    }
    return reader.read(0);
  }

  private static Size checkedSize(Object file, ImageReader reader, GuardedDecoding guarded)
      throws IOException {
    Size size = new Size(reader.getHeight(0), reader.getWidth(0));
    guarded.sized(size);
    if (Math.multiplyFull(size.height, size.width) > MOST_PIXELS) {
      throw new DataException(
          String.format(
              "%s: expected an image of at most %d pixels but the header says %s",
              file, MOST_PIXELS, size));
    }
    return size;
  }

  private static boolean isEndOfFile(Throwable e) {
    while (e != null && !(e instanceof EOFException)) {
      e = e.getCause();
    }
    return e != null;
  }

  private static DataException endsEarly(Object file, Exception cause) {
    return new DataException(file + ": the image ends early; is the file truncated?", cause);
  }

  private static DataException undecodable(Object file, Exception e) {
    String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    // What Java's JPEG reader says of channels that it cannot name.
    String hint =
        reason.equals("Unsupported Image Type") ? "; convert the file to RGB or grey" : "";
    return new DataException(file + ": the image cannot be decoded: " + reason + hint, e);
  }

  /** What a model may see of an image that is decoded. */
  static BytePlanes planes(BufferedImage image, DataSource.Colour colour) {
    int height = image.getHeight();
    int width = image.getWidth();
    boolean grey = colour == DataSource.Colour.GREY;
    BytePlanes planes = new BytePlanes(grey ? 1 : 3, height, width);
    byte[] into = planes.values();
    int plane = height * width;
    PixelRows rows = PixelRows.of(image);
    int[] red = new int[width];
    int[] green = new int[width];
    int[] blue = new int[width];
    for (int y = 0; y < height; y++) {
      rows.read(y, red, green, blue);
      for (int x = 0; x < width; x++) {
        int at = y * width + x;
        if (grey) {
          into[at] = (byte) ((299 * red[x] + 587 * green[x] + 114 * blue[x] + 500) / 1000);
        } else {
          into[at] = (byte) red[x];
          into[plane + at] = (byte) green[x];
          into[2 * plane + at] = (byte) blue[x];
        }
      }
    }
    return planes;
  }
}
