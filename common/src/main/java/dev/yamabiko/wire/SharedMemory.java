package dev.yamabiko.wire;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** Direct memory that a run may spend on encoded frames for its slower links. */
final class SharedMemory {

  private final long most;
  private final AtomicLong used = new AtomicLong();
  private final LongAdder encodings = new LongAdder();

  SharedMemory(long mostBytes) {
    most = mostBytes;
  }

  boolean reserve(long bytes) {
    if (used.addAndGet(bytes) <= most) {
      return true;
    }
    used.addAndGet(-bytes);
    return false;
  }

  void free(long bytes) {
    used.addAndGet(-bytes);
  }

  long used() {
    return used.get();
  }

  void countEncoding() {
    encodings.increment();
  }

  /** Frames of weights encoded so far. */
  long encodings() {
    return encodings.sum();
  }
}
