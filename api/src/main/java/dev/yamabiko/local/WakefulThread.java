package dev.yamabiko.local;

import akka.dispatch.DispatcherPrerequisites;
import akka.dispatch.ExecutorServiceConfigurator;
import akka.dispatch.ExecutorServiceFactory;
import akka.dispatch.MonitorableThreadFactory;
import com.typesafe.config.Config;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * One thread that looks for more to do a little while before it sleeps: the other workers of a step
 * end soon after its own, and to be woken takes as long. Made by name, as a dispatcher's executor.
 */
public final class WakefulThread extends ExecutorServiceConfigurator {

  private final FatalErrors errors;

  /** In the form that Akka asks for. */
  public WakefulThread(Config config, DispatcherPrerequisites prerequisites) {
    super(config, prerequisites);
    errors = HeardScheduler.errorsOf(prerequisites.scheduler());
  }

  @Override
  public ExecutorServiceFactory createExecutorServiceFactory(String id, ThreadFactory threads) {
    ThreadFactory named =
        errors.heard(
            threads instanceof MonitorableThreadFactory akkas
                ? akkas.withName(akkas.name() + "-" + id)
                : threads);
    return () -> new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new WakefulQueue(), named);
  }

  private static final class WakefulQueue extends LinkedBlockingQueue<Runnable> {

    private static final long serialVersionUID = 1;

    /** About what it takes to wake a thread. */
    private static final long WAKEFUL_NANOS = 50_000;

    @Override
    public Runnable take() throws InterruptedException {
      long began = System.nanoTime();
      do {
        Runnable task = poll();
        if (task != null) {
          return task;
        }
        Thread.onSpinWait();
      } while (System.nanoTime() - began < WAKEFUL_NANOS);
      return super.take();
    }
  }
}
