package dev.yamabiko.coordinator.tensorboard;

import dev.yamabiko.model.AtomicFile;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * A file of events, a sequence of records:
 *
 * <pre>
 *   8 bytes   length of the data, unsigned little-endian
 *   4 bytes   CRC32C of these 8 bytes, masked
 *   N bytes   the data, an {@link Event}
 *   4 bytes   CRC32C of the data, masked
 * </pre>
 *
 * where a masked checksum is {@code ((crc >>> 15) | (crc << 17)) + 0xa282ead8}.
 *
 * <p>TensorBoard reads the files of a directory in the order of their names. They begin with the
 * second in which they were made, so a new one gets a later second than those that are there,
 * whatever the clock says.
 */
final class EventFile implements Closeable {

  private static final int MASK = 0xa282ead8;
  private static final Pattern NAME = Pattern.compile("events\\.out\\.tfevents\\.(\\d{1,12})\\..*");

  private final FileChannel channel;

  /** Of whole records. */
  private long length;

  private EventFile(FileChannel channel) {
    this.channel = channel;
  }

  /** Makes the directory, if need be, and a new file there that is empty. */
  static EventFile create(Path directory, Clock clock, AtomicFile.Gate gate) throws IOException {
    if (!Files.isDirectory(directory)) {
      Files.createDirectory(directory); // in a run's directory that is still there
    }
    long second = Math.max(clock.millis() / 1000, newest(directory) + 1);
    String name =
        String.format(
            Locale.ROOT,
            "events.out.tfevents.%010d.%s.%d",
            second,
            host(),
            ProcessHandle.current().pid());
    Path path = directory.resolve(name);
    gate.pass(() -> Files.createFile(path));
    return new EventFile(FileChannel.open(path, StandardOpenOption.WRITE));
  }

  private static long newest(Path directory) throws IOException {
    long newest = -1;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        Matcher name = NAME.matcher(file.getFileName().toString());
        if (name.matches()) {
          newest = Math.max(newest, Long.parseLong(name.group(1)));
        }
      }
    }
    return newest;
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName().replaceAll("[^A-Za-z0-9.-]", "_");
    } catch (UnknownHostException e) {
      return "unknown";
    }
  }

  /** Adds the event's record to what is to be written. */
  static void append(ByteArrayOutputStream records, Event event) {
    byte[] data = event.bytes();
    ByteBuffer record =
        ByteBuffer.allocate(Long.BYTES + data.length + 2 * Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    record.putLong(data.length);
    record.putInt(masked(record.array(), 0, Long.BYTES));
    record.put(data);
    record.putInt(masked(data, 0, data.length));
    records.writeBytes(record.array());
  }

  private static int masked(byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, length);
    return Integer.rotateRight((int) crc.getValue(), 15) + MASK;
  }

  /** Without success the file is as long as before; the same records may be written again. */
  void write(byte[] records) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(records);
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes, length + bytes.position());
      }
    } catch (IOException e) {
      try {
        channel.truncate(length);
      } catch (IOException again) {
        e.addSuppressed(again);
      }
      throw e;
    }
    length += records.length;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
