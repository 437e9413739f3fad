package dev.yamabiko.wire;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import java.net.ConnectException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connects a bulk client, and does so again after growing pauses, as long as it wants another
 * connection. On the network thread, but for the first attempt.
 */
final class BulkConnector {

  /**
   * A process's sockets are closed as it ends, and whoever connects then is refused at once; where
   * a network fails there is no answer at all. Of so many attempts, together about a second.
   */
  private static final int DESERTED = 3;

  private static final Logger LOG = LoggerFactory.getLogger(BulkClient.class);

  private final String host;
  private final int port;
  private final BulkSettings settings;
  private final Backoff backoff;
  private final EventLoopGroup loop;

  /** As the log names it. */
  private final Object client;

  private final Supplier<Optional<BulkConnection>> next;
  private final Consumer<String> deserted;
  private int failures;

  /** Attempts in a row that found nobody listening. */
  private int unheard;

  /**
   * @param next for another attempt; empty once the client has ended
   * @param deserted hears that nobody has listened time and again, in words for people
   */
  BulkConnector(
      String host,
      int port,
      BulkSettings settings,
      EventLoopGroup loop,
      Object client,
      Supplier<Optional<BulkConnection>> next,
      Consumer<String> deserted) {
    this.host = host;
    this.port = port;
    this.settings = settings;
    this.loop = loop;
    this.client = client;
    this.next = next;
    this.deserted = deserted;
    backoff = settings.retries().backoff();
  }

  void connect() {
    next.get().ifPresent(this::open);
  }

  private void open(BulkConnection connection) {
    new Bootstrap()
        .group(loop)
        .channel(BulkLoops.socket())
        .option(
            ChannelOption.CONNECT_TIMEOUT_MILLIS,
            (int) settings.retries().connectTimeout().toMillis())
        .handler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel channel) {
                BulkLoops.connect(channel, connection, settings, host, port);
              }
            })
        .connect(host, port)
        .addListener(done -> connected((ChannelFuture) done));
  }

  private void connected(ChannelFuture done) {
    if (!done.isSuccess()) {
      connectLater(done.cause().getMessage());
      unheard = isUnheard(done.cause()) ? unheard + 1 : 0;
      if (unheard == DESERTED) {
        deserted.accept("nothing listens at %s:%d any more".formatted(host, port));
      }
    }
  }

  /** Time-outs, and networks that cannot be reached, are of the same class. */
  private static boolean isUnheard(Throwable cause) {
    return cause instanceof ConnectException && cause.getMessage().contains("refused");
  }

  /** A connection has been accepted: if it is lost, the pauses begin anew. */
  void accepted() {
    failures = 0;
    unheard = 0;
  }

  /** A connection is lost, or could not be made. */
  void connectLater(String cause) {
    failures++;
    Duration pause = backoff.after(failures, ThreadLocalRandom.current());
    if (failures == 1) {
      LOG.warn("bulk connection lost, trying again {} cause={}", client, cause);
    } else {
      LOG.debug("bulk connection failed {} failures={} cause={}", client, failures, cause);
    }
    try {
      loop.schedule(this::connect, pause.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("bulk client has ended {}", client);
    }
  }
}
