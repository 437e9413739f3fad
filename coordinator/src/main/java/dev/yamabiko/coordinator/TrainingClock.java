package dev.yamabiko.coordinator;

import dev.yamabiko.protocol.RunEvent;
import java.util.function.LongSupplier;

/**
 * How long training took: from the moment when the workers are ready to the last step or epoch,
 * validation included; without the JVM's start, reading data, and the final look at the weights.
 */
public final class TrainingClock implements RunListener {

  private final LongSupplier nanoTime;
  private volatile boolean begun;
  private volatile long began;
  private volatile long ended;
  private volatile long samplesBefore;

  public TrainingClock(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  @Override
  public void onEvent(RunEvent event) {
    if (event instanceof RunEvent.RunStarted started) {
      samplesBefore = started.samples();
      began = nanoTime.getAsLong();
      ended = began;
      begun = true;
    } else if (begun && !(event instanceof RunEvent.RunEnded)) {
      ended = nanoTime.getAsLong();
    }
  }

  /** Applied by the run that this one continues. */
  public long samplesBefore() {
    return samplesBefore;
  }

  /** 0 until the workers are ready. */
  public double seconds() {
    return (ended - began) / 1e9;
  }
}
