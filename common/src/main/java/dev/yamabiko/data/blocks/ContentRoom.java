package dev.yamabiko.data.blocks;

import dev.yamabiko.data.DataException;
import dev.yamabiko.data.Unreachable;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
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
 * The room that the contents of a {@link ContentDirectory} take, which lets one at a time make
 * some: what was used longest ago and is not in use, by any process of this machine, is evicted.
 */
final class ContentRoom {

  /** Begins with a SHA-256. */
  private static final Pattern FILE = Pattern.compile("([0-9a-f]{64}(?:-[0-9a-f]+)*)(?:\\..*)?");

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

  ContentRoom(Path directory, long mostBytes, ToLongFunction<Path> usableSpace) {
    this.directory = directory;
    this.mostBytes = mostBytes;
    this.usableSpace = usableSpace;
  }

  /** What the disk has left. */
  long usable() {
    return usableSpace.applyAsLong(directory);
  }

  /**
   * Makes room for a content and its manifest. What there is of it already is kept.
   *
   * @param bytes of the content
   * @param unwritten how many of them are not on the disk yet
   * @param evicted is told each name at once: as long as a content is mapped its disk is not free
   * @throws DataException if there is no room, with what would help
   */
  void make(String name, long bytes, long unwritten, Consumer<String> evicted) throws IOException {
    long needed = requireFitting(bytes);
    List<Entry> others = othersByLastUse(name);
    List<Entry> unused = unused(others);
    long taken = bytes(others);
    long evictable = bytes(unused);
    long free = usable();
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
  }

  private static long bytes(List<Entry> entries) {
    return entries.stream().mapToLong(Entry::bytes).sum();
  }

  /** What the disk has left; where that is too little, without what is only mapped still. */
  private long free(long wanted) {
    if (usable() < wanted) {
      Unreachable.isCollectedUntil(() -> usable() >= wanted);
    }
    return usable();
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
      Optional<ContentLocks.Hold> own =
          ContentLocks.of(directory).tryOwn(ContentDirectory.IN_USE + entry.name());
      if (own.isPresent()) {
        own.get().close();
        unused.add(entry);
      }
    }
    return unused;
  }

  private boolean evict(Entry entry) throws IOException {
    Optional<ContentLocks.Hold> own =
        ContentLocks.of(directory).tryOwn(ContentDirectory.IN_USE + entry.name());
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
}
