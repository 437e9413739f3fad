package dev.yamabiko.wire;

import dev.yamabiko.protocol.SliceMessage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;

/** Keeps what a link receives. */
final class CoordinatorEnd implements BulkLink.Receiver {

  final BlockingQueue<SliceMessage.Contribute> contributions = new LinkedBlockingQueue<>();

  /** "connected", or "disconnected: ..." with the cause. */
  final BlockingQueue<String> events = new LinkedBlockingQueue<>();

  final Map<String, ByteBuffer> blocks = new ConcurrentHashMap<>();

  /** What comes of reading a dataset block, where that is no block. */
  volatile OutOfMemoryError outOfMemory;

  /** Dataset blocks are read once this is open. */
  volatile CountDownLatch beforeBlocks = new CountDownLatch(0);

  @Override
  public void contributed(SliceMessage.Contribute contribution) {
    contributions.add(contribution);
  }

  @Override
  public ByteBuffer datasetBlock(String sha256, int index) throws IOException {
    try {
      beforeBlocks.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
    if (outOfMemory != null) {
      throw outOfMemory;
    }
    return blocks.get(sha256 + "/" + index);
  }

  @Override
  public void connected() {
    events.add("connected");
  }

  @Override
  public void disconnected(String cause) {
    events.add("disconnected: " + cause);
  }
}
