package dev.yamabiko.coordinator;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.yamabiko.model.AtomicFile;
import dev.yamabiko.model.Checkpoint.Position;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * {@code metrics.jsonl}: lines are appended, and cut off again where a run goes back. Holds a lock
 * on the file. POSIX drops a process's locks on a file as soon as the process closes <em>any</em>
 * channel of that file; so everything here goes through the one channel, and nothing else in this
 * process may open the file of a run under way. Who only reads uses {@link #read}, which knows.
 *
 * <p>Lines stay in memory until the disk has them for certain, so a disk that is full, or loses
 * what it has taken, costs none: whoever writes tries again, and each goes where it belongs. In the
 * meantime the file ends with its last whole line.
 */
final class MetricsFile implements Closeable {

  private static final int BUFFER = 1 << 16;

  /** So much may be in the file without being certain to be on the disk. */
  private static final int MOST_UNFORCED = 1 << 20;

  /** Who watches the file sees a line no later than with the next one after this. */
  private static final long PAUSE = TimeUnit.SECONDS.toNanos(1);

  /** A line that lost its end, with another behind it, is no line of a run. */
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  /**
   * What this process holds. Whoever opens or closes a channel of such a file holds this map's
   * monitor meanwhile.
   */
  private static final Map<Path, MetricsFile> HELD = new HashMap<>();

  private final Path path;
  private final Path held;
  private final FileChannel channel;
  private final LongSupplier nanoTime;

  /** What is on the disk: the file's length up to there. */
  private long forced;

  /** What follows it. */
  private byte[] unforced = new byte[BUFFER];

  private int size;

  /** So much of what is not forced is in the file. */
  private int written;

  /** How much there must be before it is worth while to write. */
  private int enough = BUFFER;

  /** When lines were written last; the first line does not wait. */
  private long writtenAt;

  /** Where that failed, who writes does not try again before there is enough. */
  private boolean failed;

  /**
   * What a file holds once it is cut back.
   *
   * @param steps how many steps have their line
   * @param firstMissing the first step that has none
   */
  record Kept(long steps, long firstMissing) {}

  private MetricsFile(Path path, Path held, FileChannel channel, LongSupplier nanoTime)
      throws IOException {
    this.path = path;
    this.held = held;
    this.channel = channel;
    this.nanoTime = nanoTime;
    forced = channel.size();
    writtenAt = nanoTime.getAsLong() - PAUSE;
  }

  /**
   * Locks the file until {@link #close}, or the end of the process.
   *
   * @throws FileAlreadyExistsException if another run holds it
   */
  static MetricsFile open(Path path) throws IOException {
    return open(path, AtomicFile.Gate.OPEN);
  }

  /**
   * The same; but where the gate tells writers of a file apart, it has let this one in and keeps
   * the one before out. If the other process has not heard of that yet and still holds the file,
   * this run goes on with a copy in its place: what the other one still appends reaches nobody.
   */
  static MetricsFile open(Path path, AtomicFile.Gate gate) throws IOException {
    return open(path, gate, System::nanoTime);
  }

  /** For tests, which have a time of their own. */
  static MetricsFile open(Path path, AtomicFile.Gate gate, LongSupplier nanoTime)
      throws IOException {
    Path held = realPath(path);
    synchronized (HELD) {
      if (HELD.containsKey(held)) {
        throw new FileAlreadyExistsException(path.toString());
      }
      FileChannel channel = channel(path);
      try {
        if (channel.tryLock() == null) {
          if (gate.mark().isEmpty()) {
            throw new FileAlreadyExistsException(path.toString());
          }
          channel.close();
          AtomicFile.write(path, copy -> copy(path, copy), gate);
          channel = channel(path);
          if (channel.tryLock() == null) {
            throw new FileAlreadyExistsException(path.toString());
          }
        }
        MetricsFile file = new MetricsFile(path, held, channel, nanoTime);
        HELD.put(held, file);
        return file;
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    }
  }

  /**
   * What stands in the file from a position on, whether a run of this process holds it or not: in
   * the first case through the run's own channel, in the second through one that is closed before
   * any run can lock the file.
   *
   * @return at most this many bytes; none at the end of the file
   */
  static ByteBuffer read(Path path, long from, int most) throws IOException {
    Path held = realPath(path);
    ByteBuffer bytes = ByteBuffer.allocate(most);
    synchronized (HELD) {
      MetricsFile file = HELD.get(held);
      if (file != null) {
        // At a position of its own: the one at which the run writes stays.
        file.channel.read(bytes, from);
      } else {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
          channel.read(bytes, from);
        }
      }
    }
    return bytes.flip();
  }

  private static FileChannel channel(Path path) throws IOException {
    return FileChannel.open(
        path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
  }

  private static Path realPath(Path path) throws IOException {
    return path.toAbsolutePath().getParent().toRealPath().resolve(path.getFileName());
  }

  /** Into memory only; see {@link #hasEnough}. */
  void write(String line) {
    byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
    if (size + bytes.length > unforced.length) {
      unforced = Arrays.copyOf(unforced, Math.max(2 * unforced.length, size + bytes.length));
    }
    System.arraycopy(bytes, 0, unforced, size, bytes.length);
    size += bytes.length;
  }

  /** Whether there is so much, or has been something for so long, that it should be flushed. */
  boolean hasEnough() {
    return size >= enough || !failed && nanoTime.getAsLong() - writtenAt >= PAUSE;
  }

  /** Bytes of lines that are in memory only. */
  int waiting() {
    return size - written;
  }

  /**
   * All lines so far are in the file when this returns; else as many as before. A removed file
   * takes writes without complaint, hence the second look.
   */
  void flush() throws IOException {
    append();
    if (written >= MOST_UNFORCED) {
      sync();
    }
  }

  /** All lines so far are on the disk when this returns. */
  void force() throws IOException {
    append();
    sync();
  }

  private void append() throws IOException {
    enough = size + BUFFER;
    failed = true;
    ByteBuffer bytes = ByteBuffer.wrap(unforced, written, size - written);
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes, forced + bytes.position());
      }
    } catch (IOException e) {
      endAt(forced + written, e);
      throw e;
    }
    written = size;
    try {
      Files.readAttributes(path, BasicFileAttributes.class);
    } catch (NoSuchFileException e) {
      throw new FileNotFoundException(path.getFileName() + " has been removed during the run");
    }
    writtenAt = nanoTime.getAsLong();
    failed = false;
  }

  private void sync() throws IOException {
    try {
      channel.force(false);
    } catch (IOException e) {
      // Which of them the disk has now, nobody can tell.
      written = 0;
      failed = true;
      endAt(forced, e);
      throw e;
    }
    forced += written;
    size = 0;
    written = 0;
    enough = BUFFER;
  }

  /** If not even that succeeds, the same bytes are written over it the next time. */
  private void endAt(long length, IOException failure) {
    try {
      channel.truncate(length);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  /**
   * Cuts the file, and what has still to be written, back to the lines of a run that has come as
   * far as this; a line that is torn, and everything behind it, goes too.
   *
   * @return what is left
   */
  Kept cutBack(Position position) throws IOException {
    channel.truncate(forced + written);
    long kept = 0;
    long steps = 0;
    long next = 0;
    OptionalLong missing = OptionalLong.empty();
    channel.position(0);
    InputStream in =
        new BufferedInputStream(
            new SequenceInputStream(
                unclosed(Channels.newInputStream(channel)),
                new ByteArrayInputStream(unforced, written, size - written)),
            BUFFER);
    for (byte[] line = line(in); line != null && isOf(position, line); line = line(in)) {
      kept += line.length + 1;
      JsonNode step = MAPPER.readTree(line).path("step");
      if (step.isIntegralNumber()) {
        if (missing.isEmpty() && step.asLong() != next) {
          missing = OptionalLong.of(next);
        }
        next = step.asLong() + 1;
        steps++;
      }
    }
    channel.truncate(kept);
    forced = Math.min(forced, kept);
    size = (int) (kept - forced);
    written = Math.min(written, size);
    enough = size + BUFFER;
    return new Kept(steps, missing.orElse(next));
  }

  /** Closing it would close the channel, and with it give up the lock. */
  private static InputStream unclosed(InputStream in) {
    return new FilterInputStream(in) {
      @Override
      public void close() {
        // The channel stays open.
      }
    };
  }

  /** The next line, or null where none is whole. */
  private static byte[] line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b >= 0; b = in.read()) {
      if (b == '\n') {
        return line.toByteArray();
      }
      line.write(b);
    }
    return null;
  }

  private static boolean isOf(Position position, byte[] line) throws IOException {
    try {
      return MetricsLine.belongsTo(position, MAPPER.readTree(line));
    } catch (JsonProcessingException e) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    try {
      flush();
    } finally {
      synchronized (HELD) {
        HELD.remove(held);
        channel.close();
      }
    }
  }
}
