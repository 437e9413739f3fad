package dev.yamabiko.wire;

import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.SliceMessage;
import dev.yamabiko.protocol.WorkerMessage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The coordinator's end of the bulk plane to one worker in one run, over any number of connections,
 * one at a time. Thread-safe.
 *
 * <p>Sending: of each slice only the newest weights matter, so newer ones replace what was not sent
 * yet, even in the middle; a newcomer's older ones go beside them. The floats are read when a frame
 * is written; where a slice may have overwritten them by then, the frame is not sent ({@link
 * Broadcast}).
 *
 * <p>Receiving: half a transfer goes with its connection. Heap as in {@link ContributionBuffers},
 * direct memory as in {@link BulkConnection} and, together for the run, {@link SharedMemory}.
 */
public final class BulkLink implements AutoCloseable {

  /** What comes from the worker; called on network threads, in order, and must not block. */
  public interface Receiver {

    /**
     * Its floats stay as they are for good if they are given, else until the worker's contributions
     * to the next step come: these show that its own step has closed.
     */
    void contributed(SliceMessage.Contribute contribution);

    /**
     * The bytes of block {@code index} of the dataset file with this SHA-256, not changed any more;
     * null if there is no such block. Called on a thread where it may block.
     */
    ByteBuffer datasetBlock(String sha256, int index) throws IOException;

    /** From now on what is sent goes to the worker. */
    void connected();

    /** From now on what is sent is lost. */
    void disconnected(String cause);
  }

  private static final Logger LOG = LoggerFactory.getLogger(BulkLink.class);

  private final RunKey run;
  private final String worker;
  private final String token;
  private final Receiver receiver;
  private final Broadcasts broadcasts;
  private final BulkSettings settings;
  private final Executor blockReaders;
  private final Consumer<BulkLink> whenClosed;
  private final TrafficCounter traffic = new TrafficCounter();
  // Guards what follows and orders the receiver's calls.
  private final Object lock = new Object();
  private final ContributionBuffers buffers;
  private volatile Attachment attached;
  private boolean closed;

  BulkLink(
      RunKey run,
      String worker,
      String token,
      Receiver receiver,
      Broadcasts broadcasts,
      BulkSettings settings,
      Executor blockReaders,
      Consumer<BulkLink> whenClosed) {
    this.run = run;
    this.worker = BulkTable.checkText("worker", worker);
    this.token = BulkToken.check(token);
    this.receiver = receiver;
    this.broadcasts = broadcasts;
    this.settings = settings;
    this.blockReaders = blockReaders;
    this.whenClosed = whenClosed;
    buffers = new ContributionBuffers(settings.memory().receiveBytes());
  }

  /** Sends these weights; never blocks. While disconnected nothing is queued. */
  public void send(WorkerMessage.InstallWeights weights) {
    Attachment to = attached;
    if (to != null) {
      to.outbox.put(to.names.of(weights), broadcasts.transfer(weights, to));
      to.connection.wake();
    }
  }

  public boolean isConnected() {
    return attached != null;
  }

  public BulkTraffic traffic() {
    return traffic.read();
  }

  /** Ends the connection; the token is of no use any more. */
  @Override
  public void close() {
    Attachment old;
    synchronized (lock) {
      if (closed) {
        return;
      }
      closed = true;
      old = attached;
      detach("the link was closed");
      // Whoever looks at the traffic later holds the link.
      buffers.clear();
    }
    whenClosed.accept(this);
    if (old != null) {
      old.connection.refuse("the coordinator closed the link of run %s".formatted(run));
    }
  }

  String token() {
    return token;
  }

  RunKey run() {
    return run;
  }

  @Override
  public String toString() {
    return "run=%s worker=%s".formatted(run, worker);
  }

  /** Why a hello with this link's token is no good, or null. */
  String mismatch(BulkFrame.Hello hello) {
    return run.isOfSameTerm(hello.run()) && worker.equals(hello.worker())
        ? null
        : "the token belongs to run %s, worker %s, but run %s, worker %s presents it"
            .formatted(run, worker, hello.run(), hello.worker());
  }

