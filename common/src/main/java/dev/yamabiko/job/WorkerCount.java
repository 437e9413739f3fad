package dev.yamabiko.job;

/**
 * How many workers of a cluster a job asks for: it waits for the least and takes at most the most.
 * Plays no part in the arithmetic.
 */
public record WorkerCount(int least, int most) {

  /** One, and as many as there are. */
  public static final WorkerCount DEFAULT = new WorkerCount(1, Integer.MAX_VALUE);
}
