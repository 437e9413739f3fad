package dev.yamabiko.data;

import java.nio.file.Path;

/** Test fixture: data kept in small segments, so that examples lie across their borders. */
final class Stores {

  private static final long HEAP = 1 << 30;

  /** Segments of 16 bytes. */
  private static final int BITS = 4;

  private Stores() {}

  static DatasetCache cache(Path directory) {
    return cache(directory, Long.MAX_VALUE, Long.MAX_VALUE);
  }

  static DatasetCache cache(Path directory, long bound, long usable) {
    return new DatasetCache(directory, BITS, new CacheRoom.Limits(path -> bound, path -> usable));
  }

  static DataStore disk(Path directory) {
    return new DataStore(DataSpec.Storage.DISK, HEAP, cache(directory), BITS, BITS);
  }

  static DataStore memory() {
    return memory(BITS);
  }

  static DataStore memory(int bits) {
    return new DataStore(DataSpec.Storage.MEMORY, HEAP, cache(Path.of("/none/at/all")), bits, BITS);
  }

  static DataStore auto(Path directory, long maxHeap) {
    return new DataStore(DataSpec.Storage.AUTO, maxHeap, cache(directory), BITS, BITS);
  }
}
