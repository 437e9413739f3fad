package dev.yamabiko.wire;

import dev.yamabiko.wire.tls.TlsFailure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One TCP connection of either side: cuts frames, empties an {@link Outbox} while the socket takes
 * more, pings, and gives up a silent peer. Direct memory: one frame that arrives, one that is
 * written, and at most the high watermark waiting for the socket.
 */
final class BulkConnection extends ChannelInboundHandlerAdapter {

  /** Who has the connection; called on its event loop. */
  interface Session {

    void opened(BulkConnection connection);

    /** The frame is valid during the call only. */
    void received(BulkConnection connection, BulkFrame frame) throws BulkException;

    /** The peer broke the protocol; the connection is being closed. */
    void failed(BulkConnection connection, String reason);

    /** There is no TLS with the peer; the connection is being closed. */
    default void untrusted(BulkConnection connection, String reason) {}

    /** The last call. */
    void closed(BulkConnection connection, String cause);
  }

  private static final Logger LOG = LoggerFactory.getLogger(BulkConnection.class);

  /** After so many the event loop looks after others. */
  private static final int FRAMES_AT_A_TIME = 16;

  private final BulkSettings settings;
  private final FrameReader reader;
  private final AtomicBoolean awake = new AtomicBoolean();
  private Session session;
  private Outbox<?> outbox;
  private TrafficCounter traffic;
  private Channel channel;
  private String peer = "?";
  private Future<?> pings;
  private long lastRead;
  private boolean pumping;
  private String cause;

  /**
   * @param mostBytes longest frame that is read at first
   */
  BulkConnection(
      BulkSettings settings,
      Session session,
      Outbox<?> outbox,
      TrafficCounter traffic,
      int mostBytes) {
    this.settings = settings;
    this.session = session;
    this.outbox = outbox;
    this.traffic = traffic;
    reader = new FrameReader(this::body, mostBytes);
  }

  /** The channel's way to memory; set before it reads, unless there is TLS between. */
  FrameReader reader() {
    return reader;
  }

  /** Goes on for another owner with another outbox; on the event loop. */
  void handOver(Session next, Outbox<?> nextOutbox, TrafficCounter nextTraffic) {
    session = next;
    outbox = nextOutbox;
    traffic = nextTraffic;
    reader.allow(BulkSettings.MOST_FRAME_BYTES);
  }

  String peer() {
    return peer;
  }

  Channel channel() {
    return channel;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    channel = context.channel();
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    if (channel.remoteAddress() instanceof InetSocketAddress address) {
      peer = address.getHostString() + ":" + address.getPort();
    }
    lastRead = System.nanoTime();
    long every = settings.signs().pingEvery().toNanos();
    pings = context.executor().scheduleAtFixedRate(this::ping, every, every, TimeUnit.NANOSECONDS);
    session.opened(this);
  }

