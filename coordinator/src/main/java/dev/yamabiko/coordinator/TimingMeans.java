package dev.yamabiko.coordinator;

import dev.yamabiko.protocol.StepTiming;
import dev.yamabiko.protocol.WorkerTiming;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What steps were spent on, in the mean. Of one step, whose worker w has computed for c_w and was
 * heard of last at a_w, in the mean over its workers:
 *
 * <pre>
 *   compute = c_w    broadcast = a_w - c_w    wait = max a - a_w    aggregate = seconds - max a
 * </pre>
 *
 * They add up to the step's seconds. Broadcast is the way there and back: weights down, gradients
 * up, and whatever keeps the worker from beginning.
 */
final class TimingMeans {

  private static final double NANOS = 1e9;

  /** Sums over steps, in nanoseconds. */
  private static final class Sums {
    long steps;
    double compute;
    double broadcast;
    double wait;

    void add(double computed, double carried, double waited) {
      steps++;
      compute += computed;
      broadcast += carried;
      wait += waited;
    }

    void put(Map<String, Object> json) {
      json.put("compute", seconds(compute, steps));
      json.put("broadcast", seconds(broadcast, steps));
      json.put("wait", seconds(wait, steps));
    }
  }

  private final Sums all = new Sums();
  private final Map<String, Sums> perWorker = new LinkedHashMap<>();
  private double nanos;
  private double aggregate;

  void add(StepTiming timing) {
    long last = timing.nanos() - timing.updateNanos();
    double compute = 0;
    double broadcast = 0;
    double wait = 0;
    for (WorkerTiming worker : timing.workers()) {
      // By another clock, so it need not fit.
      long computed = Math.min(worker.computeNanos(), worker.arrivedNanos());
      long carried = worker.arrivedNanos() - computed;
      long waited = last - worker.arrivedNanos();
      perWorker.computeIfAbsent(worker.worker(), name -> new Sums()).add(computed, carried, waited);
      compute += computed;
      broadcast += carried;
      wait += waited;
    }
    int workers = Math.max(1, timing.workers().size());
    all.add(compute / workers, broadcast / workers, wait / workers);
    nanos += timing.nanos();
    aggregate += timing.updateNanos();
  }

  long steps() {
    return all.steps;
  }

  /** Of all steps together, as the following are. */
  double seconds() {
    return nanos / NANOS;
  }

  double computeSeconds() {
    return all.compute / NANOS;
  }

  double broadcastSeconds() {
    return all.broadcast / NANOS;
  }

  double waitSeconds() {
    return all.wait / NANOS;
  }

  double aggregateSeconds() {
    return aggregate / NANOS;
  }

  /**
   * In seconds, to the nanosecond: of each step, and of each worker in the steps that it was in.
   */
  void put(Map<String, Object> json) {
    json.put("seconds", seconds(nanos, all.steps));
    all.put(json);
    json.put("aggregate", seconds(aggregate, all.steps));
  }

  void putWorkers(Map<String, Object> json) {
    List<Object> workers = new ArrayList<>();
    perWorker.forEach(
        (name, sums) -> {
          Map<String, Object> worker = new LinkedHashMap<>();
          worker.put("name", name);
          sums.put(worker);
          workers.add(worker);
        });
    json.put("workers", workers);
  }

  private static double seconds(double nanos, long steps) {
    return Math.round(nanos / Math.max(1, steps)) / NANOS;
  }
}
