package dev.yamabiko.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;

/**
 * What tells one state of a file from another, without reading it.
 *
 * @param file which one it is, also where another has taken its name; null if the system cannot say
 */
public record FileVersion(Object file, FileTime modified, long bytes) {

  /**
   * @throws IOException if the file is missing, or cannot be looked at
   */
  public static FileVersion of(Path path) throws IOException {
    BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
    return new FileVersion(now.fileKey(), now.lastModifiedTime(), now.size());
  }
}
