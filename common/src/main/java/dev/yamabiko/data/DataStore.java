package dev.yamabiko.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

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

  /** Content, wherever it is kept. */
  record Kept(long rows, Segments content) {}

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
    return keep(name, name, List.of(), bytes, content);
  }

  /**
   * Content of a size that is known.
   *
   * @param name what messages call it
   * @param description all that shapes it besides the files that it is made from
   */
  Segments keep(
      String name,
      String description,
      List<Path> sources,
      long bytes,
      DatasetCache.Content content) {
    try {
      return onDisk(bytes)
          ? noted(cache.open(description, sources, bytes, content)).segments()
          : inHeap(content, Long.MAX_VALUE).content();
    } catch (IOException e) {
      throw cannotBeKept(name, e);
    }
  }

  /**
   * Rows read from a file, as many as it turns out to hold. AUTO takes what is on disk already, and
   * else reads into the heap until that proves to be too little.
   */
  Kept rows(String description, Path source, DatasetCache.Content content) {
    SourceFile.check(source);
    List<Path> sources = List.of(source);
    try {
      return switch (storage) {
        case MEMORY -> inHeap(content, Long.MAX_VALUE);
        case DISK -> inFile(cache.open(description, sources, 0, content));
        case AUTO -> {
          Optional<DatasetCache.Entry> kept = cache.find(description, sources);
          yield kept.isPresent()
              ? inFile(kept.get())
              : inHeapOrElseInFile(description, sources, content);
        }
      };
    } catch (IOException e) {
      throw cannotBeKept(source.toString(), e);
    }
  }

  private Kept inHeapOrElseInFile(
      String description, List<Path> sources, DatasetCache.Content content) throws IOException {
    try {
      return inHeap(content, maxHeap / PART_OF_HEAP);
    } catch (HeapExceeded e) {
      // What was read so far is read again, this time to the disk.
      return inFile(cache.open(description, sources, 0, content));
    }
  }

  private Kept inFile(DatasetCache.Entry entry) {
    return new Kept(entry.rows(), noted(entry).segments());
  }

  private Kept inHeap(DatasetCache.Content content, long most) throws IOException {
    Segments.Writer heap = new Segments.Writer(heapBits);
    long rows =
        content.writeTo(
            new OutputStream() {
              private long written;

              @Override
              public void write(int b) {
                write(new byte[] {(byte) b}, 0, 1);
              }

              @Override
              public void write(byte[] from, int at, int count) {
                written += count;
                if (written > most) {
                  throw new HeapExceeded();
                }
                heap.write(from, at, count);
              }
            });
    return new Kept(rows, heap.segments());
  }

  private static DataException cannotBeKept(String name, IOException e) {
    return new DataException(name + ": cannot be kept on disk: " + e.getMessage(), e);
  }

  /** More was written than may be kept in the heap. */
  private static final class HeapExceeded extends RuntimeException {
    private static final long serialVersionUID = 1;

    HeapExceeded() {
      super("", null, false, false);
    }
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
