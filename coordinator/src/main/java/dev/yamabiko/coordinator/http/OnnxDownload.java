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
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * A model as an ONNX file, made for one download: a client that reads slowly keeps no model in
 * memory. The file goes when it has been read, or when nobody reads it any more; where the system
 * allows it, it has lost its name by then, so that not even a crash leaves it behind.
 *
 * @param channel at the file's beginning; {@link #content} closes it
 */
record OnnxDownload(FileChannel channel, long bytes) {

  private static final int CHUNK = 1 << 16;

  /**
   * @param directory where there is room for a file
   */
  static OnnxDownload of(TrainedModel model, Path directory) throws IOException {
    Path file = Files.createTempFile(directory, "model-", ".onnx" + AtomicFile.TEMPORARY);
    try {
      OnnxExport.write(model, file);
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.DELETE_ON_CLOSE);
      return new OnnxDownload(channel, channel.size());
    } catch (IOException | RuntimeException | Error e) {
      Files.deleteIfExists(file);
      throw e;
    }
  }

  /** May be asked for once. */
  Source<ByteString, NotUsed> content() {
    return Source.unfoldResource(() -> channel, OnnxDownload::next, FileChannel::close);
  }

  private static Optional<ByteString> next(FileChannel channel) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
    return channel.read(chunk) < 0
        ? Optional.empty()
        : Optional.of(ByteString.fromByteBuffer(chunk.flip()));
  }
}
