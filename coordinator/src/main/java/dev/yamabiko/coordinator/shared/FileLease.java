package dev.yamabiko.coordinator.shared;

import akka.actor.ExtendedActorSystem;
import akka.coordination.lease.LeaseSettings;
import akka.coordination.lease.javadsl.Lease;
import com.typesafe.config.Config;
import dev.yamabiko.data.blocks.ContentLocks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lease in a shared data directory, as Akka's Split Brain Resolver and Cluster Singleton ask for
 * one. The holder renews it at each interval; another node gets it when the holder gives it back,
 * when its process has ended, or when it has not been renewed for the timeout ({@link LeaseWatch}).
 * Every look that changes something is under one lock, so at most one node finds itself the holder.
 * Nobody waits for ever for one that was stopped in the middle of a look: what it keeps others from
 * doing is tried again, and the holder stays the holder meanwhile, since nobody else can take it.
 *
 * <p>A holder that was stopped for longer learns that it has lost the lease when it goes on; until
 * then it believes in it. What it must not do meanwhile, {@link TermFence} prevents.
 *
 * <p>Settings beside those of all leases: {@code data}, the directory, and {@code node}, this
 * node's {@link Presence#id()}.
 */
public final class FileLease extends Lease {

  /** Where nodes find these settings in the configuration of their actor system. */
  public static final String CONFIG = "yamabiko.lease";

  /** Of all leases, in the data directory. */
  static final String DIRECTORY = "leases";

  /** Published where a holder finds that it has lost a lease. */
  public record Loss(String lease, String why) {}

  private static final Logger LOG = LoggerFactory.getLogger(FileLease.class);
  private static final Duration AGAIN = Duration.ofMillis(250);

  /** Whether a node's process lives, as far as anybody can tell without waiting. */
  interface Living {
    boolean test(String node) throws IOException;
  }

  private final LeaseSettings settings;
  private final String self;
  private final Path file;
  private final ContentLocks locks;
  private final Living living;
  private final Consumer<Loss> losses;
  private final LeaseWatch watch;
  private final Duration timeout;
  private final ScheduledExecutorService thread;
  private volatile boolean held;

  /** Whether the last try to take it could not even see whose it is. */
  private boolean blind;

  private boolean kept;
  private volatile long renewed;
  private Consumer<Optional<Throwable>> onLoss = cause -> {};

  /** For Akka, which makes it by reflection. */
  public FileLease(LeaseSettings settings, ExtendedActorSystem system) throws IOException {
    this(
        settings,
        id -> Presence.isAlive(data(settings.leaseConfig()), id),
        system.eventStream()::publish);
    system.registerOnTermination(this::end);
  }

