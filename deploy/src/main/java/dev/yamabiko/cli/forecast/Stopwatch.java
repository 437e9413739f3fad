package dev.yamabiko.cli.forecast;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** What a piece of work takes the thread that does it, once it is compiled. */
final class Stopwatch {

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private static final long WARM_UP_AT_LEAST = TimeUnit.MILLISECONDS.toNanos(1_000);
  private static final long WARM_UP_AT_MOST = TimeUnit.SECONDS.toNanos(45);
  private static final long LOOK_EVERY = TimeUnit.MILLISECONDS.toNanos(250);

  /** Of the time between two looks: so little compiling is no hot loop any more. */
  private static final double SETTLED = 0.02;

  /** What is being compiled counts only when it is done: one calm look may be just before that. */
  private static final int CALM_LOOKS = 3;

  private static final int MOST_ROUNDS = 200;

  private Stopwatch() {}

  /** The calling thread's processor time: what else runs on the machine does not count. */
  static long threadNanos() {
    return THREADS.isCurrentThreadCpuTimeSupported()
        ? THREADS.getCurrentThreadCpuTime()
        : System.nanoTime();
  }

  /**
   * Does the work until the compiler has nothing more to do for it. By the thread's own time: on a
   * busy machine the compiler is as slow as the work.
   */
  static void warmUp(Runnable work) {
    long until = System.nanoTime() + WARM_UP_AT_MOST;
    long began = threadNanos();
    long looked = began;
    long compiled = compilerMillis();
    int calm = 0;
    while (calm < CALM_LOOKS && System.nanoTime() < until) {
      work.run();
      long now = threadNanos();
      if (now - looked >= LOOK_EVERY && now - began >= WARM_UP_AT_LEAST) {
        long total = compilerMillis();
        boolean quiet = (total - compiled) * 1e6 / (now - looked) < SETTLED;
        calm = quiet ? calm + 1 : 0;
        looked = now;
        compiled = total;
      }
    }
  }

  private static long compilerMillis() {
    return ManagementFactory.getCompilationMXBean().getTotalCompilationTime();
  }

  /**
   * The median of what these pieces of work take, in seconds, by turns for so long, at least twice.
   */
  static double[] medians(long millis, Runnable... works) {
    double[][] times = new double[works.length][MOST_ROUNDS];
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    int rounds = 0;
    while (rounds < 2 || rounds < MOST_ROUNDS && System.nanoTime() < until) {
      for (int i = 0; i < works.length; i++) {
        long began = threadNanos();
        works[i].run();
        // Some systems' clocks of threads tick in milliseconds; nothing is done in no time.
        times[i][rounds] = Math.max(1, threadNanos() - began) / 1e9;
      }
      rounds++;
    }
    double[] medians = new double[works.length];
    for (int i = 0; i < works.length; i++) {
      medians[i] = median(Arrays.copyOf(times[i], rounds));
    }
    return medians;
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
