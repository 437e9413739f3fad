package dev.yamabiko.coordinator;

import dev.yamabiko.protocol.RunEvent;
import java.util.function.LongSupplier;

/**
 * How much was trained here and how long that took: from the moment when the workers are ready to
 * the last step or epoch, validation included; without the JVM's start, reading data, and the final
 * look at the weights. Steps that a run took before it went on here do not count; those that it
 * takes again do.
 */
public final class TrainingClock implements RunListener {

  private final LongSupplier nanoTime;
  private volatile boolean begun;
  private volatile long began;
  private volatile long ended;
  private volatile long steps;
  private volatile long samples;

  public TrainingClock(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  @Override
  public void onEvent(RunEvent event) {
    if (event instanceof RunEvent.RunStarted) {
      began = nanoTime.getAsLong();
      ended = began;
      begun = true;
    } else if (begun && !(event instanceof RunEvent.RunEnded)) {
      ended = nanoTime.getAsLong();
      if (event instanceof RunEvent.StepClosed closed) {
        steps++;
        samples += closed.statistics().examples();
      }
    }
  }

  public long steps() {
    return steps;
  }

  /** In the steps taken. */
  public long samples() {
    return samples;
  }

  /** 0 until the workers are ready. */
  public double seconds() {
    return (ended - began) / 1e9;
  }
}
