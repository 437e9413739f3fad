package dev.yamabiko.wire;

import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.SliceMessage;
import dev.yamabiko.protocol.WorkerMessage;
import io.netty.channel.EventLoopGroup;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The worker's end of the bulk plane in one run. Comes back by itself, with growing pauses, until
 * it is closed or refused. Thread-safe.
 *
 * <p>Sending: contributions are kept, by reference, while their step is the newest and until newer
 * weights of their slice arrive, and are sent again on the next connection: which of them a lost
 * one has brought cannot be known, and a second one does no harm. The floats are read when a frame
 * is written. That is safe because the worker overwrites a gradient only when it computes a later
 * step, after newer weights of all slices have arrived; by then nothing of this one is kept or
 * under way, and nothing of it is taken any more.
 *
 * <p>Receiving: half a transfer goes with its connection. Memory: heap as in {@link WeightsBuffers}
 * and {@link BlockFetches}; direct memory high watermark + 2 frames; one thread.
 */
public final class BulkClient implements AutoCloseable {

  /** What comes from the coordinator; called on the network thread, in order, must not block. */
  public interface Receiver {

    /** Its floats stay as they are until the slice's weights of the next step but one come. */
    void installed(WorkerMessage.InstallWeights weights);

    void connected();

    /** The connection is lost; another one is tried for. */
    void disconnected(String cause);

    /**
     * Nobody listens at the coordinator's place, time and again: its process has ended, and the
     * network is there. The client goes on trying.
     */
    void deserted(String cause);

    /** The last call: the coordinator does not want this client, and it has ended. */
    void refused(String reason);
  }

  private static final Logger LOG = LoggerFactory.getLogger(BulkClient.class);

  private final String host;
  private final int port;
  private final String token;
  private final RunKey run;
  private final String worker;
  private final Receiver receiver;
  private final BulkSettings settings;
  private final EventLoopGroup loop;
  private final BulkConnector connector;
  private final TrafficCounter traffic = new TrafficCounter();
  private final BlockFetches fetches;
  // Of the network thread.
  private final WeightsBuffers buffers;

  // Guards what follows.
  private final Object lock = new Object();
  private final KeptContributions kept;
  private BulkConnection connection;
  private volatile Attachment attached;
  private String ended;

  private BulkClient(
      String host,
      int port,
      String token,
      RunKey run,
      String worker,
      Receiver receiver,
      BulkSettings settings,
      ArrivingWeights arriving) {
    this.host = host;
    this.port = port;
    this.token = BulkToken.check(token);
    this.run = run;
    this.worker = BulkTable.checkText("worker", worker);
    BulkTable.checkText("run", run.run());
    this.receiver = receiver;
    this.settings = settings;
    kept = new KeptContributions(settings.frameBytes(), arriving);
    fetches = new BlockFetches(settings.memory().blockBytes());
    buffers = new WeightsBuffers(settings.memory().receiveBytes());
    loop = BulkLoops.start(1, "bulk-" + worker);
    connector =
        new BulkConnector(host, port, settings, loop, this, this::attach, receiver::deserted);
  }

  /** Begins to connect and returns. */
  public static BulkClient open(
      String host,
      int port,
      String token,
      RunKey run,
      String worker,
      Receiver receiver,
      BulkSettings settings) {
    return open(host, port, token, run, worker, receiver, settings, new ArrivingWeights());
  }

  /**
   * The same, one of the worker's connections in this run.
   *
   * @param arriving that they have in common
   */
  public static BulkClient open(
      String host,
      int port,
      String token,
      RunKey run,
      String worker,
      Receiver receiver,
      BulkSettings settings,
      ArrivingWeights arriving) {
    BulkClient client =
        new BulkClient(host, port, token, run, worker, receiver, settings, arriving);
    client.connector.connect();
    long every = Math.max(1, settings.retries().fetchDeadline().toNanos() / 4);
    client.loop.scheduleAtFixedRate(client::checkFetches, every, every, TimeUnit.NANOSECONDS);
    return client;
  }

  /** Sends this contribution, also after a reconnection; never blocks. */
  public void send(SliceMessage.Contribute contribution) {
    Attachment to;
    synchronized (lock) {
      if (ended != null) {
        return;
      }
      to = attached;
      kept.add(contribution, Optional.ofNullable(to).map(attachment -> attachment.outbox));
    }
    if (to != null) {
      to.connection.wake();
    }
  }

  /**
   * The bytes of a dataset block, in a buffer that is the caller's. Fails with a {@link
   * BulkException} where the coordinator has no such block, where nothing has arrived for {@link
   * BulkSettings.Retries#fetchDeadline}, over however many connections, and where this client ends.
   * Is completed on the network thread: what depends on it must not block.
   */
  public CompletableFuture<ByteBuffer> fetchDatasetBlock(String sha256, int index) {
    BulkTable.checkText("sha256", sha256);
    CompletableFuture<ByteBuffer> block = fetches.add(sha256, index);
    String why;
    Attachment to;
    synchronized (lock) {
      why = ended;
      to = attached;
    }
    if (why != null) {
      fetches.end(why);
    } else if (to != null) {
      to.connection.wake();
    }
    return block;
  }

  public boolean isConnected() {
    return attached != null;
  }

  public BulkTraffic traffic() {
    return traffic.read();
  }

  @Override
  public void close() {
    end("the client was closed");
  }

