package dev.yamabiko.data;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** What a file of inputs holds, by its first bytes or else its name. */
enum InputFile {
  TABLE("a table"),
  ARRAY("a .npy file"),
  IDX("an IDX file"),
  IMAGE("an image");

  private static final int MAGIC_BYTES = 6;

  /** PNG, JPEG, GIF and BMP, byte by byte as Latin-1; BMP's "BM" alone may well begin a table. */
  private static final List<String> IMAGE_BEGINNINGS =
      List.of("\u0089PNG", "\u00FF\u00D8\u00FF", "GIF87a", "GIF89a");

  /** The byte order mark of UTF-32 with the high byte first; see {@link CsvText}. */
  private static final String TEXT_BEGINNING = "\0\0\u00FE\u00FF";

  private final String inWords;

  InputFile(String inWords) {
    this.inWords = inWords;
  }

  String inWords() {
    return inWords;
  }

  static InputFile of(Path path) {
    byte[] begin = SourceFile.read(path, in -> in.readNBytes(MAGIC_BYTES));
    String first = new String(begin, StandardCharsets.ISO_8859_1);
    if (first.startsWith("\u0093NUMPY")) {
      return ARRAY;
    }
    if (IMAGE_BEGINNINGS.stream().anyMatch(first::startsWith) || ImageNames.isPicture(path)) {
      return IMAGE;
    }
    // A damaged picture may begin so, too, as any AVIF does.
    if (first.startsWith("\0\0") && !first.startsWith(TEXT_BEGINNING)) {
      return IDX;
    }
    String name = path.getFileName().toString().toLowerCase(Locale.ROOT).replaceFirst("\\.gz$", "");
    return name.endsWith(".npy")
        ? ARRAY
        : name.endsWith(".idx") || name.endsWith("-ubyte") ? IDX : TABLE;
  }
}
