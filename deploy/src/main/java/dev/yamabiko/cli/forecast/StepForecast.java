package dev.yamabiko.cli.forecast;

/**
 * One step, forecast.
 *
 * @param workers of the cluster, those without shards among them
 * @param shards of a step
 * @param sliceNodes that hold the slices; 0 for the star, where the coordinator does
 * @param slices of the weights
 * @param seconds of the step: the sum of the next three
 * @param compute of them: the slowest worker's installing, forward and backward
 * @param network of them: what the step takes longer than with nodes that reach each other at once
 * @param aggregate of them: the rest, sums, update and handing over
 * @param limit what most of {@code network} is for
 * @param efficiency speed-up over one worker in a process of its own, divided by the workers
 * @param samplesPerSecond examples of a batch, by {@code seconds}
 */
public record StepForecast(
    int workers,
    int shards,
    int sliceNodes,
    int slices,
    double seconds,
    double compute,
    double network,
    double aggregate,
    Limit limit,
    double efficiency,
    double samplesPerSecond) {

  /** What sending waits for. */
  public enum Limit {
    COORDINATOR_LINK("the coordinator's link"),
    SLICE_LINKS("the slice nodes' links"),
    WORKER_LINKS("each worker's own link"),
    LATENCY("latency"),
    PROCESSOR("the processor time of messages and bytes");

    private final String words;

    Limit(String words) {
      this.words = words;
    }

    @Override
    public String toString() {
      return words;
    }
  }
}
