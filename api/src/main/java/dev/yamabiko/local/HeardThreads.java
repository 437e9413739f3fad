package dev.yamabiko.local;

import akka.dispatch.DispatcherPrerequisites;
import akka.dispatch.ExecutorServiceConfigurator;
import akka.dispatch.ExecutorServiceFactory;
import akka.dispatch.ForkJoinExecutorConfigurator;
import akka.dispatch.ThreadPoolExecutorConfigurator;
import com.typesafe.config.Config;
import java.util.concurrent.ThreadFactory;

/**
 * Akka's own pools, whose errors end up in the actor system's {@link FatalErrors}. Which one, the
 * dispatcher's key {@code heard-executor} says. Made by name, as a dispatcher's executor.
 */
public final class HeardThreads extends ExecutorServiceConfigurator {

  private final FatalErrors errors;
  private final ExecutorServiceConfigurator pool;

  /** In the form that Akka asks for. */
  public HeardThreads(Config config, DispatcherPrerequisites prerequisites) {
    super(config, prerequisites);
    errors = HeardScheduler.errorsOf(prerequisites.scheduler());
    String name = config.getString("heard-executor");
    Config settings = config.getConfig(name);
    pool =
        name.equals("fork-join-executor")
            ? new ForkJoinExecutorConfigurator(settings, prerequisites)
            : new ThreadPoolExecutorConfigurator(settings, prerequisites);
  }

  @Override
  public ExecutorServiceFactory createExecutorServiceFactory(String id, ThreadFactory threads) {
    return pool.createExecutorServiceFactory(id, errors.heard(threads));
  }
}
