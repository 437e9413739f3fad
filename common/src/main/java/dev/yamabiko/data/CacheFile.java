package dev.yamabiko.data;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * An entry of the {@link DatasetCache} as a file: a header of 128 bytes, little-endian, and the
 * content. It counts only if it is whole in every byte.
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
 *
 * @param rows as the writer of the content counted them
 */
record CacheFile(long rows, Segments content) {

  static final int HEADER = 128;

  /** Also raised when a generator or a parser comes to write other content than before. */
  static final int VERSION = 2;

  private static final byte[] MAGIC = "YAMABIKO".getBytes(StandardCharsets.US_ASCII);
  private static final int BUFFER = 1 << 20;

  /** Room that is asked for beyond what is written, where the size is not known. */
  private static final long MOST_AHEAD = 1 << 28;

  /** The file if it is whole and belongs to this name. */
  static Optional<CacheFile> read(Path file, byte[] name, int segmentBits) throws IOException {
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
          ? Optional.of(new CacheFile(rows, segments))
          : Optional.empty();
    }
  }

  private static ByteBuffer header(byte[] name, int contentCrc, long length, long rows) {
    ByteBuffer header = ByteBuffer.allocate(HEADER).order(ByteOrder.LITTLE_ENDIAN);
    header.put(MAGIC).putInt(VERSION).putInt(contentCrc).putLong(length).putLong(rows).put(name);
    CRC32C crc = new CRC32C();
    crc.update(header.array(), 0, HEADER - Integer.BYTES);
    return header.putInt(HEADER - Integer.BYTES, (int) crc.getValue()).rewind();
  }

  /** The file being written; what goes wrong with it is not mistaken for a failure of a source. */
  static final class Output extends OutputStream {
    private final Path file;
    private final CacheRoom room;
    private final FileChannel channel;
    private final CRC32C crc = new CRC32C();
    private final byte[] buffer = new byte[BUFFER];
    private int used;
    private long length;

    /** How large the file may become before there must be more room. */
    private long reserved;

    /**
     * @param bytesNeeded the content's size, or 0 where that is not known beforehand
     */
    Output(Path file, long bytesNeeded, CacheRoom room) {
      this.file = file;
      this.room = room;
      reserved = HEADER + bytesNeeded;
      room.make(file, 0, reserved);
      try {
        channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
        Channels.newOutputStream(channel).write(new byte[HEADER]);
      } catch (IOException e) {
        throw room.full(reserved, e);
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
      if (HEADER + length > reserved) {
        reserved = HEADER + length + Math.min(MOST_AHEAD, length / 4);
        room.make(file, HEADER + length - used, reserved);
      }
      try {
        ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, used);
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        used = 0;
      } catch (IOException e) {
        throw room.full(Math.max(reserved, HEADER + length), e);
      }
    }

    /** Ends the file; must be called before it counts. */
    void finish(byte[] name, long rows) {
      drain();
      try {
        ByteBuffer header = header(name, (int) crc.getValue(), length, rows);
        for (int at = 0; header.hasRemaining(); ) {
          at += channel.write(header, at);
        }
        channel.force(true);
      } catch (IOException e) {
        throw room.full(HEADER + length, e);
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
