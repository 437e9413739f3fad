package dev.yamabiko.data.blocks;

import dev.yamabiko.data.ContentHash;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Named locks, shared or exclusive, over all threads and processes of this machine that use one
 * directory. The system drops them when a process ends, however it ends.
 *
 * <p>A lock is one byte of the file {@code locks}; its position is a hash of the name. So no files
 * pile up, and none is removed that somebody else has just opened. POSIX drops all locks that a
 * process has on a file when it closes <em>any</em> channel of that file, and Java has one table of
 * locks per process: hence one object per directory, whose channel stays open, and counts for the
 * threads of this process.
 */
public final class ContentLocks {

  private static final String FILE = "locks";

  /** How often another process's lock is asked for again. */
  private static final long POLL_MILLIS = 20;

  private static final Duration FOREVER = Duration.ofNanos(Long.MAX_VALUE);

  private static final Map<Path, ContentLocks> OF_THIS_PROCESS = new HashMap<>();

  private final FileChannel channel;
  private final Object fileKey;
  private final Map<Long, Held> held = new HashMap<>();

  /** What this process holds at a position. */
  private static final class Held {
    final FileLock lock;
    int count = 1;

    Held(FileLock lock) {
      this.lock = lock;
    }
  }

  /** A lock that is held until it is closed; closing it again does nothing. */
  public final class Hold implements AutoCloseable {
    private final long position;
    private boolean closed;

    private Hold(long position) {
      this.position = position;
    }

    @Override
    public void close() throws IOException {
      synchronized (ContentLocks.this) {
        if (!closed) {
          closed = true;
          release(position);
        }
      }
    }
  }

  private ContentLocks(FileChannel channel, Object fileKey) {
    this.channel = channel;
    this.fileKey = fileKey;
  }

  /** The locks of a directory, which is made if need be. */
  public static ContentLocks of(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) { // it may be a link to one, which would not be made
      Files.createDirectories(directory);
    }
    Path file = directory.toRealPath().resolve(FILE);
    synchronized (OF_THIS_PROCESS) {
      ContentLocks known = OF_THIS_PROCESS.get(file);
      // Somebody may have removed the directory; what others lock is then another file.
      if (known != null && !Files.notExists(file) && known.fileKey.equals(key(file))) {
        return known;
      }
      FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      ContentLocks opened = new ContentLocks(channel, key(file));
      OF_THIS_PROCESS.put(file, opened);
      return opened;
    }
  }

  /** Reading attributes opens no channel. */
  private static Object key(Path file) throws IOException {
    Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    return key == null ? file : key;
  }

  /** Waits while somebody owns it. */
  Hold share(String name) throws IOException {
    return await(name, true, FOREVER).orElseThrow();
  }

  /** Waits while anybody holds it. */
  public Hold own(String name) throws IOException {
    return await(name, false, FOREVER).orElseThrow();
  }

  /** What is done while a lock is held. */
  public interface Work<T> {
    T run() throws IOException;
  }

  /** Waits while anybody holds it, and owns it for this. */
  public <T> T alone(String name, Work<T> work) throws IOException {
    return run(work, own(name));
  }

  /** The same, for at most so long; empty, and not done, if somebody held it all the time. */
  public <T> Optional<T> alone(String name, Duration patience, Work<T> work) throws IOException {
    Optional<Hold> hold = await(name, false, patience);
    return hold.isEmpty() ? Optional.empty() : Optional.of(run(work, hold.get()));
  }

  private static <T> T run(Work<T> work, Hold until) throws IOException {
    try (until) {
      return work.run();
    }
  }

  /** Owns it unless anybody holds it. */
  public Optional<Hold> tryOwn(String name) throws IOException {
    return tryHold(position(name), false);
  }

  private synchronized Optional<Hold> await(String name, boolean shared, Duration patience)
      throws IOException {
    long position = position(name);
    long began = System.nanoTime();
    try {
      for (; ; ) {
        Optional<Hold> hold = tryHold(position, shared);
        if (hold.isPresent() || System.nanoTime() - began >= patience.toNanos()) {
          return hold;
        }
        wait(POLL_MILLIS); // woken at once by this process's own release
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for others who use " + name);
    }
  }

  private synchronized Optional<Hold> tryHold(long position, boolean shared) throws IOException {
    Held own = held.get(position);
    if (own == null) {
      FileLock lock = channel.tryLock(position, 1, shared);
      if (lock == null) {
        return Optional.empty();
      }
      held.put(position, new Held(lock));
      return Optional.of(new Hold(position));
    }
    if (!shared || !own.lock.isShared()) {
      return Optional.empty();
    }
    own.count++;
    return Optional.of(new Hold(position));
  }

  private void release(long position) throws IOException {
    Held own = held.get(position);
    if (--own.count == 0) {
      held.remove(position);
      own.lock.release();
      notifyAll();
    }
  }

  private static long position(String name) {
    byte[] hash = ContentHash.digest().digest(name.getBytes(StandardCharsets.UTF_8));
    return ByteBuffer.wrap(hash).getLong() >>> 2;
  }
}
