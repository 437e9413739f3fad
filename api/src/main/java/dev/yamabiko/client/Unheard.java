package dev.yamabiko.client;

import dev.yamabiko.coordinator.JobEvent;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What has come over a follower's connections and its audience has not heard, in order. Readers of
 * connections put it here and the follower takes it.
 *
 * <p>It stays small however slow the audience is. A job takes thousands of steps in a second: of
 * those that wait the oldest are left out. Everything else waits; when even that is too much, the
 * readers do too, and so does the server.
 */
final class Unheard {

  /**
   * A message.
   *
   * @param connection over which it came, counted by the follower
   */
  record Received(int connection, ServerEvents.Message message) {

    private boolean isStep() {
      return message instanceof ServerEvents.Event event && event.kind().equals(JobEvent.STEP);
    }
  }

  static final int MOST_STEPS = 256;
  static final int MOST_OTHERS = 4096;

  /** With its place among all messages. */
  private record Waiting(long order, Received message) {}

  private final Deque<Waiting> steps = new ArrayDeque<>();
  private final Deque<Waiting> others = new ArrayDeque<>();
  private long order;
  private boolean over;
  private final Lock lock = new ReentrantLock();
  private final Condition some = lock.newCondition();
  private final Condition room = lock.newCondition();

  /** Blocks while there is no room. */
  void put(Received message) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      if (message.isStep()) {
        if (steps.size() == MOST_STEPS) {
          steps.remove();
        }
      } else {
        while (others.size() >= MOST_OTHERS) {
          room.await();
        }
      }
      (message.isStep() ? steps : others).add(new Waiting(order++, message));
      some.signal();
    } finally {
      lock.unlock();
    }
  }

  /**
   * What comes next, or null if that takes too long or there is an {@link #end}. For one thread at
   * a time.
   */
  Received take(Duration most) throws InterruptedException {
    long left = TimeUnit.NANOSECONDS.convert(most);
    lock.lockInterruptibly();
    try {
      while (isEmpty() && !over && left > 0) {
        left = some.awaitNanos(left);
      }
      if (over || isEmpty()) {
        return null;
      }
      if (isAStepNext()) {
        return steps.remove().message;
      }
      room.signal();
      return others.remove().message;
    } finally {
      lock.unlock();
    }
  }

  private boolean isEmpty() {
    return steps.isEmpty() && others.isEmpty();
  }

  private boolean isAStepNext() {
    return others.isEmpty() || !steps.isEmpty() && steps.peek().order < others.peek().order;
  }

  /** Nothing more is taken, whatever waits. */
  void end() {
    lock.lock();
    try {
      over = true;
      some.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
