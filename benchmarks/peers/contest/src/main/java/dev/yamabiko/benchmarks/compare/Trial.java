package dev.yamabiko.benchmarks.compare;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The clock of one contestant in one cell. Steps before the end of the warm-up do not count; then
 * whole steps are counted for the given time. Both last until the process has had so many seconds
 * of a processor, since on a busy machine a second by the clock compiles and computes little; and
 * the warm-up until the compiler rests. The loss has to fall from the first steps to the last, so
 * that nobody is timed on a step that does not learn.
 */
public final class Trial {

  /** The compiler needs some steps, however long they take; a rate needs some too. */
  private static final int FEWEST_STEPS = 4;

  /** So many times the seconds that were asked for by the clock, and no more. */
  private static final int MOST_PATIENCE = 12;

  /**
   * The compiler rests if no more than a tenth of the last window is said to have been its work: it
   * is said when a method is done, which may take a second and more.
   */
  private static final long WINDOW_NANOS = 3_000_000_000L;

  /** Of whole steps; the fastest of them shows the machine without its neighbours. */
  private static final long SPELL_NANOS = 500_000_000;

  private final Cell cell;
  private final double warmUpSeconds;
  private final double seconds;
  private final List<Float> losses = new ArrayList<>();

  private long windowBegan;
  private long compiledBefore;
  private boolean compilerRests;

  private long began;
  private long beganCpu;
  private int warmUpSteps;
  private long warm;
  private long warmCpu;
  private long ended;
  private long endedCpu;

  private long spellBegan;
  private int spellSteps;
  private double fastestSpell;

  Trial(Cell cell, double warmUpSeconds, double seconds) {
    this.cell = cell;
    this.warmUpSeconds = warmUpSeconds;
    this.seconds = seconds;
  }

  /**
   * @param args cell, seconds of warm-up, seconds to measure
   */
  public static Trial of(String[] args) {
    if (args.length < 3) {
      throw new IllegalArgumentException("expected CELL WARM-UP-SECONDS SECONDS");
    }
    return new Trial(Cell.parse(args[0]), Double.parseDouble(args[1]), Double.parseDouble(args[2]));
  }

  public Cell cell() {
    return cell;
  }

  /**
   * A step has ended.
   *
   * @param loss mean loss of its batch, before the step
   */
  public boolean goesOnAfter(float loss) {
    long now = System.nanoTime();
    losses.add(loss);
    int steps = losses.size();
    if (steps == 1) {
      // What loads libraries is over only now.
      began = now;
      beganCpu = cpuNanos();
      watchCompiler(now);
      compilerRests = false;
    } else if (warmUpSteps == 0) {
      watchCompiler(now);
      boolean patient = now - began < MOST_PATIENCE * warmUpSeconds * 1e9;
      if (steps > FEWEST_STEPS
          && over(warmUpSeconds, now - began, beganCpu)
          && (compilerRests || !patient)) {
        warmUpSteps = steps;
        warm = now;
        warmCpu = cpuNanos();
        beginSpell(now);
      }
    } else {
      timeSpell(now);
      if (steps >= warmUpSteps + FEWEST_STEPS && over(seconds, now - warm, warmCpu)) {
        ended = now;
        endedCpu = cpuNanos();
        return false;
      }
    }
    return true;
  }

  private void beginSpell(long now) {
    spellBegan = now;
    spellSteps = losses.size();
  }

  private void timeSpell(long now) {
    long elapsed = now - spellBegan;
    if (elapsed >= SPELL_NANOS) {
      double rate = (losses.size() - spellSteps) * cell.batch() / (elapsed / 1e9);
      fastestSpell = Math.max(fastestSpell, rate);
      beginSpell(now);
    }
  }

  private void watchCompiler(long now) {
    if (now - windowBegan >= WINDOW_NANOS) {
      long compiled =
          ManagementFactory.getCompilationMXBean().getTotalCompilationTime() * 1_000_000;
      compilerRests = compiled - compiledBefore < (now - windowBegan) / 10;
      compiledBefore = compiled;
      windowBegan = now;
    }
  }

  private static boolean over(double seconds, long elapsed, long cpuBefore) {
    return elapsed >= seconds * 1e9
        && (cpuNanos() - cpuBefore >= seconds * 1e9 || elapsed >= MOST_PATIENCE * seconds * 1e9);
  }

  /**
   * Samples per second; processor time by wall time, as JIT, collector and spinning threads count
   * too; first and last loss; steps; samples per second in the fastest half second.
   *
   * @throws IllegalStateException if the loss has not fallen, or the trial is not over
   */
  public String result() {
    int steps = losses.size();
    if (ended == 0) {
      throw new IllegalStateException(cell + " ended by itself after " + steps + " steps");
    }
    double first = mean(losses.subList(0, 2));
    double last = mean(losses.subList(steps - FEWEST_STEPS, steps));
    // Not "last >= ...": NaN is no success.
    if (!(last < 0.95 * first)) {
      throw new IllegalStateException(
          "%s does not learn: the loss was %.4f at first and %.4f after %d steps"
              .formatted(cell, first, last, steps));
    }
    double elapsed = (ended - warm) / 1e9;
    return String.format(
        Locale.ROOT,
        "result %.1f %.2f %.4f %.4f %d %.1f",
        (steps - warmUpSteps) * cell.batch() / elapsed,
        (endedCpu - warmCpu) / 1e9 / elapsed,
        first,
        last,
        steps,
        // A trial that is shorter is one spell.
        Math.max(fastestSpell, (steps - warmUpSteps) * cell.batch() / elapsed));
  }

  private static double mean(List<Float> values) {
    return values.stream().mapToDouble(Float::doubleValue).average().orElseThrow();
  }

  private static long cpuNanos() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }
}
