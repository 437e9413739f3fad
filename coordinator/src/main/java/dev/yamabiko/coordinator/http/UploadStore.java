package dev.yamabiko.coordinator.http;

import dev.yamabiko.data.ContentHash;
import dev.yamabiko.data.VerifiedFiles;
import dev.yamabiko.model.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files that users have uploaded, each named by the SHA-256 of its content: what is found here is
 * whole. One that somebody has damaged goes, with a warning, when it is asked for, so that it is
 * uploaded again; it is read for that unless it is unchanged ({@link VerifiedFiles}). What is on
 * its way lies in {@code incoming} and counts, too. Where room is short, what nobody needs any more
 * goes ({@link UploadRoom}).
 */
final class UploadStore {

  private static final Logger LOG = LoggerFactory.getLogger(UploadStore.class);
  private static final Pattern HASH = Pattern.compile("(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])");

  /** Room is made in steps of this many bytes: looking through all files for each chunk is slow. */
  private static final long STEP = 64L << 20;

  private final Path directory;
  private final Path incoming;
  private final long limit;
  private final Supplier<List<String>> needed;
  private final Clock clock;
  private final VerifiedFiles verified = new VerifiedFiles();

  /** By the hash of a directory's listing: how many bytes of the directory are no links. */
  private final Map<String, Long> copied;

  private long taken;

  private UploadStore(
      Path directory,
      long limit,
      long taken,
      Map<String, Long> copied,
      Supplier<List<String>> needed,
      Clock clock) {
    this.directory = directory;
    this.incoming = directory.resolve("incoming");
    this.limit = limit;
    this.needed = needed;
    this.clock = clock;
    this.taken = taken;
    this.copied = copied;
  }

