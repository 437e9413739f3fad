package dev.yamabiko.wire;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Files beside the tests that hold what nodes of before have sent; rewritten only with {@code
 * -Dgolden.write=true}.
 */
final class Golden {

  private static final Path FOLDER = Path.of("src/test/resources/golden/wire");

  private Golden() {}

  /** The file's lines; first made to be these where the flag says so. */
  static List<String> lines(String name, List<String> now) {
    Path file = FOLDER.resolve(name);
    try {
      if (Boolean.getBoolean("golden.write")) {
        Files.createDirectories(FOLDER);
        Files.write(file, now);
      }
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException("no golden file for " + name, e);
    }
  }
}
