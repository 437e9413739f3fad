package dev.yamabiko.wire;

import java.util.concurrent.atomic.LongAdder;

/** Counts a link's traffic; written by network threads, read by anybody. */
final class TrafficCounter {

  private final LongAdder bytesSent = new LongAdder();
  private final LongAdder framesSent = new LongAdder();
  private final LongAdder bytesReceived = new LongAdder();
  private final LongAdder framesReceived = new LongAdder();

  void sent(long bytes) {
    bytesSent.add(bytes);
    framesSent.increment();
  }

  void received(long bytes) {
    bytesReceived.add(bytes);
    framesReceived.increment();
  }

  BulkTraffic read() {
    return new BulkTraffic(
        bytesSent.sum(), framesSent.sum(), bytesReceived.sum(), framesReceived.sum());
  }
}
