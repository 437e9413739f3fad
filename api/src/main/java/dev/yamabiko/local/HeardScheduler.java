package dev.yamabiko.local;

import akka.actor.LightArrayRevolverScheduler;
import akka.actor.Scheduler;
import akka.event.LoggingAdapter;
import akka.event.NoLogging;
import com.typesafe.config.Config;
import java.util.concurrent.ThreadFactory;

/**
 * Akka's own scheduler, by which all parts of an actor system know its {@link FatalErrors}: it is
 * made before they are, and has a thread itself. Made by name.
 */
public final class HeardScheduler extends LightArrayRevolverScheduler {

  private final FatalErrors errors;

  /** In the form that Akka asks for. */
  public HeardScheduler(Config config, LoggingAdapter log, ThreadFactory threads) {
    this(config, threads, new FatalErrors());
  }

  private HeardScheduler(Config config, ThreadFactory threads, FatalErrors errors) {
    // It logs no more than what its thread dies of.
    super(config, NoLogging.getInstance(), errors.heard(threads));
    this.errors = errors;
  }

  static FatalErrors errorsOf(Scheduler scheduler) {
    return ((HeardScheduler) scheduler).errors;
  }
}
