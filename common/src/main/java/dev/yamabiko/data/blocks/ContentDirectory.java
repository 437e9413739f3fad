package dev.yamabiko.data.blocks;

import dev.yamabiko.data.DataException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;

/**
 * Contents on disk, each with its manifest, that take no more room in all than they may ({@link
 * ContentRoom}). Of a content NAME there are the files
 *
 * <pre>
 *   NAME            the content, whole
 *   NAME.manifest   its manifest; the time of its last change is that of the content's last use,
 *                   for the content's own tells whether somebody has changed it
 *   NAME.part       while it is being written, and what is left of that; of full length at once,
 *                   so that what is reserved counts, whoever counts
 * </pre>
 *
 * Whoever needs the space may delete the directory at any time.
 */
final class ContentDirectory {

  private static final String PART = ".part";
  private static final String MANIFEST = ".manifest";
  static final String IN_USE = "use ";

  private final Path directory;
  private final ContentRoom room;

  ContentDirectory(Path directory, long mostBytes, ToLongFunction<Path> usableSpace) {
    this.directory = directory.toAbsolutePath();
    this.room = new ContentRoom(this.directory, mostBytes, usableSpace);
  }

  Path content(String name) {
    return directory.resolve(name);
  }

  Path part(String name) {
    return directory.resolve(name + PART);
  }

  Path manifest(String name) {
    return directory.resolve(name + MANIFEST);
  }

  /** As long as this is held nothing of the content is evicted. */
  ContentLocks.Hold use(String name) throws IOException {
    return ContentLocks.of(directory).share(IN_USE + name);
  }

  /** Only one at a time makes or repairs a content; others may go on using it. */
  ContentLocks.Hold make(String name) throws IOException {
    return ContentLocks.of(directory).own("make " + name);
  }

  /** Marks the content as used now. */
  void touch(String name) throws IOException {
    try {
      Files.setLastModifiedTime(manifest(name), FileTime.from(Instant.now()));
    } catch (NoSuchFileException e) {
      // Deleted by whoever needed the space: what is mapped can still be read.
    }
  }

  /**
   * Makes room for a content and its manifest, and its part file of full length. What the part file
   * holds already is kept.
   *
   * @param bytes of the content
   * @param unwritten how many of them are not on the disk yet
   * @param evicted is told each name at once: as long as a content is mapped its disk is not free
   * @throws DataException if there is no room, with what would help
   */
  void reserve(String name, long bytes, long unwritten, Consumer<String> evicted)
      throws IOException {
    ContentLocks.Hold own = ownRoom();
    try (own) {
      room.make(name, bytes, unwritten, evicted);
      setLength(part(name), bytes);
    }
  }

  /** See {@link ContentRoom#requireFitting}. */
  void requireFitting(long bytes) {
    room.requireFitting(bytes);
  }

  private static void setLength(Path file, long length) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.truncate(length);
      if (channel.size() < length) {
        channel.write(ByteBuffer.allocate(1), length - 1);
      }
    }
  }

  /** Keeps the manifest, whole or not at all. */
  void write(String name, BlockManifest manifest) throws IOException {
    Path temporary = directory.resolve(name + MANIFEST + PART);
    try (FileChannel channel =
        FileChannel.open(
            temporary,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      BlockHashes.write(channel, ByteBuffer.wrap(manifest.toBytes()), 0);
      channel.force(true);
    }
    move(temporary, manifest(name));
  }

  /** The part file, which has been forced to the disk, becomes the content. */
  void finish(String name) throws IOException {
    ContentLocks.Hold own = ownRoom();
    try (own) {
      move(part(name), content(name));
    }
  }

  /** A content that is damaged, if there is one, becomes the part file. */
  void reopen(String name) throws IOException {
    ContentLocks.Hold own = ownRoom();
    try (own) {
      if (Files.exists(content(name))) {
        move(content(name), part(name));
      }
    }
  }

  /** Nobody else counts, evicts, makes or renames contents as long as this is held. */
  private ContentLocks.Hold ownRoom() throws IOException {
    return ContentLocks.of(directory).own("room");
  }

  private void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** For a failure of the disk that no other message speaks of. */
  DataException failure(IOException e) {
    if (e instanceof InterruptedIOException || e instanceof ClosedByInterruptException) {
      return new DataException("interrupted before a run's data was there", e);
    }
    String reason = e.toString();
    if (e instanceof FileAlreadyExistsException taken) {
      reason = taken.getFile() + " is no directory";
    } else if (e instanceof FileSystemException onFile) {
      // Without a reason the class is all that tells one, and its name is plain: NoSuchFile,
      // AccessDenied.
      reason =
          onFile.getReason() != null
              ? onFile.getReason()
              : e.getClass().getSimpleName().replace("Exception", "") + " " + onFile.getFile();
    }
    return new DataException(
        String.format(
            "%s: a run's data cannot be kept there: %s (%d bytes are free)",
            directory, reason, room.usable()),
        e);
  }
}
