package dev.yamabiko.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * Cuts what a connection receives into frames. It is also what the socket asks for memory: a read
 * goes straight into the buffer of the frame that is arriving, up to the end of the next header and
 * never beyond, so that bytes are not copied together and nothing is read that was not announced.
 * Holds one frame's buffer at a time, on the connection's event loop.
 */
final class FrameReader extends DefaultMaxMessagesRecvByteBufAllocator {

  /** Takes a frame's body, valid during the call. */
  interface Bodies {
    void body(ByteBuffer body, int crc) throws BulkException;
  }

  private static final HexFormat HEX = HexFormat.ofDelimiter(" ");
  private static final int READS_AT_A_TIME = 16;

  private final Bodies bodies;
  private int mostBytes;
  // Body bytes expected first, then the next frame's header.
  private ByteBuf buffer;
  private int bodyLength;
  private int bodyCrc;

  /**
   * @param mostBytes longest frame at first
   */
  FrameReader(Bodies bodies, int mostBytes) {
    super(READS_AT_A_TIME);
    this.bodies = bodies;
    this.mostBytes = mostBytes;
  }

  /** From now on frames may be this long, header included. */
  void allow(int mostBytes) {
    this.mostBytes = mostBytes;
  }

  @Override
  @SuppressWarnings("deprecation") // the netty interface has no other
  public RecvByteBufAllocator.Handle newHandle() {
    return new MaxMessageHandle() {
      @Override
      public ByteBuf allocate(ByteBufAllocator allocator) {
        return room(allocator);
      }

      @Override
      public int guess() {
        return buffer == null ? FrameCodec.HEADER_BYTES : buffer.writableBytes();
      }
    };
  }

  private ByteBuf room(ByteBufAllocator allocator) {
    if (buffer == null) {
      expect(allocator, 0);
    }
    return buffer.retainedSlice(buffer.writerIndex(), buffer.writableBytes()).writerIndex(0);
  }

  private void expect(ByteBufAllocator allocator, int length) {
    release();
    int bytes = length + FrameCodec.HEADER_BYTES;
    buffer = allocator.directBuffer(bytes, bytes);
    bodyLength = length;
  }

  /** Takes what a read has put into the room that it was given; releases it. */
  void read(ByteBuf part, ByteBufAllocator allocator) throws BulkException {
    int bytes = part.readableBytes();
    part.release();
    buffer.writerIndex(buffer.writerIndex() + bytes);
    arrived(allocator);
  }

  /**
   * Takes what lies elsewhere, as decrypted bytes do, up to the end of the next header; to be
   * called until nothing is left, or the connection is closed.
   */
  void copy(ByteBuf part, ByteBufAllocator allocator) throws BulkException {
    if (buffer == null) {
      expect(allocator, 0);
    }
    buffer.writeBytes(part, Math.min(part.readableBytes(), buffer.writableBytes()));
    arrived(allocator);
  }

  private void arrived(ByteBufAllocator allocator) throws BulkException {
    if (bodyLength > 0 && buffer.writerIndex() >= bodyLength) {
      bodies.body(buffer.nioBuffer(0, bodyLength), bodyCrc);
      if (buffer == null) {
        return; // closed meanwhile
      }
      ByteBuf last = buffer.retain();
      try {
        int header = last.writerIndex() - bodyLength;
        int end = bodyLength;
        expect(allocator, 0);
        buffer.writeBytes(last, end, header);
      } finally {
        last.release();
      }
    }
    if (bodyLength == 0 && !buffer.isWritable()) {
      header(allocator);
    }
  }

  private void header(ByteBufAllocator allocator) throws BulkException {
    int length = buffer.getInt(0);
    if (length < 1 || length > mostBytes - FrameCodec.HEADER_BYTES) {
      throw new BulkException(
          "a frame announces %s bytes, from 1 to %d are allowed here (header %s)"
              .formatted(
                  Integer.toUnsignedString(length),
                  mostBytes - FrameCodec.HEADER_BYTES,
                  HEX.formatHex(header8())));
    }
    bodyCrc = buffer.getInt(Integer.BYTES);
    expect(allocator, length);
  }

  private byte[] header8() {
    byte[] header = new byte[FrameCodec.HEADER_BYTES];
    buffer.getBytes(0, header);
    return header;
  }

  void release() {
    if (buffer != null) {
      buffer.release();
      buffer = null;
    }
  }
}
