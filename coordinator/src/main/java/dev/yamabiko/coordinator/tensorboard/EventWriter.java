package dev.yamabiko.coordinator.tensorboard;

import dev.yamabiko.model.AtomicFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes events into a new file of a directory, by a thread of its own, every few seconds and when
 * it is told to. Nobody waits for it but who closes it, and not for long. What the disk does not
 * take waits in memory and is tried again; when too much waits, later events are dropped. Trouble
 * is said once, in the log, and does not concern the run. Thread-safe.
 */
public final class EventWriter implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(EventWriter.class);

  private static final Duration EVERY = Duration.ofSeconds(2);

  /** Of events in memory: some 40,000 steps. */
  static final int MOST_WAITING = 4 << 20;

  /** For what is left at the end. */
  private static final Duration GOODBYE = Duration.ofSeconds(5);

  private final Path directory;
  private final Clock clock;
  private final AtomicFile.Gate gate;
  private final ScheduledThreadPoolExecutor thread;
  private final AtomicBoolean asked = new AtomicBoolean();
  private boolean begun;
  private ByteArrayOutputStream waiting = new ByteArrayOutputStream();

  /** Of the writer's thread, as is the file; however late that ends, it closes the file. */
  private byte[] untaken = new byte[0];

  private EventFile file;
  private boolean warned;

  /**
   * @param directory is made, and a file in it, with the first events
   * @param gate lets the file come to be or refuses it
   */
  public EventWriter(Path directory, Clock clock, AtomicFile.Gate gate) {
    this.directory = directory;
    this.clock = clock;
    this.gate = gate;
    thread =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread own = new Thread(task, "tensorboard");
              own.setDaemon(true);
              return own;
            }) {
          @Override
          protected void terminated() {
            closeFile();
          }
        };
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /** It is in the file before long. */
  public synchronized void add(Event event) {
    if (!begun) {
      begun = true;
      EventFile.append(waiting, Event.version(event.wallTime()));
      thread.scheduleWithFixedDelay(
          this::write, EVERY.toMillis(), EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }
    if (waiting.size() < MOST_WAITING) {
      EventFile.append(waiting, event);
    }
  }

  /** Does this in the writer's thread, and then writes; completes when that is over. */
  public CompletableFuture<Void> afterwards(Runnable task) {
    return CompletableFuture.runAsync(task, thread)
        .handleAsync(
            (done, failure) -> {
              if (failure != null) {
                warn(failure);
              }
              write();
              return null;
            },
            thread);
  }

  /** What was added is written soon. */
  public void flush() {
    if (asked.compareAndSet(false, true)) {
      thread.execute(this::write);
    }
  }

  private synchronized byte[] take() {
    byte[] taken = waiting.toByteArray();
    waiting = new ByteArrayOutputStream();
    return taken;
  }

  private void write() {
    asked.set(false);
    try {
      if (untaken.length == 0) {
        untaken = take();
      }
      while (untaken.length > 0) {
        if (file == null) {
          file = EventFile.create(directory, clock, gate);
        }
        file.write(untaken);
        untaken = take();
      }
      warned = false;
    } catch (IOException | RuntimeException e) {
      warn(e);
    }
  }

  private void warn(Throwable e) {
    if (!warned) {
      warned = true;
      LOG.warn("cannot write for TensorBoard directory={} cause={}", directory, e.toString());
    }
  }

  /** What was added is in the file, unless the disk does not take it. Once is enough. */
  @Override
  public void close() {
    if (thread.isShutdown()) {
      return;
    }
    try {
      flush();
      thread.shutdown();
      if (!thread.awaitTermination(GOODBYE.toMillis(), TimeUnit.MILLISECONDS)) {
        thread.shutdownNow();
      }
    } catch (InterruptedException e) {
      thread.shutdownNow();
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      warn(e);
    }
  }

  private void closeFile() {
    try {
      if (file != null) {
        file.close();
      }
    } catch (IOException e) {
      warn(e);
    }
  }
}
