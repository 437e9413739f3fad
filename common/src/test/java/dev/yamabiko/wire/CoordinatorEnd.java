package dev.yamabiko.wire;

import dev.yamabiko.protocol.SliceMessage;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;

/** Keeps what a link receives. */
final class CoordinatorEnd implements BulkLink.Receiver {

  final BlockingQueue<SliceMessage.Contribute> contributions = new LinkedBlockingQueue<>();

  /** "connected", or "disconnected: ..." with the cause. */
  final BlockingQueue<String> events = new LinkedBlockingQueue<>();

  final Map<String, ByteBuffer> blocks = new ConcurrentHashMap<>();

  @Override
  public void contributed(SliceMessage.Contribute contribution) {
    contributions.add(contribution);
  }

  @Override
  public ByteBuffer datasetBlock(String sha256, int index) {
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
