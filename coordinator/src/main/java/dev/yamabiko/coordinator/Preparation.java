package dev.yamabiko.coordinator;

import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Whether what prepares a job is still wanted. Whoever gives it up while it reads need not wait for
 * that: it will touch nothing of the run's directory. Thread-safe.
 */
final class Preparation {

  private enum State {
    READING,
    BEGINNING,
    GIVEN_UP
  }

  private final AtomicReference<State> state = new AtomicReference<>(State.READING);

  /**
   * @return whether it has been given up; else it is in the run's directory, and soon done
   */
  boolean giveUp() {
    state.compareAndSet(State.READING, State.GIVEN_UP);
    return state.get() == State.GIVEN_UP;
  }

  /** Between two things that take long. */
  void check() {
    if (state.get() == State.GIVEN_UP) {
      throw new CancellationException("nobody waits for this job any more");
    }
  }

  /** From here on it is in the run's directory. */
  void begin() {
    state.compareAndSet(State.READING, State.BEGINNING);
    check();
  }
}
