package dev.yamabiko.data;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import javax.imageio.ImageIO;

/** Test fixture: image files, and folders of them. */
final class ImageFiles {

  private ImageFiles() {}

  /** An image of opaque pixels, given as 0xRRGGBB row by row. */
  static BufferedImage rgb(int width, int... pixels) {
    return filled(
        new BufferedImage(width, pixels.length / width, BufferedImage.TYPE_INT_RGB), pixels);
  }

  /** Pixels as 0xAARRGGBB. */
  static BufferedImage argb(int width, int... pixels) {
    return filled(
        new BufferedImage(width, pixels.length / width, BufferedImage.TYPE_INT_ARGB), pixels);
  }

  private static BufferedImage filled(BufferedImage image, int... pixels) {
    image.setRGB(0, 0, image.getWidth(), image.getHeight(), pixels, 0, image.getWidth());
    return image;
  }

  /** Raw samples: each pixel's bands one after the other. */
  static BufferedImage samples(BufferedImage image, int... samples) {
    image.getRaster().setPixels(0, 0, image.getWidth(), image.getHeight(), samples);
    return image;
  }

  /** Writes in the format that the extension names; folders are made. */
  static Path write(Path file, BufferedImage image) {
    String name = file.getFileName().toString();
    try {
      Files.createDirectories(file.getParent());
      String format = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
      if (!ImageIO.write(image, format, file.toFile())) {
        throw new IllegalArgumentException("ImageIO writes no " + format + " of this kind");
      }
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
