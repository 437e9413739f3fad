package dev.yamabiko.wire;

import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.SliceMessage;
import dev.yamabiko.protocol.WorkerMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The bulk plane of one worker in one run without sockets: outboxes, frames, checksums and buffers
 * are the real ones, of {@link BulkLink} and {@link BulkClient}. Whoever drives it carries frame
 * after frame from one end to the other, or does not. Used by one thread.
 */
public final class MemoryBulk {

  /** Small, so that most messages take several. */
  private static final int FRAME_BYTES = 8 << 10;

  private static final long MOST_BYTES = 64L << 20;

  public enum Way {
    /** Weights, to the worker. */
    DOWN,
    /** Contributions. */
    UP
  }

  /**
   * @param connection that it travels on
   * @param begins whether it is a message's first one; only then step and slice are told
   * @param bytes header included
   */
  public record Frame(
      Way way, int connection, boolean begins, boolean ends, long step, int slice, byte[] bytes) {}

  /** What the paths of one run have in common. */
  public static final class Shared {
    private final Broadcasts broadcasts =
        new Broadcasts(BulkSettings.DEFAULT.withFrameBytes(FRAME_BYTES));
  }

  private final Shared shared;
  private final RunKey run;
  private final String worker;
  private final BulkLink.Receiver coordinator;
  private final BulkClient.Receiver client;

  private final ContributionBuffers contributions = new ContributionBuffers(MOST_BYTES);
  private final Map<Integer, WorkerMessage.InstallWeights> sent = new HashMap<>();
  private Outbox<Integer> down = new Outbox<>();
  private FloatArrivals arrivedUp = new FloatArrivals();
  private int coordinatorsConnection;

  private final WeightsBuffers weights = new WeightsBuffers(MOST_BYTES);
  private final KeptContributions kept = new KeptContributions(FRAME_BYTES, new ArrivingWeights());
  private WeightsNames names = new WeightsNames();
  private Outbox<KeptContributions.Name> up = new Outbox<>();
  private FloatArrivals arrivedDown = new FloatArrivals();
  private int clientsConnection;

  private int connections;

  public MemoryBulk(
      Shared shared,
      RunKey run,
      String worker,
      BulkLink.Receiver coordinator,
      BulkClient.Receiver client) {
    this.shared = shared;
    this.run = run;
    this.worker = worker;
    this.coordinator = coordinator;
    this.client = client;
  }

  /** The coordinator has accepted a connection, in place of the one before. Returns its number. */
  public int accept() {
    lostByCoordinator("a newer connection took its place");
    coordinatorsConnection = ++connections;
    down = new Outbox<>();
    names = new WeightsNames();
    arrivedUp = new FloatArrivals();
    coordinator.connected();
    return connections;
  }

  /** The worker has heard that its connection was accepted. */
  public void accepted(int connection) {
    if (connection != connections) {
      return;
    }
    clientsConnection = connection;
    up = new Outbox<>();
    arrivedDown = new FloatArrivals();
    kept.sendAgain(up);
    client.connected();
  }

  /** How many there have been. */
  public int connections() {
    return connections;
  }

  public boolean isConnected(Way from) {
    return (from == Way.DOWN ? coordinatorsConnection : clientsConnection) > 0;
  }

  /** The coordinator's end notices that the connection is gone. */
  public void lostByCoordinator(String cause) {
    if (coordinatorsConnection > 0) {
      coordinatorsConnection = 0;
      down.close();
      coordinator.disconnected(cause);
    }
  }

  /** The worker's end notices that the connection is gone. */
  public void lostByClient(String cause) {
    if (clientsConnection > 0) {
      clientsConnection = 0;
      client.disconnected(cause);
    }
  }

  public void send(WorkerMessage.InstallWeights message) {
    if (coordinatorsConnection > 0) {
      sent.put(message.slice(), message);
      down.put(names.of(message), shared.broadcasts.transfer(message, this));
    }
  }

  public void send(SliceMessage.Contribute message) {
    kept.add(message, clientsConnection > 0 ? Optional.of(up) : Optional.empty());
  }

  /** Sends once more what was sent last: one slice's weights, or a step's contributions. */
  public void sendAgain(Frame frame) {
    if (frame.way() == Way.UP) {
      kept.sendAgain(up);
    } else if (coordinatorsConnection > 0) {
      send(sent.get(frame.slice()));
    }
  }

