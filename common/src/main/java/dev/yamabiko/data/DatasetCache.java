package dev.yamabiko.data;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.ToLongFunction;
import java.util.zip.CRC32C;

/**
 * Examples in a form that can be mapped, kept on disk from one run to the next. An entry's name is
 * the SHA-256 of what it was made from: a description, and path, size and time of the last change
 * of each source file. An entry that is damaged in any byte, torn, or of another version is made
 * anew. It is written beside its place and moved there when it is whole, so that processes that
 * make the same entry at once do no harm. Whoever needs the space may delete the directory at any
 * time.
 *
 * <p>A file is a header of 128 bytes, little-endian, and the content:
 *
 * <pre>
 *   bytes 0-7      "YAMABIKO"
 *   int32          version
 *   int32          CRC-32C of the content
 *   int64          bytes of content
 *   int64          number of rows, where the content has rows
 *   32 bytes       the entry's name
 *   ...            zero
 *   last 4 bytes   CRC-32C of the header before it
 * </pre>
 */
final class DatasetCache {

  static final int HEADER = 128;

  /** Also raised when a generator or a parser comes to write other content than before. */
  private static final int VERSION = 1;

  private static final byte[] MAGIC = "YAMABIKO".getBytes(StandardCharsets.US_ASCII);
  private static final String TEMPORARY = ".tmp";
  private static final int BUFFER = 1 << 20;

  /** A temporary file that nobody has written to for so long is what a killed process left. */
  private static final Duration ABANDONED = Duration.ofDays(1);

  private final Path directory;
  private final int segmentBits;
  private final ToLongFunction<Path> usableSpace;

  /** Writes an entry's content; returns the number of rows. */
  interface Content {
    long writeTo(OutputStream out) throws IOException;
  }

  /** An entry that is whole. */
  record Entry(Path file, long rows, Segments segments) {}

  DatasetCache(Path directory, int segmentBits, ToLongFunction<Path> usableSpace) {
    this.directory = directory;
    this.segmentBits = segmentBits;
    this.usableSpace = usableSpace;
  }

  /**
   * YAMABIKO_CACHE, else yamabiko in XDG_CACHE_HOME (which counts if it is absolute), else
   * .cache/yamabiko in the home directory.
   */
  static Path directory(Map<String, String> environment, Path home) {
    String own = environment.getOrDefault("YAMABIKO_CACHE", "");
    if (!own.isBlank()) {
      return Path.of(own).toAbsolutePath();
    }
    String shared = environment.getOrDefault("XDG_CACHE_HOME", "");
    Path caches = Path.of(shared).isAbsolute() ? Path.of(shared) : home.resolve(".cache");
    return caches.resolve("yamabiko");
  }

  static DatasetCache ofThisMachine() {
    return new DatasetCache(
        directory(System.getenv(), Path.of(System.getProperty("user.home"))),
        Segments.MAPPED_BITS,
        path -> path.toFile().getUsableSpace());
  }

  /**
   * The entry that is made from this, from disk or anew.
   *
   * @param description all that shapes the content besides the sources
   * @param bytesNeeded the content's size, or 0 where that is not known beforehand
   */
  Entry open(String description, List<Path> sources, long bytesNeeded, Content content)
      throws IOException {
    byte[] name = name(description, sources);
    Path file = file(name);
    Optional<Entry> kept = read(file, name);
    if (kept.isPresent()) {
      return kept.get();
    }
    prepare(bytesNeeded);
    Path temporary = directory.resolve(file.getFileName() + "-" + UUID.randomUUID() + TEMPORARY);
    temporary.toFile().deleteOnExit(); // a signal ends the JVM without the finally below
    try {
      write(temporary, name, content, bytesNeeded);
      if (!Arrays.equals(name, name(description, sources))) {
        throw new DataException(sources.get(0) + ": the file changed while it was read");
      }
      move(temporary, file);
    } finally {
      Files.deleteIfExists(temporary);
    }
    return read(file, name)
        .orElseThrow(
            () ->
                new DataException(file + ": expected what was just written but found it damaged"));
  }

  /** The entry that {@link #open} would not have to make anew. */
  Optional<Entry> find(String description, List<Path> sources) throws IOException {
    byte[] name = name(description, sources);
    return read(file(name), name);
  }

  private Path file(byte[] name) {
    return directory.resolve(HexFormat.of().formatHex(name));
  }

