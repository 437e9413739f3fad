package dev.yamabiko.data.blocks;

import dev.yamabiko.data.ContentHash;
import dev.yamabiko.data.DataException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.PrimitiveIterator;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;

/**
 * Fetches one content from a source that may err: a few blocks are under way at once, each is
 * verified, and a wrong one is asked for once more.
 */
final class BlockFetch {

  static final int IN_FLIGHT = 8;

  private final DatasetRef ref;
  private final BlockSource source;
  private final Duration deadline;
  private final MessageDigest digest = ContentHash.digest();

  private record Asked(int index, CompletableFuture<ByteBuffer> answer) {}

  private interface Received {
    void accept(int index, ByteBuffer bytes) throws IOException;
  }

  /**
   * @param deadline for the next block to arrive
   */
  BlockFetch(DatasetRef ref, BlockSource source, Duration deadline) {
    this.ref = ref;
    this.source = source;
    this.deadline = deadline;
  }

  /**
   * Fetches all pages of the manifest; they can be verified only together.
   *
   * @throws DataException if they are wrong twice
   */
  BlockManifest manifest() throws IOException {
    byte[] bytes = pages();
    if (!sha256(ByteBuffer.wrap(bytes)).equals(ref.contentSha256())) {
      bytes = pages();
    }
    String found = sha256(ByteBuffer.wrap(bytes));
    if (!found.equals(ref.contentSha256())) {
      throw new DataException(
          String.format(
              "the manifest of this run's data arrived wrong twice: expected SHA-256 %s but found"
                  + " %s",
              ref.contentSha256(), found));
    }
    return BlockManifest.parse(bytes, ref.bytes())
        .orElseThrow(
            () ->
                new DataException(
                    String.format(
                        "the manifest of data %s is not of %d bytes, or of another version",
                        ref.contentSha256(), ref.bytes())));
  }

  private byte[] pages() throws IOException {
    byte[] all = new byte[BlockManifest.manifestLength(ref.bytes())];
    int pages = BlockManifest.blocks(all.length);
    each(
        IntStream.range(0, pages).map(page -> -1 - page),
        (index, bytes) -> {
          int page = -1 - index;
          int expected = BlockManifest.blockLength(all.length, page);
          if (bytes.remaining() != expected) {
            throw new DataException(
                String.format(
                    "page %d of the manifest of data %s has %d bytes instead of %d",
                    page, ref.contentSha256(), bytes.remaining(), expected));
          }
          bytes.get(all, (int) BlockManifest.position(page), expected);
        });
    return all;
  }

  /** Fetches these blocks, verifies them and writes each to its place. */
  void blocks(BlockManifest manifest, BitSet wanted, FileChannel into) throws IOException {
    each(
        wanted.stream(),
        (index, bytes) -> {
          ByteBuffer right = bytes;
          if (!manifest.matches(index, bytes, digest)) {
            right = await(ask(index));
            requireMatch(manifest, index, right);
          }
          BlockHashes.write(into, right, BlockManifest.position(index));
        });
  }

  private void requireMatch(BlockManifest manifest, int index, ByteBuffer bytes) {
    if (!manifest.matches(index, bytes, digest)) {
      throw new DataException(
          String.format(
              "block %d of data %s arrived wrong twice: expected %d bytes with SHA-256 %s but found"
                  + " %d with %s",
              index,
              ref.contentSha256(),
              BlockManifest.blockLength(ref.bytes(), index),
              manifest.sha256(index),
              bytes.remaining(),
              sha256(bytes)));
    }
  }

  private String sha256(ByteBuffer bytes) {
    digest.update(bytes.duplicate());
    return ContentHash.name(digest);
  }

  private void each(IntStream indexes, Received received) throws IOException {
    PrimitiveIterator.OfInt next = indexes.iterator();
    Queue<Asked> underWay = new ArrayDeque<>();
    try {
      while (next.hasNext() || !underWay.isEmpty()) {
        while (next.hasNext() && underWay.size() < IN_FLIGHT) {
          underWay.add(ask(next.nextInt()));
        }
        Asked first = underWay.remove();
        received.accept(first.index(), await(first));
      }
    } finally {
      underWay.forEach(asked -> asked.answer().cancel(true));
    }
  }

  private Asked ask(int index) {
    try {
      return new Asked(index, source.block(ref.contentSha256(), index));
    } catch (RuntimeException e) {
      return new Asked(index, CompletableFuture.failedFuture(e));
    }
  }

  private ByteBuffer await(Asked asked) throws IOException {
    try {
      return asked.answer().get(deadline.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      throw failure(
          asked, cause.getMessage() == null ? cause.toString() : cause.getMessage(), cause);
    } catch (CancellationException e) {
      throw failure(asked, "the source cancelled it", e);
    } catch (TimeoutException e) {
      asked.answer().cancel(true);
      throw failure(asked, "no answer within " + deadline.toMillis() / 1e3 + " s", e);
    } catch (InterruptedException e) {
      asked.answer().cancel(true);
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while a run's data was fetched");
    }
  }

  private DataException failure(Asked asked, String reason, Throwable cause) {
    String what =
        asked.index() >= 0
            ? "block " + asked.index()
            : "page " + (-1 - asked.index()) + " of the manifest";
    return new DataException(
        String.format("%s of data %s cannot be fetched: %s", what, ref.contentSha256(), reason),
        cause);
  }
}
