package dev.yamabiko.coordinator.http;

import akka.NotUsed;
import akka.stream.javadsl.Source;
import akka.util.ByteString;
import dev.yamabiko.model.AtomicFile;
import dev.yamabiko.model.TrainedModel;
import dev.yamabiko.model.onnx.OnnxExport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model as an ONNX file, made for one download: a client that reads slowly keeps no model in
 * memory. The file goes when it has been read, when nobody reads it any more, or when nobody has
 * begun to: of a request that has ended before its answer the content is never asked for. Where the
 * system allows it, the file has no name from the beginning, so that not even a crash leaves it
 * behind.
 */
final class OnnxDownload {

  /** From the end of its making on; an answer is sent at once. */
  static final Duration UNREAD = Duration.ofMinutes(1);

  private static final Logger LOG = LoggerFactory.getLogger(OnnxDownload.class);
  private static final int CHUNK = 1 << 16;
  private static final String BEGINNING = "model-";
  private static final String ENDING = ".onnx" + AtomicFile.TEMPORARY;

  /** At the file's beginning; it goes when this is closed. */
  private final FileChannel channel;

  private final long bytes;
  private final AtomicBoolean claimed = new AtomicBoolean();

  private OnnxDownload(FileChannel channel, long bytes) {
    this.channel = channel;
    this.bytes = bytes;
  }

  /**
   * Deletes what was being made when the process before was killed. What cannot be deleted stays:
   * the rest is none the worse for it.
   *
   * @param jobs the directory of all jobs
   */
  static void removeLeft(Path jobs) {
    forEach(
        jobs,
        "*",
        job -> {
          Path run = job.resolve("run");
          if (Files.isDirectory(run)) {
            forEach(run, BEGINNING + "*" + ENDING, Files::deleteIfExists);
          }
        });
  }

  private interface Use {
    void of(Path entry) throws IOException;
  }

  private static void forEach(Path directory, String names, Use use) {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, names)) {
      for (Path entry : entries) {
        use.of(entry);
      }
    } catch (NoSuchFileException e) {
      LOG.debug("nothing is left behind directory={}", directory);
    } catch (IOException | DirectoryIteratorException e) {
      LOG.warn(
          "a temporary file may be left behind directory={} cause={}", directory, e.toString());
    }
  }

  /**
   * @param directory where there is room for a file
   * @param later runs its task when nobody is going to read the file who has not begun to
   */
  static OnnxDownload of(TrainedModel model, Path directory, Executor later) throws IOException {
    Path file = Files.createTempFile(directory, BEGINNING, ENDING);
    try {
      OnnxExport.write(model, file);
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.DELETE_ON_CLOSE);
      OnnxDownload download = new OnnxDownload(channel, channel.size());
      later.execute(download::closeUnread);
      return download;
    } catch (IOException | RuntimeException | Error e) {
      Files.deleteIfExists(file);
      throw e;
    }
  }

  long bytes() {
    return bytes;
  }

  /** Can be read once. */
  Source<ByteString, NotUsed> content() {
    return Source.unfoldResource(this::claim, OnnxDownload::next, OnnxDownload::close);
  }

  private Optional<FileChannel> claim() {
    return claimed.compareAndSet(false, true) ? Optional.of(channel) : Optional.empty();
  }

  private void closeUnread() {
    try {
      close(claim());
    } catch (IOException e) {
      LOG.warn("a temporary file may be left behind cause={}", e.toString());
    }
  }

  private static void close(Optional<FileChannel> claimed) throws IOException {
    if (claimed.isPresent()) {
      claimed.get().close();
    }
  }

  private static Optional<ByteString> next(Optional<FileChannel> claimed) throws IOException {
    FileChannel channel =
        claimed.orElseThrow(
            () -> new IOException("the file is gone: it is read once, soon after it was made"));
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
    return channel.read(chunk) < 0
        ? Optional.empty()
        : Optional.of(ByteString.fromByteBuffer(chunk.flip()));
  }
}
