package dev.yamabiko.simulation;

import akka.actor.AbstractScheduler;
import akka.actor.Cancellable;
import akka.event.LoggingAdapter;
import com.typesafe.config.Config;
import java.util.PriorityQueue;
import java.util.concurrent.ThreadFactory;
import scala.concurrent.ExecutionContext;
import scala.concurrent.duration.FiniteDuration;

/**
 * The scheduler of a simulated actor system, and the clock of everything in it. Time stands still
 * while there is something to run, and then jumps to the next moment for which something is due;
 * what is due at one moment comes in the order in which it was asked for.
 */
public final class VirtualTime extends AbstractScheduler {

  private static final class Due implements Cancellable, Comparable<Due> {
    final long at;
    final long number;
    final Runnable what;
    boolean cancelled;
    boolean done;

    Due(long at, long number, Runnable what) {
      this.at = at;
      this.number = number;
      this.what = what;
    }

    @Override
    public boolean cancel() {
      boolean first = !cancelled && !done;
      cancelled = true;
      return first;
    }

    @Override
    public boolean isCancelled() {
      return cancelled;
    }

    @Override
    public int compareTo(Due other) {
      return at == other.at ? Long.compare(number, other.number) : Long.compare(at, other.at);
    }
  }

  private final PriorityQueue<Due> dues = new PriorityQueue<>();
  private long now;
  private long asked;

  /** As Akka makes it. */
  public VirtualTime(Config config, LoggingAdapter log, ThreadFactory threads) {}

  /** In nanoseconds. */
  long now() {
    return now;
  }

  void after(long nanos, Runnable what) {
    add(nanos, what);
  }

  private Due add(long nanos, Runnable what) {
    Due due = new Due(now + Math.max(0, nanos), asked++, what);
    dues.add(due);
    return due;
  }

  /** Jumps to what is due next, and does it. Returns false if nothing will ever be. */
  boolean advance() {
    for (Due due = dues.poll(); due != null; due = dues.poll()) {
      if (!due.cancelled) {
        now = due.at;
        due.done = true;
        due.what.run();
        return true;
      }
    }
    return false;
  }

  @Override
  public Cancellable scheduleOnce(
      FiniteDuration delay, Runnable runnable, ExecutionContext executor) {
    return add(delay.toNanos(), () -> executor.execute(runnable));
  }

  @Override
  @Deprecated
  public Cancellable schedule(
      FiniteDuration initialDelay,
      FiniteDuration interval,
      Runnable runnable,
      ExecutionContext executor) {
    throw new UnsupportedOperationException("nothing here has a fixed rate");
  }

  @Override
  public double maxFrequency() {
    return 1e9;
  }
}
