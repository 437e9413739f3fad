package dev.yamabiko.data.blocks;

import dev.yamabiko.data.ContentHash;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;

/** Writes a content block by block to the beginning of a file, and makes its manifest. */
final class BlockHashes extends OutputStream {

  private final FileChannel file;
  private final BlockManifest.Builder manifest;
  private final MessageDigest digest = ContentHash.digest();
  private final ByteBuffer block = ByteBuffer.allocate(BlockManifest.BLOCK);
  private int blocks;

  /**
   * @param length of all that will be written
   */
  BlockHashes(FileChannel file, long length) {
    this.file = file;
    manifest = new BlockManifest.Builder(length);
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] from, int at, int count) throws IOException {
    for (int done = 0; done < count; ) {
      int n = Math.min(count - done, block.remaining());
      block.put(from, at + done, n);
      done += n;
      if (!block.hasRemaining()) {
        drain();
      }
    }
  }

  private void drain() throws IOException {
    block.flip();
    digest.update(block.array(), 0, block.limit());
    manifest.add(digest.digest());
    write(file, block, BlockManifest.position(blocks++));
    block.clear();
  }

  /** Writes all of the bytes to this place. */
  static void write(FileChannel file, ByteBuffer bytes, long at) throws IOException {
    while (bytes.hasRemaining()) {
      at += file.write(bytes, at);
    }
  }

  /** To be asked once, when all has been written. */
  BlockManifest manifest() throws IOException {
    if (block.position() > 0) {
      drain();
    }
    return manifest.build();
  }
}
