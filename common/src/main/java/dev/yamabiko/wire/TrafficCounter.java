package dev.yamabiko.wire;

import java.util.concurrent.atomic.LongAdder;

/** Counts a link's traffic; written by network threads, read by anybody. */
final class TrafficCounter {

  private final LongAdder bytesSent = new LongAdder();
  private final LongAdder framesSent = new LongAdder();
  private final LongAdder bytesReceived = new LongAdder();
  private final LongAdder framesReceived = new LongAdder();
  private final LongAdder datasetBytes = new LongAdder();

  void sent(long bytes) {
    bytesSent.add(bytes);
    framesSent.increment();
  }

  void received(long bytes) {
    bytesReceived.add(bytes);
    framesReceived.increment();
  }

  /** Of bytes that are counted already, those of a dataset block. */
  void dataset(long bytes) {
    datasetBytes.add(bytes);
  }

  BulkTraffic read() {
    return new BulkTraffic(
        bytesSent.sum(),
        framesSent.sum(),
        bytesReceived.sum(),
        framesReceived.sum(),
        datasetBytes.sum());
  }
}