  private static byte[] name(String description, List<Path> sources) throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
    add(digest, "version " + VERSION);
    add(digest, description);
    for (Path source : sources) {
      BasicFileAttributes attributes = Files.readAttributes(source, BasicFileAttributes.class);
      add(digest, source.toAbsolutePath().normalize().toString());
      add(digest, Long.toString(attributes.size()));
      add(digest, attributes.lastModifiedTime().toInstant().toString());
    }
    return digest.digest();
  }

  /** With its length, so that no two lists of texts are the same bytes. */
  private static void add(MessageDigest digest, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
    digest.update(bytes);
  }

  /** The entry if it is there and whole in every byte. */
  private Optional<Entry> read(Path file, byte[] name) {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    ByteBuffer header = ByteBuffer.allocate(HEADER).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      while (header.hasRemaining() && channel.read(header) >= 0) {
        // A file on disk gives all that is asked for, if in pieces.
      }
      if (header.hasRemaining()) {
        return Optional.empty();
      }
      int contentCrc = header.getInt(MAGIC.length + Integer.BYTES);
      long length = header.getLong(MAGIC.length + 2 * Integer.BYTES);
      long rows = header.getLong(MAGIC.length + 2 * Integer.BYTES + Long.BYTES);
      if (!header.flip().equals(header(name, contentCrc, length, rows))
          || channel.size() - HEADER != length) {
        return Optional.empty();
      }
      Segments segments = Segments.map(file, HEADER, length, segmentBits);
      return segments.crc32c() == contentCrc
          ? Optional.of(new Entry(file, rows, segments))
          : Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new DataException(
          file + ": the dataset cache cannot be read: " + reason(e) + "; " + ANOTHER, e);
    }
  }

  private static ByteBuffer header(byte[] name, int contentCrc, long length, long rows) {
    ByteBuffer header = ByteBuffer.allocate(HEADER).order(ByteOrder.LITTLE_ENDIAN);
    header.put(MAGIC).putInt(VERSION).putInt(contentCrc).putLong(length).putLong(rows).put(name);
    CRC32C crc = new CRC32C();
    crc.update(header.array(), 0, HEADER - Integer.BYTES);
    return header.putInt(HEADER - Integer.BYTES, (int) crc.getValue()).rewind();
  }

  private static final String ANOTHER =
      "the environment variable YAMABIKO_CACHE can name another directory";

  private void prepare(long bytesNeeded) {
    try {
      Files.createDirectories(directory);
      try (DirectoryStream<Path> abandoned =
          Files.newDirectoryStream(
              directory,
              path ->
                  path.toString().endsWith(TEMPORARY)
                      && Files.getLastModifiedTime(path)
                          .toInstant()
                          .isBefore(Instant.now().minus(ABANDONED)))) {
        for (Path path : abandoned) {
          Files.deleteIfExists(path);
        }
      }
    } catch (IOException e) {
      throw new DataException(
          directory + ": cannot be used as dataset cache: " + reason(e) + "; " + ANOTHER, e);
    }
    if (bytesNeeded + HEADER > usableSpace.applyAsLong(directory)) {
      throw full(bytesNeeded, null);
    }
  }

  private DataException full(long bytesNeeded, IOException cause) {
    return new DataException(
        String.format(
            "%s: the dataset cache needs %d bytes there but %d are free%s; %s",
            directory,
            bytesNeeded + HEADER,
            usableSpace.applyAsLong(directory),
            cause == null ? "" : " (" + reason(cause) + ")",
            ANOTHER),
        cause);
  }

  private static String reason(IOException e) {
    return e.getClass() == IOException.class
        ? e.getMessage()
        : e.getClass().getSimpleName().replace("Exception", "") + " " + e.getMessage();
  }

  private void write(Path temporary, byte[] name, Content content, long bytesNeeded)
      throws IOException {
    try (Output out = new Output(temporary, bytesNeeded)) {
      long rows = content.writeTo(out);
      out.finish(name, rows);
    }
  }

  private void move(Path temporary, Path file) {
    try {
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new DataException(
          file + ": the dataset cache cannot be written: " + reason(e) + "; " + ANOTHER, e);
    }
  }

  /** The file being written; what goes wrong with it is not mistaken for a failure of a source. */
  private final class Output extends OutputStream {
    private final long bytesNeeded;
    private final FileChannel channel;
    private final CRC32C crc = new CRC32C();
    private final byte[] buffer = new byte[BUFFER];
    private int used;
    private long length;

    Output(Path file, long bytesNeeded) {
      this.bytesNeeded = bytesNeeded;
      try {
        channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
        Channels.newOutputStream(channel).write(new byte[HEADER]);
      } catch (IOException e) {
        throw full(bytesNeeded, e);
      }
    }

    @Override
    public void write(int b) {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] from, int at, int count) {
      crc.update(from, at, count);
      length += count;
      for (int done = 0; done < count; ) {
        int n = Math.min(count - done, buffer.length - used);
        System.arraycopy(from, at + done, buffer, used, n);
        used += n;
        done += n;
        if (used == buffer.length) {
          drain();
        }
      }
    }

    private void drain() {
      try {
        ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, used);
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        used = 0;
      } catch (IOException e) {
        throw full(Math.max(bytesNeeded, length), e);
      }
    }

    void finish(byte[] name, long rows) {
      drain();
      try {
        ByteBuffer header = header(name, (int) crc.getValue(), length, rows);
        for (int at = 0; header.hasRemaining(); ) {
          at += channel.write(header, at);
        }
        channel.force(true);
      } catch (IOException e) {
        throw full(length, e);
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