  FileLease(LeaseSettings settings, Living living, Consumer<Loss> losses) throws IOException {
    this.settings = settings;
    this.living = living;
    this.losses = losses;
    Path data = data(settings.leaseConfig());
    self = settings.leaseConfig().getString("node");
    file =
        Files.createDirectories(data.resolve(DIRECTORY))
            .resolve(settings.leaseName().replaceAll("[^A-Za-z0-9-]", "-"));
    locks = ContentLocks.of(data);
    timeout = settings.timeoutSettings().getHeartbeatTimeout();
    watch = new LeaseWatch(timeout);
    thread =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread made = new Thread(task, "lease-" + file.getFileName());
              made.setDaemon(true);
              return made;
            });
    long interval = settings.timeoutSettings().getHeartbeatInterval().toNanos();
    thread.scheduleWithFixedDelay(this::beat, interval, interval, TimeUnit.NANOSECONDS);
  }

  private static Path data(Config config) {
    return Path.of(config.getString("data"));
  }

  @Override
  public LeaseSettings getSettings() {
    return settings;
  }

  @Override
  public CompletionStage<Boolean> acquire() {
    return acquire(cause -> {});
  }

  /**
   * Tries for as long as an operation may take, which is longer than the timeout of a holder that
   * does not renew it.
   */
  @Override
  public CompletionStage<Boolean> acquire(Consumer<Optional<Throwable>> leaseLostCallback) {
    CompletableFuture<Boolean> answer = new CompletableFuture<>();
    long deadline = System.nanoTime() + settings.timeoutSettings().getOperationTimeout().toNanos();
    run(answer, () -> tryAcquire(answer, deadline, leaseLostCallback));
    return answer;
  }

  private void tryAcquire(
      CompletableFuture<Boolean> answer, long deadline, Consumer<Optional<Throwable>> onLoss) {
    try {
      boolean taken = alone(this::take).orElse(false);
      blind = false;
      if (taken) {
        this.onLoss = onLoss;
        answer.complete(true);
      } else if (System.nanoTime() - deadline > 0) {
        answer.complete(false);
      } else {
        thread.schedule(
            () -> tryAcquire(answer, deadline, onLoss), AGAIN.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (IOException e) {
      // Akka would say so with a stack trace, and ask again every second all the same.
      if (!blind) {
        LOG.warn("lease={} cannot be taken by node={}: {}", file.getFileName(), self, e.toString());
      }
      blind = true;
      answer.complete(false);
    } catch (RuntimeException e) {
      answer.completeExceptionally(e);
    }
  }

  /** Whether this node holds the lease now. */
  private boolean take() throws IOException {
    LeaseRecord seen = LeaseRecord.read(file);
    boolean own = seen.owner().equals(self);
    if (!own && !watch.hasExpired(seen, System.nanoTime()) && living.test(seen.owner())) {
      return false;
    }
    renew(seen);
    if (!held) {
      String from = seen.owner().isEmpty() ? "nobody" : seen.owner();
      LOG.info("lease={} taken by node={} from={}", file.getFileName(), self, from);
    }
    held = true;
    return true;
  }

  private void renew(LeaseRecord seen) throws IOException {
    seen.by(self).write(file);
    renewed = System.nanoTime();
  }

  /** Renews the lease, or looks whether its holder does. */
  private void beat() {
    try {
      Optional<LeaseRecord> seen = alone(this::renewOrLook);
      if (held && seen.isPresent() && !seen.get().owner().equals(self)) {
        lose(Optional.empty(), holder(seen.get()));
      }
    } catch (IOException e) {
      if (held && !checkLease()) {
        lose(Optional.of(e), "it cannot be renewed: " + e);
      }
    } catch (RuntimeException e) {
      // A task that throws is not run again.
      LOG.error("lease={} of node={}", file.getFileName(), self, e);
    }
  }

  private String holder(LeaseRecord seen) {
    if (!seen.owner().isEmpty()) {
      return "it is held by node=" + seen.owner();
    }
    return file + (Files.exists(file) ? " names nobody any more" : " is gone");
  }

  private LeaseRecord renewOrLook() throws IOException {
    LeaseRecord seen = LeaseRecord.read(file);
    if (held && seen.owner().equals(self)) {
      renew(seen);
    } else {
      watch.hasExpired(seen, System.nanoTime());
    }
    return seen;
  }

  private void lose(Optional<Throwable> cause, String why) {
    held = false;
    LOG.warn("lease={} lost by node={}: {}", file.getFileName(), self, why);
    losses.accept(new Loss(file.getFileName().toString(), why));
    onLoss.accept(cause);
  }

  @Override
  public CompletionStage<Boolean> release() {
    CompletableFuture<Boolean> answer = new CompletableFuture<>();
    run(
        answer,
        () -> {
          held = false;
          try {
            answer.complete(alone(this::giveBack).orElse(false));
          } catch (IOException | RuntimeException e) {
            answer.completeExceptionally(e);
          }
        });
    return answer;
  }

  private boolean giveBack() throws IOException {
    LeaseRecord seen = LeaseRecord.read(file);
    if (seen.owner().equals(self)) {
      seen.by("").write(file);
    }
    return true;
  }

  /** Whether nobody else can have taken it yet. */
  @Override
  public boolean checkLease() {
    return held && System.nanoTime() - renewed < timeout.toNanos();
  }

  /** Empty if somebody else is in there for long; on this lease's thread only. */
  private <T> Optional<T> alone(ContentLocks.Work<T> work) throws IOException {
    Optional<T> done = locks.alone("lease " + file.getFileName(), AGAIN, work);
    if (done.isEmpty() && !kept) {
      LOG.warn("lease={} is locked for long, by a process that was stopped?", file.getFileName());
    }
    kept = done.isEmpty();
    return done;
  }

  private void run(CompletableFuture<Boolean> answer, Runnable task) {
    try {
      thread.execute(task);
    } catch (RejectedExecutionException e) {
      answer.completeExceptionally(e);
    }
  }

  /** Without giving the lease back. */
  void end() {
    thread.shutdownNow();
  }
}
