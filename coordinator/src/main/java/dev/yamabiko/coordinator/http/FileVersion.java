package dev.yamabiko.coordinator.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;

/** What tells one state of a file from another: a run that ends again replaces its model. */
record FileVersion(Object file, FileTime modified, long bytes) {

  static FileVersion of(Path path) {
    try {
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      return new FileVersion(
          attributes.fileKey(), attributes.lastModifiedTime(), attributes.size());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