  private void ping() {
    if (System.nanoTime() - lastRead > settings.signs().deadAfter().toNanos()) {
      close("no sign of life for " + settings.signs().deadAfter().toMillis() + " ms");
    } else if (channel.isWritable()) {
      // Where the socket is full, what fills it is sign enough.
      outbox.control(new BulkFrame.Ping());
      pump();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf part = (ByteBuf) message;
    if (cause != null) {
      part.release();
      return;
    }
    lastRead = System.nanoTime();
    try {
      if (settings.tls().isPresent()) {
        readDecrypted(part, context.alloc());
      } else {
        reader.read(part, context.alloc());
      }
    } catch (BulkException e) {
      fail(e.getMessage());
    }
  }

  /** It may hold the ends of several frames, of which one may be the last that is looked at. */
  private void readDecrypted(ByteBuf part, ByteBufAllocator allocator) throws BulkException {
    try {
      while (part.isReadable() && cause == null) {
        reader.copy(part, allocator);
      }
    } finally {
      part.release();
    }
  }

  private void body(ByteBuffer body, int crc) throws BulkException {
    int bytes = body.remaining() + FrameCodec.HEADER_BYTES;
    traffic.received(bytes);
    BulkFrame frame = FrameCodec.get().decode(body, crc);
    if (frame instanceof BulkFrame.BlockBegin || frame instanceof BulkFrame.BlockNext) {
      traffic.dataset(bytes);
    }
    if (!(frame instanceof BulkFrame.Ping)) {
      session.received(this, frame);
    }
  }

  /** Something is in the outbox; any thread. */
  void wake() {
    if (awake.compareAndSet(false, true)) {
      try {
        channel.eventLoop().execute(this::pump);
      } catch (RejectedExecutionException e) {
        outbox.close(); // the event loops have ended, and the connection with them
      }
    }
  }

  private void pump() {
    awake.set(false);
    if (pumping) {
      return;
    }
    pumping = true;
    try {
      int frames = 0;
      while (cause == null && channel.isWritable()) {
        Outgoing next = outbox.turn();
        if (next == null) {
          return;
        }
        if (frames++ == FRAMES_AT_A_TIME) {
          wake();
          return;
        }
        ByteBuf frame = next.next(channel.alloc());
        outbox.taken(next);
        if (frame == null) {
          continue;
        }
        traffic.sent(frame.readableBytes());
        if (next instanceof BlockTransfer) {
          traffic.dataset(frame.readableBytes());
        }
        channel.writeAndFlush(frame, channel.voidPromise());
      }
    } catch (RuntimeException e) {
      LOG.warn("bulk connection closed: cannot send peer={}", peer, e);
      close("cannot send: " + e);
    } finally {
      pumping = false;
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    pump();
  }

  /** The peer broke the protocol; on the event loop. */
  void fail(String reason) {
    session.failed(this, reason);
    close(reason);
  }

  /** Any thread. */
  void close(String why) {
    if (channel.eventLoop().inEventLoop()) {
      if (cause == null) {
        cause = why;
      }
      channel.close();
    } else {
      onEventLoop(() -> close(why));
    }
  }

  /** Says why before it closes; any thread. */
  void refuse(String why) {
    if (!channel.eventLoop().inEventLoop()) {
      onEventLoop(() -> refuse(why));
    } else if (cause == null && channel.isActive()) {
      cause = why;
      BulkFrame refused = new BulkFrame.Refused(BulkTable.fit(why));
      ByteBuf frame = FrameCodec.get().encode(refused, channel.alloc());
      channel.writeAndFlush(frame).addListener(done -> channel.close());
      channel
          .eventLoop()
          .schedule(
              () -> channel.close(),
              settings.signs().helloDeadline().toNanos(),
              TimeUnit.NANOSECONDS);
    }
  }

  private void onEventLoop(Runnable task) {
    try {
      channel.eventLoop().execute(task);
    } catch (RejectedExecutionException e) {
      LOG.debug("event loop has ended peer={}", peer);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (pings != null) {
      pings.cancel(false);
    }
    outbox.close();
    session.closed(this, cause == null ? "the peer closed the connection" : cause);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    reader.release();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof SslHandshakeCompletionEvent handshake && !handshake.isSuccess()) {
      untrusted(handshake.cause());
    }
    context.fireUserEventTriggered(event);
  }

  private void untrusted(Throwable failure) {
    if (cause == null) {
      String reason = TlsFailure.reason(failure);
      // Whoever only looks whether somebody listens is nobody to be told of.
      if (!(failure instanceof ClosedChannelException)) {
        session.untrusted(this, reason);
      }
      close(reason);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable thrown) {
    Throwable failure =
        thrown instanceof DecoderException && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    if (failure instanceof SSLException) {
      untrusted(failure);
      return;
    }
    if (!(failure instanceof IOException)) {
      LOG.warn("bulk connection closed: unexpected failure peer={}", peer, failure);
    }
    close(failure.getMessage() == null ? failure.toString() : failure.getMessage());
  }
}
