package dev.yamabiko.data.blocks;

import dev.yamabiko.data.DataException;
import dev.yamabiko.data.Unreachable;
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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Contents on disk, each with its manifest, that take no more room in all than they may: whoever
 * needs room evicts what was used longest ago and is not in use, by any process of this machine. Of
 * a content NAME there are the files
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

  /** Begins with a SHA-256. */
  private static final Pattern FILE = Pattern.compile("([0-9a-f]{64}(?:-[0-9a-f]+)*)(?:\\..*)?");

  private static final String PART = ".part";
  private static final String MANIFEST = ".manifest";
  static final String IN_USE = "use ";

  private final Path directory;
  private final long mostBytes;
  private final ToLongFunction<Path> usableSpace;

  private record Entry(String name, List<Path> files, long bytes, Instant lastUse) {
    Entry with(Path file, long bytes, Instant lastUse) {
      List<Path> all = Stream.concat(files.stream(), Stream.of(file)).toList();
      Instant later = lastUse.isAfter(this.lastUse) ? lastUse : this.lastUse;
      return new Entry(name, all, this.bytes + bytes, later);
    }
  }

  ContentDirectory(Path directory, long mostBytes, ToLongFunction<Path> usableSpace) {
    this.directory = directory.toAbsolutePath();
    this.mostBytes = mostBytes;
    this.usableSpace = usableSpace;
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
    long needed = requireFitting(bytes);
    ContentLocks.Hold room = room();
    try (room) {
      List<Entry> others = othersByLastUse(name);
      List<Entry> unused = unused(others);
      long taken = bytes(others);
      long evictable = bytes(unused);
      long free = usableSpace.applyAsLong(directory);
      if (free + evictable < unwritten) {
        free = free(unwritten);
      }
      for (Entry entry : unused) {
        if (unwritten <= free) {
          free = free(unwritten); // until now some of it has only been reckoned
        }
        boolean fits = taken + needed <= mostBytes && unwritten <= free;
        if (fits || taken - evictable + needed > mostBytes || unwritten > free + evictable) {
          break; // nothing must go, or it would be in vain
        }
        evictable -= entry.bytes();
        if (evict(entry)) {
          evicted.accept(entry.name());
          taken -= entry.bytes();
          free += entry.bytes();
        }
      }
      requireRoom(needed, taken, evictable, unwritten);
      setLength(part(name), bytes);
    }
  }

  private static long bytes(List<Entry> entries) {
    return entries.stream().mapToLong(Entry::bytes).sum();
  }

  /** What the disk has left; where that is too little, without what is only mapped still. */
  private long free(long wanted) {
    if (usableSpace.applyAsLong(directory) < wanted) {
      Unreachable.isCollectedUntil(() -> usableSpace.applyAsLong(directory) >= wanted);
    }
    return usableSpace.applyAsLong(directory);
  }

  /**
   * @return the bytes of a content of this length and its manifest
   * @throws DataException if they do not fit even where nothing else is
   */
  long requireFitting(long bytes) {
    long needed = bytes + BlockManifest.manifestLength(bytes);
    if (needed > mostBytes) {
      throw new DataException(
          String.format(
              "%s: this run's data takes %d bytes but all data kept here may take %d: allow more",
              directory, needed, mostBytes));
    }
    return needed;
  }

  private void requireRoom(long needed, long taken, long evictable, long unwritten) {
    long inUse = taken - evictable;
    if (inUse + needed > mostBytes) {
      throw new DataException(
          String.format(
              "%s: this run's data takes %d bytes but of the %d that all data kept here may take,"
                  + " %d are in use by other runs: allow more, or wait for these",
              directory, needed, mostBytes, inUse));
    }
    long usable = free(unwritten);
    if (unwritten > usable || taken + needed > mostBytes) {
      throw new DataException(
          String.format(
              "%s: the disk is full: this run's data needs %d bytes more but %d are free",
              directory, unwritten, usable),
          new FileSystemException(directory.toString(), null, "No space left on device"));
    }
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

  private List<Entry> othersByLastUse(String name) throws IOException {
    Map<String, Entry> entries = new HashMap<>();
    List<Path> files;
    try (Stream<Path> listed = Files.list(directory)) {
      files = listed.toList();
    }
    for (Path file : files) {
      Matcher matcher = FILE.matcher(file.getFileName().toString());
      if (matcher.matches() && !matcher.group(1).equals(name)) {
        String owner = matcher.group(1);
        try {
          long size = Files.size(file);
          Instant time = Files.getLastModifiedTime(file).toInstant();
          entries.merge(
              owner,
              new Entry(owner, List.of(file), size, time),
              (entry, added) -> entry.with(file, size, time));
        } catch (NoSuchFileException e) {
          // Deleted by whoever needed the space.
        }
      }
    }
    return entries.values().stream().sorted(Comparator.comparing(Entry::lastUse)).toList();
  }

  private List<Entry> unused(List<Entry> entries) throws IOException {
    List<Entry> unused = new ArrayList<>();
    for (Entry entry : entries) {
      Optional<ContentLocks.Hold> own = ContentLocks.of(directory).tryOwn(IN_USE + entry.name());
      if (own.isPresent()) {
        own.get().close();
        unused.add(entry);
      }
    }
    return unused;
  }

  private boolean evict(Entry entry) throws IOException {
    Optional<ContentLocks.Hold> own = ContentLocks.of(directory).tryOwn(IN_USE + entry.name());
    if (own.isEmpty()) {
      return false;
    }
    ContentLocks.Hold unused = own.get();
    try (unused) {
      for (Path file : entry.files()) {
        Files.deleteIfExists(file);
      }
      return true;
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
    ContentLocks.Hold room = room();
    try (room) {
      move(part(name), content(name));
    }
  }

  /** A content that is damaged, if there is one, becomes the part file. */
  void reopen(String name) throws IOException {
    ContentLocks.Hold room = room();
    try (room) {
      if (Files.exists(content(name))) {
        move(content(name), part(name));
      }
    }
  }

  /** Nobody else counts, evicts, makes or renames contents as long as this is held. */
  private ContentLocks.Hold room() throws IOException {
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
            directory, reason, usableSpace.applyAsLong(directory)),
        e);
  }
}
