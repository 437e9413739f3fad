package dev.yamabiko.coordinator.http;

import dev.yamabiko.data.ContentHash;
import dev.yamabiko.model.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Files that users have uploaded, each named by the SHA-256 of its content: what is there is whole,
 * and never changes. What is on its way lies in {@code incoming} and counts, too.
 */
final class UploadStore {

  private final Path directory;
  private final Path incoming;
  private final long limit;
  private long taken;

  private UploadStore(Path directory, long limit, long taken) {
    this.directory = directory;
    this.incoming = directory.resolve("incoming");
    this.limit = limit;
    this.taken = taken;
  }

  /**
   * Forgets what was on its way when the process before ended.
   *
   * @param limit in bytes, of all files together
   */
  static UploadStore open(Path directory, long limit) throws IOException {
    Path incoming = Files.createDirectories(directory.resolve("incoming"));
    remove(incoming);
    Files.createDirectories(incoming);
    long taken = 0;
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        taken += Files.size(file);
      }
    }
    return new UploadStore(directory, limit, taken);
  }

  Path directory() {
    return directory;
  }

  /** The file with this content, if it is there. */
  Optional<Path> find(String sha256) {
    return ContentHash.isName(sha256)
        ? Optional.of(directory.resolve(sha256)).filter(Files::isRegularFile)
        : Optional.empty();
  }

  synchronized long left() {
    return Math.max(0, limit - taken);
  }

  /** Takes room for bytes that come in; false where there is none. */
  synchronized boolean reserve(long bytes) {
    if (bytes > limit - taken) {
      return false;
    }
    taken += bytes;
    return true;
  }

  synchronized void release(long bytes) {
    taken -= bytes;
  }

  /** Where content can be written until its hash is known. */
  Path newIncoming() {
    return incoming.resolve(UUID.randomUUID().toString());
  }

  /**
   * Keeps a file that has come in.
   *
   * @return false if there was one with this content already; its room is given back then
   */
  synchronized boolean keep(Path received, String sha256, long bytes) throws IOException {
    Path file = directory.resolve(sha256);
    if (Files.exists(file)) {
      release(bytes);
      Files.delete(received);
      return false;
    }
    AtomicFile.write(file, part -> Files.move(received, part));
    return true;
  }

  /** Gives up what has come in so far. */
  void discard(Path received, long bytes) {
    release(bytes);
    try {
      Files.deleteIfExists(received);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void remove(Path tree) throws IOException {
    Files.walkFileTree(
        tree,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, IOException e) throws IOException {
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
