package dev.yamabiko.protocol;

import java.util.List;

/**
 * How long a step took, by the clock of one slice's owner. Nothing of it decides anything.
 *
 * @param nanos from when the slice had sent weights[step] to when it had weights[step + 1]
 * @param updateNanos of them, those after the last contribution: aggregation and optimizer
 * @param workers whose contributions were taken, in the order of their first ones
 */
public record StepTiming(long nanos, long updateNanos, List<WorkerTiming> workers) {

  /** Of nothing. */
  public static final StepTiming NONE = new StepTiming(0, 0, List.of());

  public StepTiming {
    workers = List.copyOf(workers);
  }

  /** The same, not told who was late. */
  public StepTiming withoutWorkers() {
    return new StepTiming(nanos, updateNanos, List.of());
  }

  /**
   * Without what lay before its last nanoseconds: the weights were there, but nobody was to begin.
   */
  public StepTiming within(long most) {
    if (nanos <= most) {
      return this;
    }
    long idle = nanos - most;
    return new StepTiming(
        most,
        Math.min(updateNanos, most),
        workers.stream()
            .map(
                timing ->
                    new WorkerTiming(
                        timing.worker(),
                        Math.max(0, timing.arrivedNanos() - idle),
                        timing.computeNanos()))
            .toList());
  }
}
