package dev.yamabiko.data.blocks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A mapped file, read by blocks from any thread. What is mapped stays readable when the file's name
 * is deleted.
 */
final class MappedBlocks {

  /** The binary logarithm of blocks per mapping: each is 1 GiB, because none can be 2. */
  private static final int PER_MAPPING_BITS = 30 - BlockManifest.BLOCK_BITS;

  private final ByteBuffer[] mappings;
  private final long length;

  private MappedBlocks(ByteBuffer[] mappings, long length) {
    this.mappings = mappings;
    this.length = length;
  }

  static MappedBlocks map(Path file, long length) throws IOException {
    long each = (long) BlockManifest.BLOCK << PER_MAPPING_BITS;
    ByteBuffer[] mappings = new ByteBuffer[Math.toIntExact((length + each - 1) / each)];
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      for (int i = 0; i < mappings.length; i++) {
        long from = i * each;
        mappings[i] =
            channel.map(FileChannel.MapMode.READ_ONLY, from, Math.min(each, length - from));
      }
    }
    return new MappedBlocks(mappings, length);
  }

  /** A read-only view. */
  ByteBuffer block(int index) {
    int at = (index & (1 << PER_MAPPING_BITS) - 1) << BlockManifest.BLOCK_BITS;
    int bytes = BlockManifest.blockLength(length, index);
    return mappings[index >>> PER_MAPPING_BITS].slice(at, bytes);
  }
}
