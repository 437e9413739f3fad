package dev.yamabiko.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;

/**
 * The only thread that actors run on: whoever calls {@link #runOne}. Which of those that could run
 * is next, the seed decides.
 */
final class SeededExecutor implements Executor {

  private final List<Runnable> ready = new ArrayList<>();
  private final SplittableRandom random;
  private boolean started;

  SeededExecutor(SplittableRandom random) {
    this.random = random;
  }

  /** Until {@link #start}, at once: an actor system that starts waits for some of its actors. */
  @Override
  public void execute(Runnable task) {
    if (started) {
      ready.add(task);
    } else {
      task.run();
    }
  }

  void start() {
    started = true;
  }

  /** Returns false if there is nothing to run. */
  boolean runOne() {
    if (ready.isEmpty()) {
      return false;
    }
    int chosen = random.nextInt(ready.size());
    Runnable last = ready.remove(ready.size() - 1);
    Runnable task = chosen == ready.size() ? last : ready.set(chosen, last);
    task.run();
    return true;
  }
}
