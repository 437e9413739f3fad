package dev.yamabiko.model;

import dev.yamabiko.data.ContentHash;
import dev.yamabiko.tensor.Shape;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;

/**
 * Reads a file in the safetensors format, which {@link Safetensors} describes, whoever wrote it.
 * The whole file is checked when it is opened: tensors must lie within it, side by side, and cover
 * it; where the metadata names the weights by their hash, as {@link Safetensors} does, they must be
 * those. Every failure is a {@link ModelException}.
 */
public final class SafetensorsFile implements Closeable {

  /** As in the format's own reader: a corrupt length must not claim gigabytes. */
  static final long LONGEST_HEADER = 100_000_000;

  private static final int CHUNK_BYTES = 1 << 16;

  private final Path file;
  private final FileChannel channel;
  private final SafetensorsHeader header;
  private final long dataFrom;

  private SafetensorsFile(Path file, FileChannel channel, SafetensorsHeader header, long dataFrom) {
    this.file = file;
    this.channel = channel;
    this.header = header;
    this.dataFrom = dataFrom;
  }

  /** Opens the file, reads its header and checks the rest. */
  public static SafetensorsFile open(Path file) {
    if (Files.isDirectory(file)) {
      throw new ModelException(file + ": expected a model file but found a directory");
    }
    // One that nobody writes to would be waited for.
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new ModelException(file + ": expected a model file but found a pipe or a device");
    }
    FileChannel channel = null;
    try {
      channel = FileChannel.open(file);
      SafetensorsFile opened = read(file, channel);
      opened.checkWeights();
      channel = null;
      return opened;
    } catch (IOException e) {
      throw unreadable(file, e);
    } finally {
      if (channel != null) {
        closeQuietly(channel);
      }
    }
  }

  private static SafetensorsFile read(Path file, FileChannel channel) throws IOException {
    long size = channel.size();
    if (size < Long.BYTES) {
      throw new ModelException(
          "%s: expected a safetensors file, which begins with 8 bytes, but found %d bytes"
              .formatted(file, size));
    }
    long length = bytes(channel, 0, Long.BYTES).getLong();
    if (length < 0 || length > LONGEST_HEADER) {
      throw new ModelException(
          "%s: not a safetensors file: expected a header of at most %d bytes but its length is %s"
              .formatted(file, LONGEST_HEADER, Long.toUnsignedString(length)));
    }
    long dataFrom = Long.BYTES + length;
    if (dataFrom > size) {
      throw new ModelException(
          "%s: expected a header of %d bytes after byte 8 but the file ends after %d; is it truncated?"
              .formatted(file, length, size - Long.BYTES));
    }
    ByteBuffer text = bytes(channel, Long.BYTES, (int) length);
    SafetensorsHeader header = SafetensorsHeader.parse(file, text);
    header.checkCovers(file, size - dataFrom);
    return new SafetensorsFile(file, channel, header, dataFrom);
  }

  private void checkWeights() throws IOException {
    String expected = header.metadata().get(Safetensors.WEIGHTS_HASH);
    if (expected == null) {
      return;
    }
    MessageDigest digest = ContentHash.digest();
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
    long end = channel.size();
    for (long at = dataFrom; at < end; at += chunk.limit()) {
      chunk.clear().limit((int) Math.min(CHUNK_BYTES, end - at));
      fill(channel, at, chunk);
      digest.update(chunk);
    }
    String found = ContentHash.name(digest);
    if (!found.equals(expected)) {
      throw new ModelException(
          "%s: the weights are damaged, or changed without their %s: expected %s but found %s"
              .formatted(file, Safetensors.WEIGHTS_HASH, expected, found));
    }
  }

  public Path file() {
    return file;
  }

  /** What the file says of itself. */
  public Map<String, String> metadata() {
    return header.metadata();
  }

  /** The names of all tensors, in the order in which they lie in the file. */
  public List<String> names() {
    return List.copyOf(header.tensors().keySet());
  }

  /**
   * A tensor's dimensions; none for a single number.
   *
   * @throws ModelException if there is no such tensor
   */
  public List<Long> shape(String name) {
    return tensor(name).shape();
  }

  /** Whether there is a tensor of this name and shape. */
  public boolean has(String name, Shape shape) {
    SafetensorsHeader.Tensor tensor = header.tensors().get(name);
    return tensor != null && tensor.hasShape(shape);
  }

  /**
   * Reads a tensor.
   *
   * @param shape what its dimensions have to be
   * @param into where its elements go, row-major, from {@code at} on
   * @throws ModelException if there is none of that name and shape, or it does not hold finite
   *     floats
   */
  public void read(String name, Shape shape, float[] into, int at) {
    SafetensorsHeader.Tensor tensor = tensor(name);
    if (!tensor.hasShape(shape)) {
      throw new ModelException(
          "%s: tensor %s: expected %s but found %s".formatted(file, name, shape, tensor.shape()));
    }
    try {
      ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
      long position = dataFrom + tensor.begin();
      int left = shape.size();
      while (left > 0) {
        int count = Math.min(left, CHUNK_BYTES / tensor.type().bytes());
        chunk.clear().limit(count * tensor.type().bytes());
        fill(channel, position, chunk);
        for (int i = 0; i < count; i++) {
          float element = tensor.type().read(chunk);
          if (!Float.isFinite(element)) {
            throw new ModelException(
                "expected finite numbers of 32 bits but element %d is %s"
                    .formatted(shape.size() - left + i, element));
          }
          into[at++] = element;
        }
        position += chunk.limit();
        left -= count;
      }
    } catch (ModelException e) {
      throw new ModelException("%s: tensor %s: %s".formatted(file, name, e.getMessage()), e);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private SafetensorsHeader.Tensor tensor(String name) {
    SafetensorsHeader.Tensor tensor = header.tensors().get(name);
    if (tensor == null) {
      throw new ModelException("%s: expected a tensor %s but there is none".formatted(file, name));
    }
    return tensor;
  }

  private static ByteBuffer bytes(FileChannel channel, long position, int count)
      throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    fill(channel, position, bytes);
    return bytes;
  }

  /** Fills the buffer to its limit and leaves it ready to be read. */
  private static void fill(FileChannel channel, long position, ByteBuffer bytes)
      throws IOException {
    while (bytes.hasRemaining()) {
      int n = channel.read(bytes, position);
      if (n < 0) {
        throw new EOFException("the file has become shorter");
      }
      position += n;
    }
    bytes.flip();
  }

  private static ModelException unreadable(Path file, IOException e) {
    if (e instanceof NoSuchFileException) {
      return new ModelException(file + ": no such file", e);
    }
    if (e instanceof AccessDeniedException) {
      return new ModelException(file + ": no permission to read this file", e);
    }
    return new ModelException(file + ": cannot be read: " + e.getMessage(), e);
  }

  private static void closeQuietly(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // Nothing was written, and what was read is checked.
    }
  }

  @Override
  public void close() {
    closeQuietly(channel);
  }
}