  /** Whether this is the end, and not one that came before. */
  private boolean end(String why) {
    BulkConnection last;
    synchronized (lock) {
      if (ended != null) {
        return false;
      }
      ended = why;
      kept.clear();
      last = connection;
    }
    fetches.end(why);
    if (last != null) {
      last.close(why);
    }
    BulkLoops.stop(loop);
    return true;
  }

  /** For another attempt; empty if this is the end. */
  private Optional<BulkConnection> attach() {
    Attachment attachment = new Attachment();
    synchronized (lock) {
      if (ended != null) {
        return Optional.empty();
      }
      attachment.connection =
          new BulkConnection(
              settings, attachment, attachment.outbox, traffic, BulkSettings.MOST_FRAME_BYTES);
      return Optional.of(attachment.connection);
    }
  }

  private void checkFetches() {
    String state = isConnected() ? "connected" : "no connection to " + host + ":" + port;
    fetches.expire(settings.retries().fetchDeadline(), state);
  }

  @Override
  public String toString() {
    return "coordinator=%s:%d run=%s worker=%s".formatted(host, port, run, worker);
  }

  /** The client's use of one connection; on the network thread. */
  private final class Attachment implements BulkConnection.Session {

    private final Outbox<KeptContributions.Name> outbox = new Outbox<>();
    private BulkConnection connection;
    private final FloatArrivals arrivals = new FloatArrivals();

    @Override
    public void opened(BulkConnection same) {
      synchronized (lock) {
        BulkClient.this.connection = same;
        if (ended != null) {
          same.close(ended);
          return;
        }
      }
      outbox.control(new BulkFrame.Hello(BulkFrame.MAGIC, BulkFrame.VERSION, token, run, worker));
      same.wake();
      same.channel()
          .eventLoop()
          .schedule(this::late, settings.signs().helloDeadline().toNanos(), TimeUnit.NANOSECONDS);
    }

    private void late() {
      if (attached != this) {
        connection.close(
            "no answer to hello within %d ms"
                .formatted(settings.signs().helloDeadline().toMillis()));
      }
    }

    @Override
    public void received(BulkConnection same, BulkFrame frame) throws BulkException {
      if (frame instanceof BulkFrame.Refused refused) {
        onRefused(refused.reason());
      } else if (attached != this) {
        if (!(frame instanceof BulkFrame.Accepted)) {
          throw new BulkException("the hello was not answered");
        }
        onAccepted();
      } else if (frame instanceof BulkFrame.WeightsBegin begin) {
        onWeightsBegin(begin);
      } else if (frame instanceof BulkFrame.FloatsNext next) {
        arrivals.next(next.at(), next.floats());
      } else if (frame instanceof BulkFrame.Bfloat16Next next) {
        arrivals.next(next.at(), next.floats());
      } else if (frame instanceof BulkFrame.BlockBegin begin) {
        fetches.begin(begin);
        connection.wake();
      } else if (frame instanceof BulkFrame.BlockNext next) {
        fetches.next(next);
        connection.wake();
      } else if (frame instanceof BulkFrame.BlockMissing missing) {
        fetches.missing(missing);
        connection.wake();
      } else {
        throw new BulkException("a coordinator does not send " + frame.getClass().getSimpleName());
      }
    }

    private void onRefused(String reason) {
      boolean accepted = attached == this;
      detach(reason);
      if (end("the coordinator refused: " + reason)) {
        if (accepted) {
          LOG.info("bulk connection ended {} reason={}", BulkClient.this, reason);
        } else {
          LOG.warn("bulk connection refused {} reason={}", BulkClient.this, reason);
        }
        receiver.refused(reason);
      }
    }

    private void onAccepted() {
      connector.accepted();
      synchronized (lock) {
        if (ended != null) {
          return;
        }
        attached = this;
        kept.sendAgain(outbox);
      }
      LOG.info("bulk connection ready {}", BulkClient.this);
      fetches.connected(outbox);
      receiver.connected();
      connection.wake();
    }

    private void onWeightsBegin(BulkFrame.WeightsBegin begin) throws BulkException {
      if (!run.isOfSameTerm(begin.key())) {
        throw new BulkException(
            "weights of run %s on a connection of run %s".formatted(begin.key(), run));
      }
      synchronized (lock) {
        kept.begins(begin);
      }
      float[] values = buffers.take(begin);
      FloatAssembly assembly =
          new FloatAssembly(
              values,
              () -> {
                synchronized (lock) {
                  kept.forget(begin, outbox);
                }
                receiver.installed(begin.message(values));
              });
      arrivals.begin(assembly, begin.total(), begin.first());
    }

    @Override
    public void failed(BulkConnection same, String reason) {
      LOG.warn(
          "bulk connection closed: bad frame {} peer={} reason={}",
          BulkClient.this,
          same.peer(),
          reason);
    }

    @Override
    public void closed(BulkConnection same, String cause) {
      detach(cause);
      boolean over;
      synchronized (lock) {
        over = ended != null;
      }
      if (!over) {
        connector.connectLater(cause);
      }
    }

    private void detach(String cause) {
      boolean was;
      synchronized (lock) {
        was = attached == this;
        if (was) {
          attached = null;
        }
      }
      if (was) {
        arrivals.drop();
        fetches.disconnected();
        receiver.disconnected(cause);
      }
    }
  }
}
