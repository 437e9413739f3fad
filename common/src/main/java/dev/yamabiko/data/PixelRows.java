package dev.yamabiko.data;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;

/**
 * A decoded image's rows as red, green and blue in 0 to 255, whatever the image's own layout. Grey,
 * RGB and CMYK samples are read from the raster: {@link BufferedImage#getRGB} would convert grey
 * from a linear scale (100 becomes 168), and colours by their profile. Palettes, and pixels that
 * are packed into one number, have no such conversion and are read by getRGB.
 */
final class PixelRows {

  private static final int OPAQUE = 255;

  private final BufferedImage image;

  private final boolean cmyk;

  /** Bands of red, green and blue, and of alpha or black where there is one; null for getRGB. */
  private final int[] bands;

  private final int[] largest;
  private final int[] row;

  private PixelRows(BufferedImage image, int[] bands) {
    this.image = image;
    this.bands = bands;
    cmyk = image.getColorModel().getColorSpace().getType() == ColorSpace.TYPE_CMYK;
    int perPixel = bands == null ? 1 : image.getRaster().getNumBands();
    row = new int[image.getWidth() * perPixel];
    largest = new int[perPixel];
    for (int i = 0; bands != null && i < perPixel; i++) {
      largest[i] = (1 << image.getColorModel().getComponentSize(i)) - 1;
    }
  }

  static PixelRows of(BufferedImage image) {
    return new PixelRows(image, bands(image.getColorModel()));
  }

  private static int[] bands(ColorModel model) {
    int type = model.getColorSpace().getType();
    boolean samples =
        model instanceof ComponentColorModel
            && !model.isAlphaPremultiplied()
            && model.getComponentSize(0) <= Short.SIZE
            && (type == ColorSpace.TYPE_GRAY
                || type == ColorSpace.TYPE_RGB
                || type == ColorSpace.TYPE_CMYK && !model.hasAlpha());
    if (!samples) {
      return null;
    }
    if (type == ColorSpace.TYPE_CMYK) {
      return new int[] {0, 1, 2, 3};
    }
    int colours = model.getNumColorComponents();
    int last = colours - 1;
    return model.hasAlpha()
        ? new int[] {0, last / 2, last, colours}
        : new int[] {0, last / 2, last};
  }

  /** Reads row y, transparent pixels laid on white. */
  void read(int y, int[] red, int[] green, int[] blue) {
    if (bands == null) {
      image.getRGB(0, y, red.length, 1, row, 0, red.length);
      for (int x = 0; x < red.length; x++) {
        int alpha = row[x] >>> 24;
        red[x] = onWhite(row[x] >> 16 & 0xFF, alpha);
        green[x] = onWhite(row[x] >> 8 & 0xFF, alpha);
        blue[x] = onWhite(row[x] & 0xFF, alpha);
      }
      return;
    }
    image.getRaster().getPixels(0, y, red.length, 1, row);
    for (int x = 0; x < red.length; x++) {
      if (cmyk) {
        int light = 255 - sample(x, 3);
        red[x] = lit(255 - sample(x, 0), light);
        green[x] = lit(255 - sample(x, 1), light);
        blue[x] = lit(255 - sample(x, 2), light);
        continue;
      }
      int alpha = bands.length == 4 ? sample(x, 3) : OPAQUE;
      red[x] = onWhite(sample(x, 0), alpha);
      green[x] = onWhite(sample(x, 1), alpha);
      blue[x] = onWhite(sample(x, 2), alpha);
    }
  }

  private int sample(int x, int i) {
    int band = bands[i];
    return (row[x * largest.length + band] * 255 + largest[band] / 2) / largest[band];
  }

  private static int lit(int value, int light) {
    return (value * light + 127) / 255;
  }

  private static int onWhite(int value, int alpha) {
    return (alpha * value + (255 - alpha) * 255 + 127) / 255;
  }
}
