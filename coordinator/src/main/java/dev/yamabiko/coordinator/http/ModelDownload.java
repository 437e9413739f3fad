package dev.yamabiko.coordinator.http;

import akka.NotUsed;
import akka.stream.javadsl.FileIO;
import akka.stream.javadsl.Source;
import akka.util.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A model file as users get it. The job in its metadata names uploads as the user did, by their
 * content, where the file on the disk has this machine's paths; all else is the same.
 *
 * <p>A safetensors file begins with the header's length in 8 bytes, little-endian, and the header
 * in JSON; where tensors begin is a multiple of 8 again, by blanks at the header's end.
 *
 * @param beginning what is sent instead of the file's first bytes
 * @param from the first byte of the file that is sent as it is
 */
record ModelDownload(Path file, ByteString beginning, long from, long bytes) {

  private static final int CHUNK = 1 << 16;
  private static final long LONGEST_HEADER = 100_000_000;

  static ModelDownload of(Path file, Path uploads) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      long size = channel.size();
      ByteBuffer length = read(channel, 0, Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      long header = length.remaining() == Long.BYTES ? length.getLong() : -1;
      if (header < 0 || header > Math.min(LONGEST_HEADER, size - Long.BYTES)) {
        return new ModelDownload(file, ByteString.emptyByteString(), 0, size);
      }
      byte[] named = named(read(channel, Long.BYTES, (int) header), uploads);
      int padded = (named.length + Long.BYTES - 1) / Long.BYTES * Long.BYTES;
      ByteBuffer beginning =
          ByteBuffer.allocate(Long.BYTES + padded).order(ByteOrder.LITTLE_ENDIAN).putLong(padded);
      beginning.put(named);
      while (beginning.hasRemaining()) {
        beginning.put((byte) ' ');
      }
      long from = Long.BYTES + header;
      return new ModelDownload(
          file,
          ByteString.fromArray(beginning.array()),
          from,
          beginning.capacity() + (size - from));
    }
  }

  private static ByteBuffer read(FileChannel channel, long at, int count) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(count);
    while (bytes.hasRemaining() && channel.read(bytes, at + bytes.position()) >= 0) {
      // Until the count or the file's end is reached.
    }
    return bytes.flip();
  }

  private static byte[] named(ByteBuffer header, Path uploads) {
    // A string of the job, which is itself a string of the header.
    String path = Json.escaped(Json.escaped(uploads.toString()));
    String text = StandardCharsets.UTF_8.decode(header).toString();
    return JobFiles.withNames(text, path).stripTrailing().getBytes(StandardCharsets.UTF_8);
  }

  Source<ByteString, NotUsed> content() {
    return Source.single(beginning)
        .concat(FileIO.fromPath(file, CHUNK, from).mapMaterializedValue(read -> NotUsed.notUsed()));
  }
}
