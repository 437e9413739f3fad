package dev.yamabiko.wire;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.io.ByteBufferInput;
import com.esotericsoftware.kryo.io.ByteBufferOutput;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.concurrent.FastThreadLocal;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Turns frames into direct buffers and back, by the Kryo of the calling thread. */
final class FrameCodec {

  /** Length of the body and its CRC32C. */
  static final int HEADER_BYTES = 2 * Integer.BYTES;

  /** More than a frame has beside its payload: header, three texts, and a dozen numbers. */
  static final int ENVELOPE_BYTES = 1024;

  /** Kryo writes a registered class as its id and this, below which are null and names. */
  private static final int KRYO_IDS_FROM = 2;

  private static final FastThreadLocal<FrameCodec> OF_THREAD =
      new FastThreadLocal<>() {
        @Override
        protected FrameCodec initialValue() {
          return new FrameCodec();
        }
      };

  private final Kryo kryo = BulkTable.kryo();
  private final ByteBufferOutput output = new ByteBufferOutput(1);
  private final ByteBufferInput input = new ByteBufferInput(1);
  private final CRC32C crc = new CRC32C();

  private FrameCodec() {}

  /** The one of the calling thread. */
  static FrameCodec get() {
    return OF_THREAD.get();
  }

  /** Bytes of payload that fit a frame of this size. */
  static int room(int frameBytes) {
    return frameBytes - ENVELOPE_BYTES;
  }

  /** The whole frame, header included; the caller owns it. */
  ByteBuf encode(BulkFrame frame, ByteBufAllocator allocator) {
    int most = ENVELOPE_BYTES + frame.payloadBytes();
    ByteBuf buffer = allocator.directBuffer(most, most);
    boolean whole = false;
    try {
      ByteBuffer body = buffer.nioBuffer(HEADER_BYTES, most - HEADER_BYTES);
      output.setBuffer(body, body.capacity());
      kryo.writeClassAndObject(output, frame);
      int length = output.position();
      buffer.setInt(0, length);
      buffer.setInt(Integer.BYTES, crc(body.position(0).limit(length)));
      buffer.writerIndex(HEADER_BYTES + length);
      whole = true;
      return buffer;
    } finally {
      if (!whole) {
        buffer.release();
      }
    }
  }

  /**
   * Reads a body, whose payload stays in {@code body}.
   *
   * @throws BulkException if the sum is wrong or it is no frame of the table
   */
  BulkFrame decode(ByteBuffer body, int expectedCrc) throws BulkException {
    int found = crc(body.duplicate());
    if (found != expectedCrc) {
      throw new BulkException(
          "CRC32C of a frame of %d bytes is %08x, expected %08x"
              .formatted(body.remaining(), found, expectedCrc));
    }
    input.setBuffer(body);
    try {
      // Kryo itself would look for a class by name here if asked to, and trust the name's length.
      int id = input.readVarInt(true) - KRYO_IDS_FROM;
      if (id < BulkTable.FIRST_ID || id > BulkTable.LAST_ID) {
        throw new BulkException("a frame of unknown kind " + id);
      }
      Class<?> type = kryo.getRegistration(id).getType();
      Object frame = kryo.readObject(input, type);
      if (input.position() != input.limit()) {
        throw new BulkException(
            "%d bytes too many in a frame".formatted(input.limit() - input.position()));
      }
      if (frame instanceof BulkFrame bulk) {
        return bulk;
      }
      throw new BulkException("a bare payload as a frame");
    } catch (KryoException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new BulkException("a frame that cannot be read: " + e.getMessage());
    }
  }

  private int crc(ByteBuffer bytes) {
    crc.reset();
    crc.update(bytes);
    return (int) crc.getValue();
  }
}
