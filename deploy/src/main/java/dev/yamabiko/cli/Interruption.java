package dev.yamabiko.cli;

import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * Ctrl-C and SIGTERM, and code that ends the process by itself. Where a run is under way, it is
 * asked to end after its current step, and the process stays until what it leaves is written, at
 * most until the deadline; elsewhere the process ends at once. The exit code is 130, unless the run
 * failed while it was ending; of a node that nobody has met yet it is 0. After an {@link ExitCall}
 * it is 1, and at once: the thread that has made it never returns, and with it no step.
 *
 * <p>A terminal that stands still, or a full pipe, holds up whoever says a word. What is said or
 * asked here is said in a thread of its own, so that the deadline and the end hold all the same.
 */
final class Interruption {

  static final int EXIT_CODE = 130;

  /** What can be asked to end early. */
  interface Interruptible {
    void interrupt();
  }

  /** For words that nobody may take. */
  private static final Duration WORDS = Duration.ofSeconds(3);

  private final Duration deadline;
  private final IntConsumer halt;
  private final CountDownLatch ended = new CountDownLatch(1);
  private Interruptible running;
  private Runnable lastWords = () -> {};
  private Consumer<String> exitWords = call -> {};
  private Thread hook;
  private boolean signalled;
  private volatile int exitCode = EXIT_CODE;

  /**
   * @param halt ends the process; {@code Runtime.halt}, but for tests
   */
  Interruption(Duration deadline, IntConsumer halt) {
    this.deadline = deadline;
    this.halt = halt;
  }

  /** Makes the process's signals end up here until {@link #end}. */
  void install() {
    hook = new Thread(this::onEnd, "interruption");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /**
   * @param words run where nothing was under way, or could be saved
   * @param code of the exit where nothing was under way
   */
  synchronized void onLoss(Runnable words, int code) {
    lastWords = words;
    exitCode = code;
  }

  /**
   * @param words run where code has ended the process; takes where that stands
   */
  synchronized void onExitCall(Consumer<String> words) {
    exitWords = words;
  }

  /**
   * From now on a signal asks this to end, and waits. Does not return where a signal came before:
   * the hook is ending the process, and nothing may be begun any more.
   */
  synchronized void during(Interruptible work) {
    while (signalled) {
      try {
        wait();
      } catch (InterruptedException e) {
        // Nobody but the hook ends this.
      }
    }
    running = work;
    exitCode = EXIT_CODE;
  }

  synchronized boolean signalled() {
    return signalled;
  }

  private void onEnd() {
    try {
      onEnd(Thread.getAllStackTraces().values());
    } catch (OutOfMemoryError e) {
      halt.accept(1); // nor is there any to say so
    }
  }

  /**
   * Runs in the hook's thread.
   *
   * @param stacks of all threads, as far as the JVM shows them
   */
  void onEnd(Collection<StackTraceElement[]> stacks) {
    ExitCall.among(stacks).ifPresentOrElse(this::exitCalled, this::onSignal);
  }

  /** Runs in the hook's thread. */
  void onSignal() {
    boolean saved = false;
    try {
      Optional<Interruptible> work = signal();
      if (work.isPresent()) {
        inTime(work.get()::interrupt);
        saved = ended.await(deadline.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      if (!saved) {
        inTime(lastWords);
      }
      halt.accept(exitCode);
    }
  }

  /** Runs in the hook's thread. */
  void exitCalled(String call) {
    inTime(() -> exitWords.accept(call));
    halt.accept(1);
  }

  private synchronized Optional<Interruptible> signal() {
    signalled = true;
    return Optional.ofNullable(running);
  }

  /** Waits for it no longer than words may take. */
  private static void inTime(Runnable words) {
    Thread thread = new Thread(words, "last-words");
    thread.setDaemon(true);
    thread.start();
    try {
      thread.join(WORDS.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The command has said all it had to say, and ends with this code. */
  void end(int code) {
    exitCode = code;
    ended.countDown();
    if (hook != null) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // The hook is running: it ends the process.
      }
    }
  }
}
