package dev.yamabiko.wire;

import dev.yamabiko.protocol.RunKey;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * The coordinator's listening end of the bulk plane. A connection first says hello with a token
 * that the control plane handed out; until then it is read no further than a hello can reach, and
 * what says anything else or nothing is refused. Thread-safe.
 *
 * <p>With TLS nobody comes so far without a node's certificate.
 *
 * <p>Direct memory: for each connection high watermark + 2 frames, one more with TLS, and {@link
 * BulkSettings.Memory#sharedBytes} for each run; whatever the model's size.
 */
public final class BulkServer implements AutoCloseable {

  private static final int MOST_LOOPS = 4;
  private static final int BLOCK_READERS = 2;

  /**
   * Connections that have not said hello yet. The oldest makes room for one more: nodes say hello
   * at once, and those who keep silent cannot keep them out.
   */
  private static final int MOST_STRANGERS = 64;

  /** Counts connections as clients made them: their hellos are read on several threads. */
  private static final AttributeKey<Long> ARRIVAL =
      AttributeKey.valueOf(BulkServer.class, "arrival");

  private record Term(String run, long term) {}

  private final BulkSettings settings;
  private final EventLoopGroup loops;
  private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
  private final ExecutorService blockReaders =
      Executors.newFixedThreadPool(BLOCK_READERS, new DefaultThreadFactory("bulk-data", true));
  private final List<BulkLink> links = new CopyOnWriteArrayList<>();
  private final Map<Term, Broadcasts> broadcasts = new HashMap<>();
  private final RefusalLog refusals = new RefusalLog("bulk");

  /** The oldest first; guarded by itself. */
  private final Set<BulkConnection> strangers = new LinkedHashSet<>();

  private Channel listener;

  private BulkServer(BulkSettings settings) {
    this.settings = settings;
    int loopThreads = Math.max(1, Math.min(MOST_LOOPS, Runtime.getRuntime().availableProcessors()));
    loops = BulkLoops.start(loopThreads, "bulk-server");
  }

  /**
   * Listens.
   *
   * @param port 0 for any
   * @throws UnusableAddressException if the address cannot be had
   */
  public static BulkServer bind(String host, int port, BulkSettings settings) {
    BulkServer server = new BulkServer(settings);
    ChannelFuture bound =
        new ServerBootstrap()
            .group(server.loops)
            .channel(BulkLoops.serverSocket())
            .option(ChannelOption.SO_REUSEADDR, true)
            .handler(new Arrivals())
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    server.accept(channel);
                  }
                })
            .bind(host, port)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      server.close();
      throw new UnusableAddressException(host, port, "weights and gradients", bound.cause());
    }
    server.listener = bound.channel();
    return server;
  }

  /** As its own node's clients have them too. */
  public BulkSettings settings() {
    return settings;
  }

  public int port() {
    return ((InetSocketAddress) listener.localAddress()).getPort();
  }

  /**
   * From now on a connection that presents this token belongs to this link; one connection at a
   * time, one that was made later takes the earlier one's place.
   *
   * @param token as of {@link BulkToken#random}
   */
  public BulkLink admit(RunKey run, String worker, String token, BulkLink.Receiver receiver) {
    BulkTable.checkText("run", run.run());
    synchronized (broadcasts) {
      Broadcasts ofRun =
          broadcasts.computeIfAbsent(
              new Term(run.run(), run.term()), term -> new Broadcasts(settings));
      BulkLink link =
          new BulkLink(run, worker, token, receiver, ofRun, settings, blockReaders, this::forget);
      links.add(link);
      return link;
    }
  }

  private void forget(BulkLink link) {
    synchronized (broadcasts) {
      links.remove(link);
      if (links.stream().noneMatch(other -> other.run().isOfSameTerm(link.run()))) {
        broadcasts.remove(new Term(link.run().run(), link.run().term()));
      }
    }
  }

  /** Ends all connections that are open now, as a failing network would; for tests. */
  void cutConnections() {
    channels.forEach(Channel::close);
  }

  /** Connections that were turned away; for tests. */
  long refused() {
    return refusals.count();
  }

  /** What was spent on the run's broadcasts; for tests. */
  SharedMemory sharedMemory(RunKey run) {
    synchronized (broadcasts) {
      return broadcasts.get(new Term(run.run(), run.term())).memory();
    }
  }

  /**
   * Closes all connections and links. Clients are not refused: they may find a server here again.
   * Waits for the sockets, so not to be called by a receiver.
   */
  @Override
  public void close() {
    if (listener != null) {
      listener.close().awaitUninterruptibly();
    }
    channels.close().awaitUninterruptibly(settings.signs().helloDeadline().toMillis());
    links.forEach(BulkLink::close);
    BulkLoops.stop(loops);
    blockReaders.shutdown();
  }

  private void accept(Channel channel) {
    channels.add(channel); // which closes it where the server has been closed meanwhile
    if (!channel.isOpen()) {
      return;
    }
    BulkConnection connection =
        new BulkConnection(
            settings,
            new Greeting(channel.attr(ARRIVAL).get()),
            new Outbox<>(),
            new TrafficCounter(),
            Greeting.MOST_BYTES);
    BulkLoops.accept(channel, connection, settings);
  }

  /** Counts one more, and gives the one that makes room for it. */
  private Optional<BulkConnection> greet(BulkConnection connection) {
    synchronized (strangers) {
      Optional<BulkConnection> oldest =
          strangers.size() < MOST_STRANGERS
              ? Optional.empty()
              : Optional.of(strangers.iterator().next());
      oldest.ifPresent(strangers::remove);
      strangers.add(connection);
      return oldest;
    }
  }

  private void turnAway(BulkConnection oldest) {
    String reason = "more than %d connections without hello".formatted(MOST_STRANGERS);
    refusals.refused(oldest.peer(), reason);
    oldest.close(reason);
  }

  private BulkLink find(String token) {
    BulkLink found = null;
    for (BulkLink link : links) {
      if (BulkToken.equal(link.token(), token)) {
        found = link;
      }
    }
    return found;
  }

  /** Numbers connections in the order in which clients made them. */
  private static final class Arrivals extends ChannelInboundHandlerAdapter {

    private long count;

    @Override
    public void channelRead(ChannelHandlerContext context, Object accepted) {
      ((Channel) accepted).attr(ARRIVAL).set(count++);
      context.fireChannelRead(accepted);
    }
  }

  /** Waits for a connection's hello. */
  private final class Greeting implements BulkConnection.Session {

    static final int MOST_BYTES = FrameCodec.ENVELOPE_BYTES;

    private final long arrival;

    /** Cancelled at the end: else it would keep everybody who is turned away until then. */
    private Future<?> deadline;

    Greeting(long arrival) {
      this.arrival = arrival;
    }

    @Override
    public void opened(BulkConnection connection) {
      greet(connection).ifPresent(BulkServer.this::turnAway);
      deadline =
          connection
              .channel()
              .eventLoop()
              .schedule(
                  () -> late(connection),
                  settings.signs().helloDeadline().toNanos(),
                  TimeUnit.NANOSECONDS);
    }

    private void late(BulkConnection connection) {
      connection.fail(
          "no hello within %d ms".formatted(settings.signs().helloDeadline().toMillis()));
    }

    @Override
    public void received(BulkConnection connection, BulkFrame frame) throws BulkException {
      if (!(frame instanceof BulkFrame.Hello hello) || hello.magic() != BulkFrame.MAGIC) {
        throw new BulkException("the first frame is no hello");
      }
      BulkLink link = find(hello.token());
      String reason =
          hello.version() != BulkFrame.VERSION
              ? "bulk protocol version %d, expected %d"
                  .formatted(hello.version(), BulkFrame.VERSION)
              : link == null ? "unknown token" : link.mismatch(hello);
      if (reason == null) {
        end(connection);
        link.attach(connection, arrival);
      } else {
        end(connection);
        refusals.refused(connection.peer(), reason);
        connection.refuse(reason);
      }
    }

    @Override
    public void failed(BulkConnection connection, String reason) {
      refusals.refused(connection.peer(), reason);
    }

    @Override
    public void untrusted(BulkConnection connection, String reason) {
      refusals.refused(connection.peer(), reason);
    }

    @Override
    public void closed(BulkConnection connection, String cause) {
      end(connection);
    }

    private void end(BulkConnection connection) {
      if (deadline != null) {
        deadline.cancel(false);
      }
      synchronized (strangers) {
        strangers.remove(connection);
      }
    }
  }
}
