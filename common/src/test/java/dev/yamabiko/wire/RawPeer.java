package dev.yamabiko.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;

/** Speaks the bulk protocol, or something else, over a plain blocking socket. */
final class RawPeer implements AutoCloseable {

  private static final int LIMIT_MILLIS = (int) Duration.ofSeconds(60).toMillis();

  private final Socket socket;
  private final DataInputStream in;

  RawPeer(Socket socket) {
    try {
      this.socket = socket;
      socket.setSoTimeout(LIMIT_MILLIS);
      in = new DataInputStream(socket.getInputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static RawPeer connect(int port) {
    try {
      return new RawPeer(new Socket(Plane.HOST, port));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Connects and says a good hello; the answer is read. */
  static RawPeer greeted(Plane plane, String token, String worker) {
    RawPeer peer = connect(plane.server.port());
    peer.send(hello(token, worker));
    BulkFrame answer = peer.read();
    if (!(answer instanceof BulkFrame.Accepted)) {
      throw new AssertionError("not accepted: " + answer);
    }
    return peer;
  }

  static BulkFrame.Hello hello(String token, String worker) {
    return new BulkFrame.Hello(BulkFrame.MAGIC, BulkFrame.VERSION, token, Plane.RUN, worker);
  }

  static byte[] bytes(BulkFrame frame) {
    ByteBuf encoded = FrameCodec.get().encode(frame, UnpooledByteBufAllocator.DEFAULT);
    byte[] bytes = new byte[encoded.readableBytes()];
    encoded.readBytes(bytes).release();
    return bytes;
  }

  void send(BulkFrame frame) {
    send(bytes(frame));
  }

  void send(byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The next frame but pings; null where the other side has closed. */
  BulkFrame read() {
    try {
      while (true) {
        int first = in.read();
        if (first < 0) {
          return null;
        }
        int length = first << 24 | in.readUnsignedByte() << 16 | in.readUnsignedShort();
        int crc = in.readInt();
        ByteBuffer body = ByteBuffer.allocateDirect(length);
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        body.put(bytes).flip();
        BulkFrame frame = FrameCodec.get().decode(body, crc);
        if (!(frame instanceof BulkFrame.Ping)) {
          return frame;
        }
      }
    } catch (SocketException e) {
      return null; // reset, since what it was sent was not read to the end
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
