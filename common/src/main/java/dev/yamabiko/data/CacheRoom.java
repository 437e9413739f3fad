package dev.yamabiko.data;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;
import java.util.regex.Pattern;

/**
 * Keeps a cache directory within its bound and within the disk: before a file grows, the least
 * recently used entries go that no process uses. What a killed process left half written goes at
 * once. Other files than the cache's own are neither counted nor touched.
 */
final class CacheRoom {

  static final String BOUND = "YAMABIKO_CACHE_BYTES";

  private static final Pattern ENTRY = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern TEMPORARY = Pattern.compile("[0-9a-f]{64}-[0-9a-f-]{36}\\.tmp");

  private static final String ANOTHER =
      "the environment variable YAMABIKO_CACHE can name another directory";

  private final Path directory;
  private final Limits limits;

  /**
   * In bytes, for a directory that exists.
   *
   * @param bound what all entries together may take
   * @param usable what the disk has left
   */
  record Limits(ToLongFunction<Path> bound, ToLongFunction<Path> usable) {

    /** YAMABIKO_CACHE_BYTES, else half of the disk. */
    static Limits of(Map<String, String> environment) {
      String given = environment.getOrDefault(BOUND, "").strip();
      ToLongFunction<Path> usable = path -> path.toFile().getUsableSpace();
      if (given.isEmpty()) {
        return new Limits(path -> path.toFile().getTotalSpace() / 2, usable);
      }
      long bytes;
      try {
        bytes = Long.parseLong(given);
      } catch (NumberFormatException e) {
        bytes = -1;
      }
      if (bytes < 0) {
        throw new DataException(
            "the environment variable "
                + BOUND
                + ": expected a number of bytes, such as 20000000000, but found "
                + CsvCell.quote(given));
      }
      long bound = bytes;
      return new Limits(path -> bound, usable);
    }
  }

  private record Kept(Path file, long bytes, FileTime used) {}

  CacheRoom(Path directory, Limits limits) {
    this.directory = directory;
    this.limits = limits;
  }

  /** Makes the directory, and removes what is half written by nobody. */
  void prepare() {
    try {
      Files.createDirectories(directory);
      CacheLocks locks = CacheLocks.of(directory);
      for (Kept half : kept(TEMPORARY)) {
        locks.ifUnused(half.file, () -> Files.deleteIfExists(half.file));
      }
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  /**
   * Makes room for a file. What this process has only just ceased to use counts as in use until it
   * is collected, so that is done before the file is refused.
   *
   * @param growing a temporary file, or where one will be
   * @param written what it takes already
   * @param bytes what it will take
   */
  void make(Path growing, long written, long bytes) {
    if (refusal(growing, written, bytes).isPresent()
        && !Unreachable.isCollectedUntil(() -> refusal(growing, written, bytes).isEmpty())) {
      refusal(growing, written, bytes)
          .ifPresent(
              refusal -> {
                throw refusal;
              });
    }
  }

  /** Why there is no room for it after all that may go has gone. */
  private Optional<DataException> refusal(Path growing, long written, long bytes) {
    try {
      long taken = 0;
      for (Kept half : kept(TEMPORARY)) {
        taken += half.file.equals(growing) ? 0 : half.bytes;
      }
      List<Kept> entries = kept(ENTRY);
      long evictable = entries.stream().mapToLong(Kept::bytes).sum();
      taken += evictable;
      entries.sort(Comparator.comparing(Kept::used).thenComparing(Kept::file));
      CacheLocks locks = CacheLocks.of(directory);
      for (Kept entry : entries) {
        if (fits(taken, written, bytes) || !fits(taken - evictable, written + evictable, bytes)) {
          break; // nothing must go, or it would be in vain
        }
        evictable -= entry.bytes;
        if (locks.ifUnused(entry.file, () -> Files.deleteIfExists(entry.file))) {
          taken -= entry.bytes;
        }
      }
      if (taken + bytes > limits.bound.applyAsLong(directory)) {
        return Optional.of(beyondBound(taken - evictable, bytes));
      }
    } catch (IOException e) {
      throw unusable(e);
    }
    return bytes - written > limits.usable.applyAsLong(directory)
        ? Optional.of(full(bytes, null))
        : Optional.empty();
  }

  private boolean fits(long taken, long written, long bytes) {
    return bytes <= limits.bound.applyAsLong(directory) - taken
        && bytes - written <= limits.usable.applyAsLong(directory);
  }

  private List<Kept> kept(Pattern names) throws IOException {
    List<Kept> kept = new ArrayList<>();
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(
            directory, path -> names.matcher(path.getFileName().toString()).matches())) {
      for (Path file : files) {
        try {
          BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
          kept.add(new Kept(file, attributes.size(), attributes.lastModifiedTime()));
        } catch (NoSuchFileException e) {
          // Another process moved or removed it.
        }
      }
    }
    return kept;
  }

  private DataException beyondBound(long inUse, long bytes) {
    return new DataException(
        String.format(
            "%s: the dataset cache needs %d bytes there but may hold %d in all, and %d are in use;"
                + " the environment variable %s can allow more",
            directory, bytes, limits.bound.applyAsLong(directory), inUse, BOUND));
  }

  /** What to say when the disk takes no more. */
  DataException full(long bytes, IOException cause) {
    return new DataException(
        String.format(
            "%s: the dataset cache needs %d bytes there but %d are free%s; %s",
            directory,
            bytes,
            limits.usable.applyAsLong(directory),
            cause == null ? "" : " (" + inWords(cause) + ")",
            ANOTHER),
        cause);
  }

  private DataException unusable(IOException e) {
    return new DataException(directory + ": cannot be used as dataset cache: " + reason(e), e);
  }

  /** What failed, and the way out. */
  static String reason(IOException e) {
    return inWords(e) + "; " + ANOTHER;
  }

  private static String inWords(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "there is no directory " + e.getMessage();
    }
    return e.getClass() == IOException.class
        ? e.getMessage()
        : e.getClass().getSimpleName().replace("Exception", "") + " " + e.getMessage();
  }
}