  /** The next frame of what waits to be sent; its floats are read now. */
  public Optional<Frame> next(Way way) {
    if (!isConnected(way)) {
      return Optional.empty();
    }
    return way == Way.DOWN ? next(down, way) : next(up, way);
  }

  private Optional<Frame> next(Outbox<?> outbox, Way way) {
    Outgoing turn = outbox.turn();
    if (turn == null) {
      return Optional.empty();
    }
    ByteBuf buffer = turn.next(UnpooledByteBufAllocator.DEFAULT);
    if (buffer == null) {
      outbox.taken(turn);
      return next(outbox, way);
    }
    byte[] bytes = new byte[buffer.readableBytes()];
    buffer.readBytes(bytes);
    buffer.release();
    boolean ends = turn.isDone();
    outbox.taken(turn);
    int connection = way == Way.DOWN ? coordinatorsConnection : clientsConnection;
    BulkFrame frame;
    try {
      frame = decode(bytes);
    } catch (BulkException e) {
      throw new IllegalStateException("a frame that was just encoded", e);
    }
    if (frame instanceof BulkFrame.WeightsBegin begin) {
      return Optional.of(
          new Frame(way, connection, true, ends, begin.step(), begin.slice(), bytes));
    } else if (frame instanceof BulkFrame.ContributionBegin begin) {
      return Optional.of(
          new Frame(way, connection, true, ends, begin.step(), begin.slice(), bytes));
    }
    return Optional.of(new Frame(way, connection, false, ends, -1, -1, bytes));
  }

  private static BulkFrame decode(byte[] bytes) throws BulkException {
    ByteBuffer frame = ByteBuffer.wrap(bytes);
    int length = frame.getInt();
    int crc = frame.getInt();
    if (length != frame.remaining()) {
      throw new BulkException("a frame announces %d bytes".formatted(length));
    }
    return FrameCodec.get().decode(frame.slice(), crc);
  }

  /**
   * The frame is at the other end, if the connection that it travelled on is there still.
   *
   * @return why it is no good; the connection is to be closed then
   */
  public Optional<String> arrive(Frame frame) {
    boolean isDown = frame.way() == Way.DOWN;
    if (frame.connection() != (isDown ? clientsConnection : coordinatorsConnection)) {
      return Optional.empty();
    }
    try {
      BulkFrame decoded = decode(frame.bytes());
      if (isDown) {
        arriveDown(decoded);
      } else {
        arriveUp(decoded);
      }
      return Optional.empty();
    } catch (BulkException e) {
      return Optional.of(e.getMessage());
    }
  }

  private void arriveDown(BulkFrame frame) throws BulkException {
    if (frame instanceof BulkFrame.FloatsNext next) {
      arrivedDown.next(next.at(), next.floats());
      return;
    }
    if (frame instanceof BulkFrame.Bfloat16Next next) {
      arrivedDown.next(next.at(), next.floats());
      return;
    }
    BulkFrame.WeightsBegin begin = (BulkFrame.WeightsBegin) frame;
    checkRun(begin.key());
    kept.begins(begin);
    float[] values = weights.take(begin);
    arrivedDown.begin(
        new FloatAssembly(
            values,
            () -> {
              kept.forget(begin, up);
              client.installed(begin.message(values));
            }),
        begin.total(),
        begin.first());
  }

  private void arriveUp(BulkFrame frame) throws BulkException {
    if (frame instanceof BulkFrame.FloatsNext next) {
      arrivedUp.next(next.at(), next.floats());
      return;
    }
    if (frame instanceof BulkFrame.Bfloat16Next next) {
      arrivedUp.next(next.at(), next.floats());
      return;
    }
    BulkFrame.ContributionBegin begin = (BulkFrame.ContributionBegin) frame;
    checkRun(begin.key());
    shared.broadcasts.sent().contributed(begin.key(), begin.step());
    arrivedUp.begin(
        contributions.begin(
            begin,
            () -> shared.broadcasts.sent().isClosed(begin.key(), begin.step(), begin.slice()),
            (values, floats) -> coordinator.contributed(begin.message(values, worker, floats))),
        begin.total(),
        begin.first());
  }

  private void checkRun(RunKey key) throws BulkException {
    if (!run.isOfSameTerm(key)) {
      throw new BulkException("a message of run %s on a connection of run %s".formatted(key, run));
    }
  }
}
