package dev.yamabiko.model;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.CRC32C;

/**
 * The files that hold a checkpoint's vectors, one for each slice: float32, little-endian, of each
 * vector in turn the elements that are the slice's, and nothing else. They count for nothing before
 * a manifest names them ({@link CheckpointFile}), which has their lengths and checksums.
 *
 * <p>The vectors are the weights, the optimizer's vectors and the best weights where there are any,
 * then the same of each earlier checkpoint. Several files are written and read at a time, straight
 * from and into the vectors.
 */
final class CheckpointSlices {

  /**
   * One of the files.
   *
   * @param name in the manifest's folder
   * @param from its first element of each vector
   * @param to behind its last one
   * @param checksum CRC-32C of its content
   */
  record Slice(String name, int from, int to, long bytes, int checksum) {}

  private static final int AT_A_TIME = 8;
  private static final int CHUNK_FLOATS = 1 << 16;

  private CheckpointSlices() {}

  /** In the order in which they are written. */
  static List<float[]> vectors(Checkpoint checkpoint) {
    List<float[]> vectors = new ArrayList<>();
    vectors.add(checkpoint.weights());
    vectors.addAll(Arrays.asList(checkpoint.state()));
    checkpoint.best().flatMap(Checkpoint.Best::weights).ifPresent(vectors::add);
    checkpoint.wayBack().earlier().forEach(other -> vectors.addAll(vectors(other)));
    return vectors;
  }

  /** The names of a checkpoint's files, as many as it has slices. */
  static List<String> names(Checkpoint checkpoint, String prefix) {
    int count = checkpoint.cuts().size();
    List<String> names = new ArrayList<>();
    for (int k = 0; k < count; k++) {
      names.add(String.format(Locale.ROOT, "%s.slice-%d-of-%d", prefix, k, count));
    }
    return names;
  }

  /**
   * Writes all of them; they are on the disk when this returns, but for their folder's entries.
   *
   * @param names that no file has yet
   */
  static List<Slice> write(Path folder, List<String> names, Checkpoint checkpoint)
      throws IOException {
    List<float[]> vectors = vectors(checkpoint);
    List<Integer> cuts = checkpoint.cuts();
    List<Callable<Slice>> tasks = new ArrayList<>();
    for (int k = 0; k < names.size(); k++) {
      String name = names.get(k);
      int from = cuts.get(k);
      int to = k + 1 < cuts.size() ? cuts.get(k + 1) : checkpoint.weights().length;
      tasks.add(() -> write(folder, name, from, to, vectors));
    }
    return all(tasks);
  }

  private static Slice write(Path folder, String name, int from, int to, List<float[]> vectors)
      throws IOException {
    CRC32C checksum = new CRC32C();
    long bytes = 0;
    ByteBuffer chunk = chunk();
    try (FileChannel file =
        FileChannel.open(
            folder.resolve(name), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (float[] vector : vectors) {
        for (int at = from; at < to; at += CHUNK_FLOATS) {
          int count = Math.min(CHUNK_FLOATS, to - at);
          chunk.clear();
          chunk.asFloatBuffer().put(vector, at, count);
          chunk.limit(count * Float.BYTES);
          checksum.update(chunk.duplicate());
          while (chunk.hasRemaining()) {
            bytes += file.write(chunk);
          }
        }
      }
      file.force(true);
    }
    return new Slice(name, from, to, bytes, (int) checksum.getValue());
  }

  /**
   * Whether all files are as long as they were, before room is made for what they hold.
   *
   * @throws Damage if one is not
   */
  static void requireWhole(Path folder, List<Slice> slices) throws IOException {
    for (Slice slice : slices) {
      long size;
      try {
        size = Files.size(folder.resolve(slice.name()));
      } catch (NoSuchFileException e) {
        throw missing(slice);
      }
      requireWhole(slice, size);
    }
  }

  private static void requireWhole(Slice slice, long size) throws Damage {
    if (size != slice.bytes()) {
      throw new Damage(
          "its slice %s is torn: expected %d bytes but found %d"
              .formatted(slice.name(), slice.bytes(), size));
    }
  }

  private static Damage missing(Slice slice) {
    return new Damage("its slice %s is missing".formatted(slice.name()));
  }

  /**
   * Fills the checkpoint's vectors from the files.
   *
   * @throws Damage if a file is not what was written
   * @throws IOException if one cannot be read
   */
  static void read(Path folder, List<Slice> slices, Checkpoint into) throws IOException {
    List<float[]> vectors = vectors(into);
    List<Callable<Void>> tasks = new ArrayList<>();
    for (Slice slice : slices) {
      tasks.add(
          () -> {
            read(folder, slice, vectors);
            return null;
          });
    }
    all(tasks);
  }

  private static void read(Path folder, Slice slice, List<float[]> vectors) throws IOException {
    Path path = folder.resolve(slice.name());
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
      requireWhole(slice, file.size());
      CRC32C checksum = new CRC32C();
      ByteBuffer chunk = chunk();
      for (float[] vector : vectors) {
        for (int at = slice.from(); at < slice.to(); at += CHUNK_FLOATS) {
          int count = Math.min(CHUNK_FLOATS, slice.to() - at);
          fill(chunk.clear().limit(count * Float.BYTES), file);
          checksum.update(chunk.duplicate());
          chunk.asFloatBuffer().get(vector, at, count);
        }
      }
      if (slice.checksum() != (int) checksum.getValue()) {
        throw new Damage(
            "its slice %s is damaged: expected the checksum %08x but found %08x"
                .formatted(slice.name(), slice.checksum(), (int) checksum.getValue()));
      }
    } catch (NoSuchFileException e) {
      throw missing(slice);
    }
  }

  private static void fill(ByteBuffer chunk, FileChannel file) throws IOException {
    while (chunk.hasRemaining()) {
      if (file.read(chunk) < 0) {
        throw new EOFException();
      }
    }
    chunk.flip();
  }

  private static ByteBuffer chunk() {
    return ByteBuffer.allocateDirect(CHUNK_FLOATS * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The bytes are not those that were written. */
  static final class Damage extends IOException {
    private static final long serialVersionUID = 1L;

    Damage(String message) {
      super(message);
    }
  }

  /** Returns, or throws, when none of them is running any more. */
  private static <T> List<T> all(List<Callable<T>> tasks) throws IOException {
    ExecutorService threads =
        Executors.newFixedThreadPool(
            Math.min(AT_A_TIME, tasks.size()),
            task -> {
              Thread thread = new Thread(task, "checkpoint-slices");
              thread.setDaemon(true);
              return thread;
            });
    try {
      List<T> results = new ArrayList<>();
      for (Future<T> done : threads.invokeAll(tasks)) {
        results.add(done.get());
      }
      return results;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failed) {
        throw failed;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      threads.shutdownNow();
    }
  }
}
