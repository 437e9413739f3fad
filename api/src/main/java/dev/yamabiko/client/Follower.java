package dev.yamabiko.client;

import dev.yamabiko.coordinator.JobEvent;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Follows a job to its end, over as many connections as that takes: a coordinator that is started
 * anew goes on with its jobs, also with one that it had only just accepted. Another thread may
 * detach it.
 *
 * <p>An audience that is slow does not hear of every step: see {@link Unheard}.
 */
public final class Follower {

  /**
   * How long to wait for what.
   *
   * @param answer to a submission, once it has been interrupted
   */
  public record Patience(Duration answer, Duration silence, Duration pause, Duration absence) {
    public static final Patience DEFAULT =
        new Patience(
            Duration.ofSeconds(5),
            Duration.ofSeconds(35),
            Duration.ofSeconds(1),
            Duration.ofSeconds(90));
  }

  /** Who hears what there is to hear of the job, in the thread that follows it. */
  public interface Audience {
    /** Before what comes over a connection. */
    default void connected() {}

    void on(ServerEvents.Event event);

    /** A line on the connection itself. */
    void say(String text);
  }

  private final Server server;
  private final String id;
  private final Audience audience;
  private final Patience patience;
  private final LongSupplier nanoTime;
  private final Unheard unheard = new Unheard();
  private int connections;
  private long last;
  private boolean lost;
  private long lostAt;
  private volatile boolean detached;
  private Optional<String> end = Optional.empty();

  public Follower(
      Server server, String id, Audience audience, Patience patience, LongSupplier nanoTime) {
    this.server = server;
    this.id = id;
    this.audience = audience;
    this.patience = patience;
    this.nanoTime = nanoTime;
  }

  /** Ends {@link #follow}, whatever waits to be heard; for another thread. */
  public void detach() {
    detached = true;
    unheard.end();
  }

  /**
   * Blocks until the job has ended.
   *
   * @return the job as {@code status --json} prints it; empty if detached
   * @throws ServerException if the coordinator does not come back, or does not know the job
   */
  public Optional<String> follow() {
    while (end.isEmpty() && !detached) {
      try {
        onLoss(connectAndRead());
      } catch (ServerException e) {
        if (e.usersFault()) {
          throw e;
        }
        onLoss(e.getMessage());
      }
      if (lost && !detached) {
        await(patience.pause());
      }
    }
    return end;
  }

  private ServerEvents connect() {
    InputStream stream = server.events(id, last);
    int number = ++connections;
    if (lost && !detached) {
      lost = false;
      audience.say("connected again to " + server.url());
    }
    return ServerEvents.read(stream, message -> receive(new Unheard.Received(number, message)));
  }

  /** Called by the connection's reader, which reads on when there is room. */
  private void receive(Unheard.Received message) {
    try {
      unheard.put(message);
    } catch (InterruptedException e) {
      // The connection has been closed, and nobody waits for what it says.
      Thread.currentThread().interrupt();
    }
  }

  /** Returns why the connection came to its end. */
  private String connectAndRead() {
    ServerEvents events = connect();
    try {
      audience.connected();
      return read();
    } finally {
      events.close();
    }
  }

  private String read() {
    while (true) {
      Unheard.Received next = await(patience.silence());
      if (detached) {
        return "detached";
      } else if (next == null) {
        return "nothing was heard for %d s".formatted(patience.silence().toSeconds());
      } else if (next.connection() != connections) {
        continue;
      } else if (next.message() instanceof ServerEvents.Ended ended) {
        return ended.why();
      } else if (next.message() instanceof ServerEvents.Event event) {
        last = event.number();
        if (event.kind().equals(JobEvent.END)) {
          end = Optional.of(event.data());
          return "the job has ended";
        }
        audience.on(event);
      }
    }
  }

  private void onLoss(String why) {
    if (end.isPresent() || detached) {
      return;
    }
    long now = nanoTime.getAsLong();
    if (!lost) {
      lost = true;
      lostAt = now;
      audience.say(
          "the connection to %s is lost (%s); trying again for %d s"
              .formatted(server.url(), why, patience.absence().toSeconds()));
    } else if (now - lostAt > patience.absence().toNanos()) {
      throw ServerException.failed(why, null);
    }
  }

  /** What is heard next, or null if that takes too long, or at the end. */
  private Unheard.Received await(Duration most) {
    try {
      return unheard.take(most);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      detached = true;
      return null;
    }
  }
}
