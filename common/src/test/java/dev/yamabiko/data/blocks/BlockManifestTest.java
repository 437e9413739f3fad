package dev.yamabiko.data.blocks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlockManifestTest {

  private static final long GIB = 1L << 30;

  /** Of no real content: block i's hash begins with i. */
  private static BlockManifest manifest(long length) {
    BlockManifest.Builder builder = new BlockManifest.Builder(length);
    for (int i = 0; i < BlockManifest.blocks(length); i++) {
      builder.add(ByteBuffer.allocate(32).putInt(i).array());
    }
    return builder.build();
  }

  @Test
  void shouldCutAContentIntoBlocks() {
    assertEquals(524_288, BlockSource.MOST_BYTES);
    assertEquals(1, BlockManifest.blocks(1));
    assertEquals(1, BlockManifest.blocks(524_288));
    assertEquals(2, BlockManifest.blocks(524_289));
    assertEquals(1, BlockManifest.blockLength(524_289, 1));
    assertEquals(524_288, BlockManifest.blockLength(524_289, 0));
    assertEquals(4096, BlockManifest.blocks(2 * GIB));
    assertEquals(3 * GIB, BlockManifest.position(6144));
    assertEquals(7, BlockManifest.blockLength(3 * GIB + 7, 6144));
    assertEquals(24 + 32 * (1 << 25), BlockManifest.manifestLength(BlockManifest.LONGEST));
    for (long length : new long[] {0, -1, BlockManifest.LONGEST + 1}) {
      assertThrows(IllegalArgumentException.class, () -> BlockManifest.manifestLength(length));
    }
  }

  @Test
  void shouldTravelInPages() throws IOException {
    BlockManifest manifest = manifest(17 * GIB + 5); // 34817 hashes
    assertEquals(3, manifest.pages());
    assertEquals(24 + 34_817 * 32 - (1 << 20), manifest.page(2).remaining());
    List<Integer> asked = new ArrayList<>();
    DatasetRef ref = new DatasetRef(manifest.contentSha256(), manifest.length(), "0".repeat(64));
    BlockSource source =
        (content, index) -> {
          asked.add(index);
          return CompletableFuture.completedFuture(manifest.page(-1 - index));
        };
    BlockManifest fetched = new BlockFetch(ref, source, Duration.ofSeconds(9)).manifest();
    assertEquals(List.of(-1, -2, -3), asked);
    assertEquals(manifest.contentSha256(), fetched.contentSha256());
    assertEquals("00008800" + "0".repeat(56), fetched.sha256(34_816));
  }

  @Test
  void shouldParseOnlyWhatIsOfThisLength() {
    BlockManifest manifest = manifest(600_000);
    byte[] bytes = manifest.toBytes();
    assertEquals(
        Optional.of(manifest.contentSha256()),
        BlockManifest.parse(bytes, 600_000).map(BlockManifest::contentSha256));
    assertEquals(Optional.empty(), BlockManifest.parse(bytes, 600_001));
    assertEquals(Optional.empty(), BlockManifest.parse(new byte[bytes.length], 600_000));
    assertEquals(Optional.empty(), BlockManifest.parse(new byte[5], 600_000));
  }

  @Test
  void shouldReadBlocksBeyondTwoGigabytes(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("sparse");
    long length = 3 * GIB + 7;
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5, 6, 7}), 3 * GIB);
      channel.write(ByteBuffer.wrap(new byte[] {9}), BlockManifest.position(5001) - 1);
    }
    MappedBlocks blocks = MappedBlocks.map(file, length);
    assertEquals(ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5, 6, 7}), blocks.block(6144));
    assertEquals(524_288, blocks.block(5000).remaining());
    assertEquals(9, blocks.block(5000).get(524_287));
    assertTrue(blocks.block(0).isReadOnly());
  }
}
