package dev.yamabiko.soak;

import java.util.Random;

/**
 * All that a seed decides: the jobs and the faults, each by its number, whenever it is asked for.
 * What a fault meets is the machine's business.
 */
record SoakPlan(long seed) {

  /** Jobs come again after so many, so that what one node makes of them is computed once. */
  static final int JOBS = 16;

  SoakJob job(int number) {
    return SoakJob.random(number % JOBS, new Random(mixed(2L * (number % JOBS))));
  }

  SoakFault fault(int number) {
    return SoakFault.random(new Random(mixed(2L * number + 1)));
  }

  /** Seeds beside each other would give generators that begin alike. */
  private long mixed(long number) {
    long z = seed * 0x9E3779B97F4A7C15L + number * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 30) * 0x94D049BB133111EBL;
    return z ^ z >>> 31;
  }
}
