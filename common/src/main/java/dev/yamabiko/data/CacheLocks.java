package dev.yamabiko.data;

import java.io.IOException;
import java.lang.ref.Cleaner;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/**
 * Which files of a cache are in use, by any process: a use is a shared lock on one byte of the file
 * ".locks" beside them, at a place drawn from the used file's name. The operating system drops a
 * process's locks when that ends, however it does.
 *
 * <p>A process opens the file once and never closes it, because with POSIX locks closing any
 * channel to it would drop all of them. Where locks are not to be had (a directory that may only be
 * read, a file system without them), everything counts as in use and nothing is ever cleared away.
 */
final class CacheLocks {

  private static final Map<Path, CacheLocks> OPEN = new HashMap<>();
  private static final Cleaner CLEANER = Cleaner.create();

  private final Path file;
  private final FileChannel channel;
  private final Object fileKey;
  private final Map<Long, Shared> uses = new HashMap<>();

  /** One lock, however often this process uses what it stands for. */
  private static final class Shared {
    private final FileLock lock;
    private int count;

    Shared(FileLock lock) {
      this.lock = lock;
    }
  }

  /** Something done to a file that nobody uses. */
  interface Removal {
    void run() throws IOException;
  }

  private CacheLocks(Path file) {
    this.file = file;
    FileChannel opened = null;
    Object key = null;
    try {
      opened =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      key = key();
    } catch (IOException e) {
      // Without locks; see above.
    }
    channel = opened;
    fileKey = key;
  }

  static CacheLocks of(Path directory) {
    Path file = directory.resolve(".locks").toAbsolutePath().normalize();
    synchronized (OPEN) {
      CacheLocks known = OPEN.get(file);
      if (known == null || !known.isInPlace()) {
        known = new CacheLocks(file);
        OPEN.put(file, known);
      }
      return known;
    }
  }

  /**
   * Not so if somebody deleted the directory: other processes would then lock another file. Nor if
   * a thread was interrupted at the channel, which closes it.
   */
  private boolean isInPlace() {
    try {
      return channel != null && channel.isOpen() && Objects.equals(fileKey, key());
    } catch (IOException e) {
      return false;
    }
  }

  private Object key() throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
  }

  private static long place(Path used) {
    byte[] name = used.getFileName().toString().getBytes(StandardCharsets.UTF_8);
    return UUID.nameUUIDFromBytes(name).getMostSignificantBits() >>> 2;
  }

  /** From now on nobody clears this file away, whether it is there already or not. */
  synchronized Use use(Path used) {
    long place = place(used);
    Shared shared =
        uses.computeIfAbsent(
            place,
            p -> {
              try {
                return new Shared(channel == null ? null : channel.lock(p, 1, true));
              } catch (IOException e) {
                return new Shared(null);
              }
            });
    shared.count++;
    return new Use(place);
  }

  private synchronized void end(long place) {
    Shared shared = uses.get(place);
    if (--shared.count > 0) {
      return;
    }
    uses.remove(place);
    if (shared.lock != null) {
      try {
        shared.lock.release();
      } catch (IOException e) {
        // It stays until this process ends: a file that could go is kept longer.
      }
    }
  }

  /** Runs the removal and returns true if no process uses the file. */
  synchronized boolean ifUnused(Path file, Removal removal) throws IOException {
    if (channel == null || uses.containsKey(place(file))) {
      return false;
    }
    try (FileLock alone = tryLock(place(file))) {
      if (alone == null) {
        return false;
      }
      removal.run();
      return true;
    }
  }

  private FileLock tryLock(long place) {
    try {
      return channel.tryLock(place, 1, false);
    } catch (IOException e) {
      return null;
    }
  }

  /** A use of a file, until it is closed. */
  final class Use implements AutoCloseable {
    private final long place;
    private boolean closed;

    private Use(long place) {
      this.place = place;
    }

    /** The same segments; the use ends when they, and all made from them, are unreachable. */
    Segments during(Segments segments) {
      Object companion = new Object();
      CLEANER.register(companion, this::close);
      return segments.with(companion);
    }

    @Override
    public void close() {
      synchronized (CacheLocks.this) {
        if (!closed) {
          closed = true;
          end(place);
        }
      }
    }
  }
}
