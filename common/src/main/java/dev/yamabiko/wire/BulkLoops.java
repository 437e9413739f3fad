package dev.yamabiko.wire;

import dev.yamabiko.wire.tls.TlsFiles;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;

/** What bulk connections run on: epoll where it is, NIO elsewhere; pooled direct memory. */
final class BulkLoops {

  /** Of all frames of this JVM. */
  static final PooledByteBufAllocator ALLOCATOR = new PooledByteBufAllocator(true);

  private static final boolean EPOLL = Epoll.isAvailable();

  private BulkLoops() {}

  static EventLoopGroup start(int threads, String name) {
    IoHandlerFactory handlers = EPOLL ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    return new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory(name, true), handlers);
  }

  static void stop(EventLoopGroup loops) {
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS);
  }

  static Class<? extends Channel> socket() {
    return EPOLL ? EpollSocketChannel.class : NioSocketChannel.class;
  }

  static Class<? extends ServerChannel> serverSocket() {
    return EPOLL ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
  }

  /** Makes this connection the channel's only handler, but for TLS. */
  static void accept(Channel channel, BulkConnection connection, BulkSettings settings) {
    install(channel, connection, settings, settings.tls().map(TlsFiles::nodeServer));
  }

  /** The same at the other end, which connects to this address. */
  static void connect(
      Channel channel, BulkConnection connection, BulkSettings settings, String host, int port) {
    install(
        channel, connection, settings, settings.tls().map(files -> files.nodeClient(host, port)));
  }

  @SuppressWarnings("deprecation") // the only way to lend a read its memory
  private static void install(
      Channel channel,
      BulkConnection connection,
      BulkSettings settings,
      Optional<SSLEngine> engine) {
    channel.config().setOption(ChannelOption.TCP_NODELAY, true);
    channel.config().setOption(ChannelOption.SO_KEEPALIVE, true);
    channel.config().setAllocator(ALLOCATOR);
    channel
        .config()
        .setWriteBufferWaterMark(
            new WriteBufferWaterMark(
                settings.memory().lowWatermark(), settings.memory().highWatermark()));
    if (engine.isPresent()) {
      channel.pipeline().addLast(tls(engine.get()));
    } else {
      channel.config().setRecvByteBufAllocator(connection.reader());
    }
    channel.pipeline().addLast(connection);
  }

  private static SslHandler tls(SSLEngine engine) {
    SslHandler handler = new SslHandler(engine);
    // Both ends have a deadline for the hello, which begins when the handshake does.
    handler.setHandshakeTimeoutMillis(0);
    // A frame at a time: what is put together would be written into a frame that links share.
    handler.setWrapDataSize(0);
    return handler;
  }

  /** Frames of this JVM that have not been released; for tests. */
  static long buffersInUse() {
    return ALLOCATOR.metric().directArenas().stream()
        .mapToLong(arena -> arena.numActiveAllocations())
        .sum();
  }
}
