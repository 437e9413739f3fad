package dev.yamabiko.protocol;

/**
 * How long a step took one worker.
 *
 * @param arrivedNanos when the last of its contributions that were taken was there, since the step
 *     began, by the slice owner's clock
 * @param computeNanos from when it had the step's weights and began to compute to when it sent that
 *     contribution, by its own clock
 */
public record WorkerTiming(String worker, long arrivedNanos, long computeNanos) {}
