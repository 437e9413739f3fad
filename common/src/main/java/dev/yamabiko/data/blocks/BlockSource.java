package dev.yamabiko.data.blocks;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/** Where a worker gets the blocks of a dataset from. Safe to call from any thread. */
@FunctionalInterface
public interface BlockSource {

  /** No block, and no page, has more bytes: 512 KiB. */
  int MOST_BYTES = BlockManifest.BLOCK;

  /**
   * Asks for one block. What comes need not be right: whoever asks verifies it.
   *
   * @param index a block of the content, or -1-p for page p of its {@link BlockManifest}
   * @return the block's bytes, which belong to the caller; cancelled if nobody wants them any more
   */
  CompletableFuture<ByteBuffer> block(String contentSha256, int index);
}
