package dev.yamabiko.data;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Examples in a form that can be mapped, kept on disk from one run to the next. An entry's name is
 * the SHA-256 of what it was made from: a description, and path, size and time of the last change
 * of each source file. An entry that is damaged in any byte, torn, or of another version is made
 * anew ({@link CacheFile}). It is written beside its place and moved there when it is whole, so
 * that processes that make the same entry at once do no harm. Whoever needs the space may delete
 * the directory at any time; {@link CacheRoom} bounds it.
 */
final class DatasetCache {

  private final Path directory;
  private final int segmentBits;
  private final CacheRoom room;

  /** Writes an entry's content; returns the number of rows. */
  interface Content {
    long writeTo(OutputStream out) throws IOException;
  }

  /** An entry that is whole, and stays where it is as long as its segments are reachable. */
  record Entry(Path file, long rows, Segments segments) {}

  DatasetCache(Path directory, int segmentBits, CacheRoom.Limits limits) {
    this.directory = directory;
    this.segmentBits = segmentBits;
    room = new CacheRoom(directory, limits);
  }

  static DatasetCache ofThisMachine() {
    return new DatasetCache(
        CacheHome.of(System.getenv()), Segments.MAPPED_BITS, CacheRoom.Limits.of(System.getenv()));
  }

  /**
   * The entry that is made from this, from disk or anew.
   *
   * @param description all that shapes the content besides the sources
   * @param bytesNeeded the content's size, or 0 where that is not known beforehand
   */
  Entry open(String description, List<Path> sources, long bytesNeeded, Content content)
      throws IOException {
    byte[] name = name(description, sources);
    Path file = file(name);
    Optional<Entry> kept = read(file, name);
    if (kept.isPresent()) {
      return kept.get();
    }
    room.prepare();
    Path temporary = directory.resolve(file.getFileName() + "-" + UUID.randomUUID() + ".tmp");
    temporary.toFile().deleteOnExit(); // a signal ends the JVM without the finally below
    // Neither what is being written nor what it becomes may be cleared away meanwhile.
    CacheLocks locks = CacheLocks.of(directory);
    CacheLocks.Use writing = locks.use(temporary);
    CacheLocks.Use written = locks.use(file);
    try {
      try (CacheFile.Output out = new CacheFile.Output(temporary, bytesNeeded, room)) {
        out.finish(name, content.writeTo(out));
      }
      if (!Arrays.equals(name, name(description, sources))) {
        throw new DataException(sources.get(0) + ": the file changed while it was read");
      }
      move(temporary, file);
      return read(file, name)
          .orElseThrow(
              () ->
                  new DataException(
                      file + ": expected what was just written but found it damaged"));
    } finally {
      Files.deleteIfExists(temporary);
      writing.close();
      written.close();
    }
  }

  /** The entry that {@link #open} would not have to make anew. */
  Optional<Entry> find(String description, List<Path> sources) throws IOException {
    byte[] name = name(description, sources);
    return read(file(name), name);
  }

  private Path file(byte[] name) {
    return directory.resolve(HexFormat.of().formatHex(name));
  }

  private static byte[] name(String description, List<Path> sources) throws IOException {
    MessageDigest digest = ContentHash.digest();
    add(digest, "version " + CacheFile.VERSION);
    add(digest, description);
    for (Path source : sources) {
      BasicFileAttributes attributes = Files.readAttributes(source, BasicFileAttributes.class);
      add(digest, source.toAbsolutePath().normalize().toString());
      add(digest, Long.toString(attributes.size()));
      add(digest, attributes.lastModifiedTime().toInstant().toString());
    }
    return digest.digest();
  }

  /** With its length, so that no two lists of texts are the same bytes. */
  private static void add(MessageDigest digest, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
    digest.update(bytes);
  }

  /** The entry if it is there and whole; it is in use from then on, and was just used. */
  private Optional<Entry> read(Path file, byte[] name) {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    CacheLocks.Use use = CacheLocks.of(directory).use(file);
    Optional<CacheFile> whole = Optional.empty();
    try {
      whole = CacheFile.read(file, name, segmentBits);
    } catch (NoSuchFileException e) {
      // It was cleared away before it was in use.
    } catch (IOException e) {
      throw new DataException(
          file + ": the dataset cache cannot be read: " + CacheRoom.reason(e), e);
    } finally {
      if (whole.isEmpty()) {
        use.close();
      }
    }
    return whole.map(
        found -> {
          touch(file);
          return new Entry(file, found.rows(), use.during(found.content()));
        });
  }

  private static void touch(Path file) {
    try {
      Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
    } catch (IOException e) {
      // Somebody else's cache may be read all the same; its owner's uses decide what stays.
    }
  }

  private static void move(Path temporary, Path file) {
    try {
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new DataException(
          file + ": the dataset cache cannot be written: " + CacheRoom.reason(e), e);
    }
  }
}
