package dev.yamabiko.coordinator;

import dev.yamabiko.model.AtomicFile;
import dev.yamabiko.model.CanonicalJson;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code events.jsonl}: a run's notices, one object on each line, the newest last. No part of the
 * result: what the disk does not take is lost, and of a file that has grown long the older half is
 * dropped.
 */
public final class NoticeFile {

  private static final Logger LOG = LoggerFactory.getLogger(NoticeFile.class);

  /** Its name in the run directory. */
  static final String NAME = "events.jsonl";

  private static final int MOST_BYTES = 4 << 20;

  /** Of a line, about; the last that are asked for are looked for in so much of the file. */
  private static final int LINE_BYTES = 512;

  private final Path file;
  private final AtomicFile.Gate gate;
  private final int most;

  /**
   * @param gate of all that the run writes
   */
  NoticeFile(Path directory, AtomicFile.Gate gate) {
    this(directory, gate, MOST_BYTES);
  }

  /**
   * @param most bytes that the file may have
   */
  NoticeFile(Path directory, AtomicFile.Gate gate, int most) {
    file = directory.resolve(NAME);
    this.gate = gate;
    this.most = most;
  }

  /** Appends it if that can be done. */
  synchronized void add(Notice notice) {
    byte[] line = (notice.json() + "\n").getBytes(StandardCharsets.UTF_8);
    try {
      shorten(line.length);
      gate.pass(() -> append(line));
    } catch (IOException e) {
      LOG.debug("a notice is not kept file={} cause={}", file, e.toString());
    }
  }

  private void append(byte[] line) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      long end = channel.size();
      // A full disk may have taken half a line.
      boolean torn = end > 0 && read(channel, end - 1, 1).get(0) != '\n';
      ByteBuffer bytes = ByteBuffer.allocate(line.length + 1);
      if (torn) {
        bytes.put((byte) '\n');
      }
      bytes.put(line).flip();
      while (bytes.hasRemaining()) {
        end += channel.write(bytes, end);
      }
    }
  }

  private void shorten(int byMore) throws IOException {
    if (!Files.exists(file) || Files.size(file) + byMore <= most) {
      return;
    }
    List<String> kept = lines(file, most / 2);
    AtomicFile.write(file, part -> Files.write(part, kept), gate);
  }

  /** The last so many notices of the run in this directory, the newest first. */
  public static List<String> newest(Path directory, int many) throws IOException {
    List<String> lines;
    try {
      lines = lines(directory.resolve(NAME), many * LINE_BYTES);
    } catch (NoSuchFileException e) {
      return List.of();
    }
    List<String> newest = new ArrayList<>();
    for (int i = lines.size() - 1; i >= 0 && newest.size() < many; i--) {
      notice(lines.get(i)).ifPresent(newest::add);
    }
    return newest;
  }

  /** The whole lines in the last bytes of the file. */
  private static List<String> lines(Path file, int bytes) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long from = Math.max(0, channel.size() - bytes);
      String text = StandardCharsets.UTF_8.decode(read(channel, from, bytes)).toString();
      // What is cut off begins with the rest of a line.
      return text.substring(from == 0 ? 0 : text.indexOf('\n') + 1).lines().toList();
    }
  }

  private static ByteBuffer read(FileChannel channel, long from, int most) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(most);
    int read = 0;
    while (read >= 0 && bytes.hasRemaining()) {
      read = channel.read(bytes, from + bytes.position());
    }
    return bytes.flip();
  }

  /** The notice alone, whatever else stands in the line; empty for one that lost its end. */
  private static Optional<String> notice(String line) {
    try {
      Map<String, Object> notice = CanonicalJson.object(line);
      return notice.containsKey("notice")
          ? Optional.of(CanonicalJson.of(notice))
          : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
