package dev.yamabiko.wire;

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
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;

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

  /** Makes this connection the channel's only handler. */
  @SuppressWarnings("deprecation") // the only way to lend a read its memory
  static void install(Channel channel, BulkConnection connection, BulkSettings settings) {
    channel.config().setOption(ChannelOption.TCP_NODELAY, true);
    channel.config().setOption(ChannelOption.SO_KEEPALIVE, true);
    channel.config().setAllocator(ALLOCATOR);
    channel
        .config()
        .setWriteBufferWaterMark(
            new WriteBufferWaterMark(
                settings.memory().lowWatermark(), settings.memory().highWatermark()));
    channel.config().setRecvByteBufAllocator(connection.reader());
    channel.pipeline().addLast(connection);
  }

  /** Frames of this JVM that have not been released; for tests. */
  static long buffersInUse() {
    return ALLOCATOR.metric().directArenas().stream()
        .mapToLong(arena -> arena.numActiveAllocations())
        .sum();
  }
}
