package dev.yamabiko.benchmarks.compare;

import java.io.IOException;
import java.nio.file.Path;

/** Writes the images that every contestant trains on into a directory, for the trainer's job. */
final class WriteImages {

  private WriteImages() {}

  public static void main(String[] args) throws IOException {
    ImageSet.standard().write(Path.of(args[0]));
  }
}
