package dev.yamabiko.data.blocks;

import dev.yamabiko.data.ContentHash;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The SHA-256 of every block of a content. A content is cut into blocks of 512 KiB, the last one
 * may be shorter. The SHA-256 of the manifest's own bytes is the content's name, so that whoever
 * knows the name can verify the manifest, and by it every block alone. The bytes, little-endian:
 *
 * <pre>
 *   bytes 0-7   "YAMABLKS"
 *   int32       version, 1
 *   int32       bytes of a block, 524288
 *   int64       bytes of the content
 *   32 bytes    for each block: its SHA-256
 * </pre>
 *
 * <p>A manifest travels in pages, cut like blocks. On the wire, index i &ge; 0 is block i and index
 * -1-p is page p.
 */
final class BlockManifest {

  static final int BLOCK_BITS = 19;
  static final int BLOCK = 1 << BLOCK_BITS;

  /** 16 TiB, so that a manifest fits into one array. */
  static final long LONGEST = 1L << 44;

  private static final byte[] MAGIC = "YAMABLKS".getBytes(StandardCharsets.US_ASCII);
  private static final int VERSION = 1;
  private static final int HEADER = 24;
  private static final int HASH = 32;

  private final ByteBuffer bytes;
  private final long length;
  private final String contentSha256;

  /**
   * @param bytes all of them
   */
  private BlockManifest(ByteBuffer bytes, long length) {
    this.bytes = bytes;
    this.length = length;
    contentSha256 = HexFormat.of().formatHex(ContentHash.digest().digest(bytes.array()));
  }

  static void requireLength(long length) {
    if (length < 1 || length > LONGEST) {
      throw new IllegalArgumentException(
          "a content has 1 to " + LONGEST + " bytes (16 TiB) but this one " + length);
    }
  }

  /** Blocks of a content, or pages of a manifest, of this length. */
  static int blocks(long length) {
    return Math.toIntExact((length + BLOCK - 1) >>> BLOCK_BITS);
  }

  /** The length of block, or page, {@code index}. */
  static int blockLength(long length, int index) {
    return (int) Math.min(BLOCK, length - position(index));
  }

  static long position(int index) {
    return (long) index << BLOCK_BITS;
  }

  /** Bytes of the manifest of a content of this length. */
  static int manifestLength(long length) {
    requireLength(length);
    return HEADER + blocks(length) * HASH;
  }

  /** Takes the hashes of a content's blocks, in order. */
  static final class Builder {
    private final ByteBuffer bytes;
    private final long length;

    Builder(long length) {
      this.length = length;
      bytes = ByteBuffer.allocate(manifestLength(length));
      bytes.put(header(length));
    }

    void add(byte[] sha256) {
      bytes.put(sha256);
    }

    BlockManifest build() {
      if (bytes.hasRemaining()) {
        throw new IllegalStateException(
            "the hashes of " + bytes.remaining() / HASH + " blocks are missing");
      }
      return new BlockManifest(bytes, length);
    }
  }

  /**
   * The manifest that these bytes are, or nothing if they are none of a content of this length.
   *
   * @param bytes owned by the result
   */
  static Optional<BlockManifest> parse(byte[] bytes, long length) {
    boolean whole =
        bytes.length == manifestLength(length)
            && header(length).equals(ByteBuffer.wrap(bytes, 0, HEADER));
    return whole
        ? Optional.of(new BlockManifest(ByteBuffer.wrap(bytes), length))
        : Optional.empty();
  }

  private static ByteBuffer header(long length) {
    ByteBuffer header = ByteBuffer.allocate(HEADER).order(ByteOrder.LITTLE_ENDIAN);
    return header.put(MAGIC).putInt(VERSION).putInt(BLOCK).putLong(length).flip();
  }

  String contentSha256() {
    return contentSha256;
  }

  /** Bytes of the content. */
  long length() {
    return length;
  }

  int blocks() {
    return blocks(length);
  }

  int pages() {
    return blocks(bytes.capacity());
  }

  /** A read-only view. */
  ByteBuffer page(int page) {
    int at = (int) position(page);
    return bytes.slice(at, blockLength(bytes.capacity(), page)).asReadOnlyBuffer();
  }

  byte[] toBytes() {
    return bytes.array().clone();
  }

  String sha256(int block) {
    return HexFormat.of()
        .formatHex(bytes.array(), HEADER + block * HASH, HEADER + (block + 1) * HASH);
  }

  /** Whether these are the block's bytes; {@code found} keeps its position. */
  boolean matches(int block, ByteBuffer found, MessageDigest digest) {
    if (found.remaining() != blockLength(length, block)) {
      return false;
    }
    digest.update(found.duplicate());
    return bytes.slice(HEADER + block * HASH, HASH).equals(ByteBuffer.wrap(digest.digest()));
  }

  /** The blocks that a file does not hold, or not as they should be; it may be too short. */
  BitSet damaged(FileChannel file) throws IOException {
    BitSet damaged = new BitSet();
    MessageDigest digest = ContentHash.digest();
    ByteBuffer buffer = ByteBuffer.allocate(BLOCK);
    for (int block = 0; block < blocks(); block++) {
      buffer.clear().limit(blockLength(length, block));
      long at = position(block);
      while (buffer.hasRemaining() && file.read(buffer, at + buffer.position()) >= 0) {
        // A file on disk gives all that is asked for, if in pieces.
      }
      damaged.set(block, !matches(block, buffer.flip(), digest));
    }
    return damaged;
  }
}