  /**
   * Makes this the link's connection, on its event loop, unless the worker has made another since:
   * after a pause of this process, hellos of connections that were given up may be read last.
   *
   * @param arrival greater than those of all connections that were made before
   */
  void attach(BulkConnection connection, long arrival) {
    Attachment fresh = new Attachment(connection, arrival);
    Attachment old;
    synchronized (lock) {
      old = attached;
      if (old != null && old.arrival > arrival) {
        connection.close("the worker has made another connection since");
        return;
      }
      detach("a newer connection from " + connection.peer() + " took its place");
      if (closed) {
        connection.refuse("the link is closed");
        return;
      }
      connection.handOver(fresh, fresh.outbox, traffic);
      fresh.outbox.control(new BulkFrame.Accepted());
      broadcasts.join(fresh);
      attached = fresh;
      LOG.info("bulk link connected {} peer={}", this, connection.peer());
      receiver.connected();
    }
    if (old != null) {
      old.connection.refuse(
          "another connection took the link of worker %s in run %s".formatted(worker, run));
    }
    connection.wake();
  }

  /** Under the lock. */
  private void detach(String cause) {
    Attachment old = attached;
    if (old != null) {
      attached = null;
      old.arrivals.drop();
      old.blocks.close();
      old.outbox.close();
      broadcasts.leave(old);
      if (closed) {
        LOG.debug("bulk link closed {}", this);
      } else {
        LOG.info("bulk link disconnected {} cause={}", this, cause);
      }
      receiver.disconnected(cause);
    }
  }

  /** The link's use of one connection. */
  private final class Attachment implements BulkConnection.Session {

    private final BulkConnection connection;
    private final long arrival;
    private final Outbox<Integer> outbox = new Outbox<>();
    private final WeightsNames names = new WeightsNames();
    private final BlockService blocks;
    private final FloatArrivals arrivals = new FloatArrivals();

    Attachment(BulkConnection connection, long arrival) {
      this.connection = connection;
      this.arrival = arrival;
      blocks = new BlockService(connection, outbox, receiver, blockReaders, settings);
    }

    @Override
    public void opened(BulkConnection same) {
      throw new IllegalStateException("opened before it was attached");
    }

    @Override
    public void received(BulkConnection same, BulkFrame frame) throws BulkException {
      synchronized (lock) {
        if (attached != this) {
          return;
        }
        if (frame instanceof BulkFrame.ContributionBegin begin) {
          onContributionBegin(begin);
        } else if (frame instanceof BulkFrame.FloatsNext next) {
          arrivals.next(next.at(), next.floats());
        } else if (frame instanceof BulkFrame.Bfloat16Next next) {
          arrivals.next(next.at(), next.floats());
        } else if (frame instanceof BulkFrame.BlockRequest request) {
          blocks.request(request);
        } else {
          throw new BulkException("a worker does not send " + frame.getClass().getSimpleName());
        }
      }
    }

    private void onContributionBegin(BulkFrame.ContributionBegin begin) throws BulkException {
      if (!run.isOfSameTerm(begin.key())) {
        throw new BulkException(
            "a contribution of run %s on a link of run %s".formatted(begin.key(), run));
      }
      broadcasts.sent().contributed(begin.key(), begin.step());
      FloatAssembly assembly =
          buffers.begin(
              begin,
              () -> broadcasts.sent().isClosed(begin.key(), begin.step(), begin.slice()),
              (values, floats) -> receiver.contributed(begin.message(values, worker, floats)));
      arrivals.begin(assembly, begin.total(), begin.first());
    }

    @Override
    public void failed(BulkConnection same, String reason) {
      LOG.warn(
          "bulk connection closed: bad frame {} peer={} reason={}",
          BulkLink.this,
          same.peer(),
          reason);
    }

    @Override
    public void closed(BulkConnection same, String cause) {
      synchronized (lock) {
        if (attached == this) {
          detach(cause);
        }
      }
    }
  }
}
