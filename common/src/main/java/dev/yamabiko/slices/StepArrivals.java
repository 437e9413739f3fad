package dev.yamabiko.slices;

import dev.yamabiko.protocol.StepTiming;
import dev.yamabiko.protocol.WorkerTiming;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * When the contributions to a slice's open step arrived: which worker the step waited for. Its
 * arrays serve all steps; what it gives away is a record for each worker.
 */
final class StepArrivals {

  private final LongSupplier nanoTime;
  private long began;
  private long last;
  private int count;
  private String[] workers = new String[4];
  private long[] arrived = new long[4];
  private long[] computed = new long[4];

  StepArrivals(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    begin();
  }

  /** The step's weights are on their way. */
  void begin() {
    began = nanoTime.getAsLong();
    last = 0;
    count = 0;
  }

  /** They are on their way to another worker; before anything has come back, nobody was late. */
  void sent() {
    if (count == 0) {
      began = nanoTime.getAsLong();
    }
  }

  /** A contribution was taken, which its worker has computed in so many nanoseconds. */
  void taken(String worker, long computeNanos) {
    int at = indexOf(worker);
    if (at == count) {
      if (count == workers.length) {
        workers = Arrays.copyOf(workers, 2 * count);
        arrived = Arrays.copyOf(arrived, 2 * count);
        computed = Arrays.copyOf(computed, 2 * count);
      }
      workers[count++] = worker;
    }
    last = nanoTime.getAsLong() - began;
    arrived[at] = last;
    computed[at] = computeNanos;
  }

  private int indexOf(String worker) {
    int at = 0;
    while (at < count && !workers[at].equals(worker)) {
      at++;
    }
    return at;
  }

  /** The next step's weights are there. */
  StepTiming close() {
    long nanos = nanoTime.getAsLong() - began;
    WorkerTiming[] timings = new WorkerTiming[count];
    for (int i = 0; i < count; i++) {
      timings[i] = new WorkerTiming(workers[i], arrived[i], computed[i]);
    }
    return new StepTiming(nanos, nanos - last, List.of(timings));
  }
}
