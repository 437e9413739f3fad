package dev.yamabiko.coordinator;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.yamabiko.model.AtomicFile;
import dev.yamabiko.model.Checkpoint.Position;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;

/**
 * {@code metrics.jsonl}: lines are appended, and cut off again where a run goes back. Holds a lock
 * on the file. POSIX drops a process's locks on a file as soon as the process closes <em>any</em>
 * channel of that file; so everything here goes through the one channel, and nothing else in this
 * process may open the file of a run under way. Who only reads uses {@link #read}, which knows.
 */
final class MetricsFile implements Closeable {

  private static final int BUFFER = 1 << 16;

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
  private final ByteArrayOutputStream buffer = new ByteArrayOutputStream(BUFFER);

  private MetricsFile(Path path, Path held, FileChannel channel) {
    this.path = path;
    this.held = held;
    this.channel = channel;
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
        channel.position(channel.size());
        MetricsFile file = new MetricsFile(path, held, channel);
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

  void write(String line) throws IOException {
    buffer.writeBytes((line + "\n").getBytes(StandardCharsets.UTF_8));
    if (buffer.size() >= BUFFER) {
      flush();
    }
  }

  /** A removed file takes writes without complaint, hence the second look. */
  void flush() throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(buffer.toByteArray());
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    buffer.reset();
    if (!Files.exists(path)) {
      throw new FileNotFoundException(path.getFileName() + " has been removed during the run");
    }
  }

  /** All lines so far are on the disk when this returns. */
  void force() throws IOException {
    flush();
    channel.force(false);
  }

  /**
   * Cuts the file back to the lines of a run that has come as far as this; a line that is torn, and
   * everything behind it, goes too.
   *
   * @return how many of the position's steps have their line
   */
  long cutBack(Position position) throws IOException {
    flush();
    long kept = 0;
    long steps = 0;
    channel.position(0);
    // Not closed: that would close the channel, and with it the lock.
    InputStream in = new BufferedInputStream(Channels.newInputStream(channel), BUFFER);
    for (byte[] line = line(in); line != null && isOf(position, line); line = line(in)) {
      kept += line.length + 1;
      steps += isStep(line) ? 1 : 0;
    }
    channel.truncate(kept);
    channel.position(kept);
    return steps;
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

  private static boolean isStep(byte[] line) throws IOException {
    return MAPPER.readTree(line).path("step").isIntegralNumber();
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
