package dev.yamabiko.client;

import dev.yamabiko.coordinator.JobEvent;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
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

  private final Deque<Received> messages = new ArrayDeque<>();
  private int steps;
  private boolean over;
  private final Lock lock = new ReentrantLock();
  private final Condition some = lock.newCondition();
  private final Condition room = lock.newCondition();

  /** Blocks while there is no room. */
  void put(Received message) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      if (message.isStep()) {
        if (steps == MOST_STEPS) {
          leaveOutOldestStep();
        }
        steps++;
      } else {
        while (messages.size() - steps >= MOST_OTHERS) {
          room.await();
        }
      }
      messages.add(message);
      some.signal();
    } finally {
      lock.unlock();
    }
  }

  private void leaveOutOldestStep() {
    for (Iterator<Received> oldest = messages.iterator(); oldest.hasNext(); ) {
      if (oldest.next().isStep()) {
        oldest.remove();
        steps--;
        return;
      }
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
      while (messages.isEmpty() && !over && left > 0) {
        left = some.awaitNanos(left);
      }
      if (over || messages.isEmpty()) {
        return null;
      }
      Received next = messages.remove();
      if (next.isStep()) {
        steps--;
      } else {
        room.signal();
      }
      return next;
    } finally {
      lock.unlock();
    }
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
