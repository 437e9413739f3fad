package dev.yamabiko.data;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Which files of a folder are images, by the extensions of their names in any case. */
final class ImageNames {

  private static final List<String> READ =
      List.of("png", "jpg", "jpeg", "jpe", "jfif", "gif", "bmp");

  /** Pictures all the same: to leave them out unsaid would be to train on a part of a folder. */
  private static final List<String> NOT_READ =
      List.of(
          "webp", "tif", "tiff", "heic", "heif", "avif", "jxl", "jp2", "ppm", "pgm", "pbm", "pnm",
          "tga");

  static final String IN_WORDS = String.join(", ", READ);

  private ImageNames() {}

  /**
   * Whether this is a file to be read as an image.
   *
   * @throws DataException if it is a picture of a kind that cannot be
   */
  static boolean isImage(Path file) {
    if (isPicture(file) && !READ.contains(extension(file))) {
      throw new DataException(
          "%s: expected an image (%s) but found %s; convert it, or take it out of the folder"
              .formatted(file, IN_WORDS, extension(file)));
    }
    return isPicture(file);
  }

  /** Whether this is a picture of any kind. */
  static boolean isPicture(Path file) {
    return READ.contains(extension(file)) || NOT_READ.contains(extension(file));
  }

  /** What follows the last dot, in lower case; empty without one. */
  private static String extension(Path file) {
    String name = file.getFileName().toString();
    int dot = name.lastIndexOf('.');
    return dot < 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
  }
}