  /**
   * Forgets what was on its way when the process before ended.
   *
   * @param limit in bytes, of all files together
   * @param needed texts, wherever they come from: an upload whose hash is in one stays
   */
  static UploadStore open(Path directory, long limit, Supplier<List<String>> needed, Clock clock)
      throws IOException {
    Path incoming = Files.createDirectories(directory.resolve("incoming"));
    remove(incoming);
    Files.createDirectories(incoming);
    long taken = 0;
    Set<Object> keys = new HashSet<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        if (file.toString().endsWith(AtomicFile.TEMPORARY)) {
          Files.delete(file);
        } else {
          BasicFileAttributes has = Files.readAttributes(file, BasicFileAttributes.class);
          taken += has.size();
          if (has.fileKey() != null) {
            keys.add(has.fileKey());
          }
        }
      }
    }
    Map<String, Long> copied = UploadedTrees.copied(directory.resolve("trees"), keys);
    taken += copied.values().stream().mapToLong(Long::longValue).sum();
    return new UploadStore(directory, limit, taken, copied, needed, clock);
  }

  Path directory() {
    return directory;
  }

  Path trees() {
    return directory.resolve("trees");
  }

  /** The file with this content, if it is there; this counts as a use. May read all of it. */
  Optional<Path> find(String sha256) {
    if (!ContentHash.isName(sha256)) {
      return Optional.empty();
    }
    Path file = directory.resolve(sha256);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      // Before the lock is taken: what comes in need not wait while a large file is read.
      if (!holds(file, sha256)) {
        dropDamaged(file, sha256);
        return Optional.empty();
      }
      use(file);
    } catch (NoSuchFileException e) {
      return Optional.empty(); // removed meanwhile
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Optional.of(file);
  }

  /** Whether a file, here or in a directory made of uploads, has this content. */
  boolean holds(Path file, String sha256) throws IOException {
    return verified.isRight(file, () -> ContentHash.of(file).equals(sha256));
  }

  private synchronized void dropDamaged(Path file, String sha256) throws IOException {
    // Somebody else may have dropped it, and uploaded it again.
    if (Files.exists(file) && !holds(file, sha256)) {
      LOG.warn(
          "removed a damaged upload, it has to be uploaded again: its bytes have another SHA-256"
              + " than its name file={}",
          file);
      remove(new UploadRoom.Kept(sha256, Files.size(file), clock.instant(), Set.of()));
    }
  }

  private synchronized void use(Path file) throws IOException {
    // Not the time of its last change, by which caches know it.
    Files.getFileAttributeView(file, BasicFileAttributeView.class)
        .setTimes(null, FileTime.from(clock.instant()), null);
  }

  /** Whether the file is there and, if it lists a directory, all of that directory's files. */
  boolean hasAllOf(String sha256) {
    Optional<Path> file = find(sha256);
    try {
      return file.isPresent()
          && UploadedTrees.filesOf(file.get()).stream().allMatch(each -> find(each).isPresent());
    } catch (NoSuchFileException e) {
      return false; // removed meanwhile
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  long limit() {
    return limit;
  }

  synchronized long left() {
    return Math.max(0, limit - taken);
  }

  /**
   * Removes what nobody needs where there is no room for so many bytes; false where there is none
   * then. May take long.
   */
  synchronized boolean makeRoom(long bytes) {
    long missing = bytes - (limit - taken);
    if (missing > 0 && bytes <= limit) {
      try {
        UploadRoom room = new UploadRoom(hashes(needed.get()), clock.instant());
        for (UploadRoom.Kept kept : room.leaving(kept(), missing, STEP)) {
          remove(kept);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return bytes <= limit - taken;
  }

  private static Set<String> hashes(List<String> texts) {
    Set<String> hashes = new HashSet<>();
    for (String text : texts) {
      HASH.matcher(text).results().map(MatchResult::group).forEach(hashes::add);
    }
    return hashes;
  }

  private List<UploadRoom.Kept> kept() throws IOException {
    List<UploadRoom.Kept> kept = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        String name = file.getFileName().toString();
        if (ContentHash.isName(name)) {
          BasicFileAttributes has = Files.readAttributes(file, BasicFileAttributes.class);
          FileTime used =
              has.lastAccessTime().compareTo(has.lastModifiedTime()) > 0
                  ? has.lastAccessTime()
                  : has.lastModifiedTime();
          long bytes = has.size() + copied.getOrDefault(name, 0L);
          Set<String> listed = UploadedTrees.filesOf(file);
          unread(file, has.lastAccessTime());
          kept.add(new UploadRoom.Kept(name, bytes, used.toInstant(), listed));
        }
      }
    }
    return kept;
  }

  /** To look what it is was no use of it; the system may have put the time down as one. */
  private static void unread(Path file, FileTime used) throws IOException {
    BasicFileAttributeView view = Files.getFileAttributeView(file, BasicFileAttributeView.class);
    if (!view.readAttributes().lastAccessTime().equals(used)) {
      view.setTimes(null, used, null);
    }
  }

  /** A directory that was made of it goes at once: its files are other names of the same bytes. */
  private void remove(UploadRoom.Kept kept) throws IOException {
    removeTree(kept.sha256());
    Path file = directory.resolve(kept.sha256());
    long bytes = Files.size(file);
    Files.delete(file);
    release(bytes);
    LOG.info("removed upload={} bytes={} last used={}", kept.sha256(), kept.bytes(), kept.used());
  }

  /** The directory that was made of a listing, if there is one; the room of its copies is free. */
  synchronized void removeTree(String sha256) throws IOException {
    Path tree = trees().resolve(sha256);
    if (Files.isDirectory(tree)) {
      Path going = newIncoming();
      Files.move(tree, going, StandardCopyOption.ATOMIC_MOVE);
      remove(going);
    }
    release(Optional.ofNullable(copied.remove(sha256)).orElse(0L));
  }

  /**
   * Keeps a directory that has been made of a listing, in place of the one that is there.
   *
   * @param bytes of it that are copies, for which room has been reserved
   */
  synchronized Path keepTree(Path made, String sha256, long bytes) throws IOException {
    removeTree(sha256);
    Path tree = trees().resolve(sha256);
    Files.move(made, tree, StandardCopyOption.ATOMIC_MOVE);
    copied.put(sha256, bytes);
    return tree;
  }

  /** Takes room for bytes that come in; false where there is none. */
  synchronized boolean reserve(long bytes) {
    if (!makeRoom(bytes)) {
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
   * Keeps a file that has come in; without success its room is still taken.
   *
   * @return false if there was one with this content already; its room is given back then
   */
  synchronized boolean keep(Path received, String sha256, long bytes) throws IOException {
    Path file = directory.resolve(sha256);
    if (isThere(file)) {
      Files.delete(received);
      release(bytes);
      return false;
    }
    try {
      AtomicFile.write(
          file, part -> Files.move(received, part, StandardCopyOption.REPLACE_EXISTING));
    } catch (IOException e) {
      Files.deleteIfExists(file); // it may be in its place all the same
      throw e;
    }
    return true;
  }

  private static boolean isThere(Path file) throws IOException {
    try {
      Files.size(file);
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
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
