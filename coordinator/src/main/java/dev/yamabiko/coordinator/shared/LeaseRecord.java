package dev.yamabiko.coordinator.shared;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * What the file of a lease says: who holds it, and a number that rises whenever the holder renews
 * it. Written in place, always as long: a full disk does not end a lease. Whoever reads and writes
 * holds the lease's lock meanwhile.
 *
 * @param owner empty if nobody holds it
 */
record LeaseRecord(String owner, long renewals) {

  static final LeaseRecord FREE = new LeaseRecord("", 0);

  private static final int BYTES = 256;
  private static final String NOBODY = "-";

  LeaseRecord by(String next) {
    return new LeaseRecord(next, renewals + 1);
  }

  /** Nobody's if there is none, or it is torn: who wrote it did not live to write it whole. */
  static LeaseRecord read(Path file) throws IOException {
    String text;
    try {
      text = Files.readString(file, StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      return FREE;
    }
    String[] fields = text.strip().split(" ", -1);
    return fields.length == 3 && fields[2].equals("end") && fields[1].matches("\\d{1,18}")
        ? new LeaseRecord(fields[0].equals(NOBODY) ? "" : fields[0], Long.parseLong(fields[1]))
        : FREE;
  }

  void write(Path file) throws IOException {
    String text = (owner.isEmpty() ? NOBODY : owner) + " " + renewals + " end";
    ByteBuffer bytes =
        ByteBuffer.wrap(
            ("%-" + (BYTES - 1) + "s%n").formatted(text).getBytes(StandardCharsets.UTF_8));
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }
  }
}
