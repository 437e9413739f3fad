package dev.yamabiko.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Decides whether a source's examples are kept in the heap or on disk, and keeps them there. Both
 * give the same bits. On disk, what a plain file holds is mapped where it lies; all else is written
 * to the {@link DatasetCache} once.
 */
final class DataStore {

  /** More than this part of the largest heap is too much. */
  private static final int PART_OF_HEAP = 4;

  /** Deflate packs at most so many bytes into one. */
  private static final long MAX_GZIP_RATIO = 1032;

  private final DataSpec.Storage storage;
  private final long maxHeap;
  private final DatasetCache cache;
  private final int heapBits;
  private final int mappedBits;
  private final List<String> notes = new ArrayList<>();

  /**
   * @param maxHeap in bytes
   * @param heapBits the binary logarithm of the segments' size, as is {@code mappedBits}
   */
  DataStore(
      DataSpec.Storage storage, long maxHeap, DatasetCache cache, int heapBits, int mappedBits) {
    this.storage = storage;
    this.maxHeap = maxHeap;
    this.cache = cache;
    this.heapBits = heapBits;
    this.mappedBits = mappedBits;
  }

  static DataStore of(DataSpec.Storage storage) {
    return new DataStore(
        storage,
        Runtime.getRuntime().maxMemory(),
        DatasetCache.ofThisMachine(),
        Segments.HEAP_BITS,
        Segments.MAPPED_BITS);
  }

  /** What was put on disk, for people. */
  List<String> notes() {
    return List.copyOf(notes);
  }

  /**
   * @param bytes what the examples would take in the heap
   */
  boolean onDisk(double bytes) {
    return switch (storage) {
      case MEMORY -> false;
      case DISK -> true;
      case AUTO -> bytes > (double) maxHeap / PART_OF_HEAP;
    };
  }

  /**
   * @param in the file's content, unpacked, from behind the header
   */
  Segments read(FileContent content, InputStream in) throws IOException {
    if (!onDisk(content.bytes())) {
      Segments.Writer heap = new Segments.Writer(heapBits);
      content.copy(in, heap);
      return heap.segments();
    }
    Path file = content.file();
    if (!SourceFile.isGzip(file)) {
      content.check(Files.size(file) - content.header());
      return Segments.map(file, content.header(), content.bytes(), mappedBits);
    }
    // The header of a damaged file may claim anything.
    long most = Math.min(content.bytes(), MAX_GZIP_RATIO * Files.size(file));
    String description = "content, header " + content.header() + ", bytes " + content.bytes();
    return noted(
            cache.open(
                description,
                List.of(file),
                most,
                out -> {
                  content.copy(in, out);
                  return 0;
                }))
        .segments();
  }

  /**
   * Content that needs no file.
   *
   * @param name says all that it depends on
   */
  Segments generate(String name, long bytes, DatasetCache.Content content) {
    try {
      if (onDisk(bytes)) {
        return noted(cache.open(name, List.of(), bytes, content)).segments();
      }
      Segments.Writer heap = new Segments.Writer(heapBits);
      content.writeTo(heap);
      return heap.segments();
    } catch (IOException e) {
      throw new DataException(name + ": cannot be kept on disk: " + e.getMessage(), e);
    }
  }

  /** Rows read from a file; in the heap they name the file itself. */
  DatasetCache.Entry rows(
      String description, Path source, double bytesInHeap, DatasetCache.Content content)
      throws IOException {
    if (onDisk(bytesInHeap)) {
      return noted(cache.open(description, List.of(source), 0, content));
    }
    Segments.Writer heap = new Segments.Writer(heapBits);
    long rows = content.writeTo(heap);
    return new DatasetCache.Entry(source, rows, heap.segments());
  }

  private DatasetCache.Entry noted(DatasetCache.Entry entry) {
    double bytes = entry.segments().length();
    String size =
        bytes < 1e9
            ? String.format(Locale.ROOT, "%.1f MB", bytes / 1e6)
            : String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
    notes.add("cached " + size + " at " + entry.file());
    return entry;
  }
}
