package dev.yamabiko.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers one connection's requests for dataset blocks, in order. Memory: one block at a time,
 * until its last frame is written; the requests themselves are few.
 */
final class BlockService {

  private static final Logger LOG = LoggerFactory.getLogger(BlockService.class);

  private final BulkConnection connection;
  private final Outbox<?> outbox;
  private final BulkLink.Receiver source;
  private final Executor executor;
  private final int frameBytes;
  private final int mostBlockBytes;
  private final Deque<BulkFrame.BlockRequest> requests = new ArrayDeque<>();
  private boolean busy;

  /**
   * @param executor where the source may block
   */
  BlockService(
      BulkConnection connection,
      Outbox<?> outbox,
      BulkLink.Receiver source,
      Executor executor,
      BulkSettings settings) {
    this.connection = connection;
    this.outbox = outbox;
    this.source = source;
    this.executor = executor;
    this.frameBytes = settings.frameBytes();
    this.mostBlockBytes = settings.memory().blockBytes();
  }

  void request(BulkFrame.BlockRequest request) throws BulkException {
    synchronized (this) {
      if (requests.size() == BlockFetches.MOST_ASKED) {
        throw new BulkException(
            "more than %d dataset blocks asked for at a time".formatted(BlockFetches.MOST_ASKED));
      }
      requests.add(request);
    }
    next();
  }

  private void next() {
    BulkFrame.BlockRequest request;
    synchronized (this) {
      if (busy || requests.isEmpty()) {
        return;
      }
      busy = true;
      request = requests.remove();
    }
    executor.execute(() -> answer(request));
  }

  private void answer(BulkFrame.BlockRequest request) {
    String missing;
    try {
      ByteBuffer block = source.datasetBlock(request.sha256(), request.index());
      if (block != null && block.remaining() <= mostBlockBytes) {
        outbox.block(
            new BlockTransfer(request.request(), block.duplicate(), frameBytes, this::answered));
        connection.wake();
        return;
      }
      missing =
          block == null
              ? "the coordinator knows no such block"
              : "it has %d bytes, at most %d are sent".formatted(block.remaining(), mostBlockBytes);
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      LOG.warn("dataset block not read sha256={} index={}", request.sha256(), request.index(), e);
      missing =
          e instanceof OutOfMemoryError
              ? "the coordinator has not enough memory to read it"
              : "the coordinator could not read it: " + e.getMessage();
    }
    outbox.control(new BulkFrame.BlockMissing(request.request(), BulkTable.fit(missing)));
    connection.wake();
    answered();
  }

  private void answered() {
    synchronized (this) {
      busy = false;
    }
    next();
  }

  /** The connection has ended. */
  synchronized void close() {
    requests.clear();
  }
}
