package dev.yamabiko.wire;

import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.step.Block;
import dev.yamabiko.step.Statistics;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * What a bulk connection receives without the connection: frames are cut, decoded and put together
 * by what does it in production, of both ends at once. Used by one thread.
 */
public final class FuzzedBulk {

  /** Of the arrays that are put together, on either end. */
  public static final int MOST_BYTES = 1 << 20;

  /** Of a frame that is announced: as much is made room for. */
  private static final int LONGEST_FRAME = BulkSettings.MOST_FRAME_BYTES;

  private static final int MOST_KINDS = 12;
  private static final RunKey KEY = new RunKey("r", 2, 1);

  private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);

  /** One frame of each kind: the body alone. */
  public static List<byte[]> bodies() {
    return frames().stream()
        .map(FuzzedBulk::bytes)
        .map(frame -> Arrays.copyOfRange(frame, FrameCodec.HEADER_BYTES, frame.length))
        .toList();
  }

  /** What a connection may receive, in order: whole transfers, and all kinds in turn. */
  public static List<byte[]> streams() {
    float[] floats = {1, -2, 3, 4, 5};
    ByteRun bytes = new ByteRun(ByteBuffer.wrap(new byte[] {9, 8, 7}));
    return List.of(
        stream(
            new BulkFrame.WeightsBegin(KEY, 300, 4, 5, FloatRun.of(floats, 0, 2)),
            new BulkFrame.Ping(),
            new BulkFrame.FloatsNext(2, FloatRun.of(floats, 2, 3))),
        stream(
            contribution(5, 0),
            new BulkFrame.Bfloat16Next(0, Bfloat16Run.of(floats, 0, 3)),
            new BulkFrame.FloatsNext(3, FloatRun.of(floats, 3, 2)),
            contribution(5, 5)),
        stream(
            new BulkFrame.BlockBegin(1, 6, bytes),
            new BulkFrame.BlockNext(3, bytes),
            new BulkFrame.BlockMissing(2, "why"),
            new BulkFrame.BlockBegin(3, 3, bytes)),
        stream(
            new BulkFrame.Hello(BulkFrame.MAGIC, BulkFrame.VERSION, "abc", KEY, "w"),
            new BulkFrame.Accepted(),
            new BulkFrame.BlockRequest(7, "ab", 3),
            new BulkFrame.Refused("no")));
  }

  private static List<BulkFrame> frames() {
    float[] floats = {1, -2};
    FloatRun run = FloatRun.of(floats, 0, 2);
    ByteRun bytes = new ByteRun(ByteBuffer.wrap(new byte[] {9, 8, 7}));
    List<BulkFrame> frames =
        List.of(
            new BulkFrame.Hello(BulkFrame.MAGIC, BulkFrame.VERSION, "abc", KEY, "w"),
            new BulkFrame.Accepted(),
            new BulkFrame.Refused("no"),
            new BulkFrame.Ping(),
            new BulkFrame.WeightsBegin(KEY, 300, 4, 2, run),
            contribution(2, 2),
            new BulkFrame.FloatsNext(1000, run),
            new BulkFrame.BlockRequest(7, "ab", 3),
            new BulkFrame.BlockBegin(7, 3, bytes),
            new BulkFrame.BlockNext(1000, bytes),
            new BulkFrame.BlockMissing(7, "why"),
            new BulkFrame.Bfloat16Next(1000, Bfloat16Run.of(floats, 0, 2)));
    if (frames.size() != MOST_KINDS
        || BulkFrame.class.getPermittedSubclasses().length != MOST_KINDS) {
      throw new AssertionError("a kind of frame has no sample");
    }
    return frames;
  }

  private static BulkFrame contribution(int total, int first) {
    float[] floats = {1, -2, 3, 4, 5};
    Statistics statistics = new Statistics(5, 0.5, 3, 2, 0x0102030405060708L);
    return new BulkFrame.ContributionBegin(
        KEY, 300, 4, new Block(2, 4), statistics, 7, total, FloatRun.of(floats, 0, first));
  }

  private static byte[] stream(BulkFrame... frames) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    Arrays.stream(frames).map(FuzzedBulk::bytes).forEach(all::writeBytes);
    return all.toByteArray();
  }

  private static byte[] bytes(BulkFrame frame) {
    ByteBuf encoded = FrameCodec.get().encode(frame, UnpooledByteBufAllocator.DEFAULT);
    byte[] bytes = new byte[encoded.readableBytes()];
    encoded.readBytes(bytes).release();
    return bytes;
  }

  /** With the right sum for each frame that is whole, by the lengths that are announced. */
  public static byte[] withSums(byte[] stream) {
    byte[] repaired = stream.clone();
    ByteBuffer buffer = ByteBuffer.wrap(repaired);
    int at = 0;
    while (repaired.length - at > FrameCodec.HEADER_BYTES) {
      int length = buffer.getInt(at);
      int body = at + FrameCodec.HEADER_BYTES;
      if (length < 1 || length > repaired.length - body) {
        break;
      }
      CRC32C crc = new CRC32C();
      crc.update(repaired, body, length);
      buffer.putInt(at + Integer.BYTES, (int) crc.getValue());
      at = body + length;
    }
    return repaired;
  }

  /** Decodes one body, whose sum is right, and looks at all that it holds. */
  public static void decode(byte[] body) throws BulkException {
    CRC32C crc = new CRC32C();
    crc.update(body);
    ByteBuffer direct = ByteBuffer.allocateDirect(body.length).put(body).flip();
    BulkFrame frame = FrameCodec.get().decode(direct, (int) crc.getValue());
    byte[] again = bytes(copied(frame));
    if (again.length < FrameCodec.HEADER_BYTES) {
      throw new AssertionError("written as nothing: " + frame);
    }
  }

  /** What was received refers to its buffer and is not sent on; its payload is read instead. */
  private static BulkFrame copied(BulkFrame frame) {
    if (frame instanceof BulkFrame.WeightsBegin begin) {
      return new BulkFrame.WeightsBegin(
          begin.key(), begin.step(), begin.slice(), begin.total(), copied(begin.first()));
    } else if (frame instanceof BulkFrame.ContributionBegin begin) {
      return new BulkFrame.ContributionBegin(
          begin.key(),
          begin.step(),
          begin.slice(),
          begin.block(),
          begin.statistics(),
          begin.computeNanos(),
          begin.total(),
          copied(begin.first()));
    } else if (frame instanceof BulkFrame.FloatsNext next) {
      return new BulkFrame.FloatsNext(next.at(), copied(next.floats()));
    } else if (frame instanceof BulkFrame.Bfloat16Next next) {
      return new BulkFrame.FloatsNext(next.at(), copied(next.floats()));
    }
    return frame;
  }

  private static FloatRun copied(Floats floats) {
    float[] values = new float[floats.length()];
    floats.copyTo(values, 0);
    return FloatRun.of(values, 0, values.length);
  }

  /**
   * Receives a stream in pieces, as a socket would give it.
   *
   * @throws BulkException where a connection would be closed
   */
  @SuppressWarnings("deprecation") // the netty interface has no other
  public void receive(byte[] stream) throws BulkException {
    Ends ends = new Ends();
    FrameReader reader = new FrameReader(ends::body, LONGEST_FRAME);
    var handle = reader.newHandle();
    // The pieces' lengths have to be something that the stream decides.
    int piece = 1 + (stream.length == 0 ? 0 : stream[stream.length - 1] & 0x3F);
    try {
      int at = 0;
      while (at < stream.length) {
        ByteBuf room = handle.allocate(allocator);
        int length = Math.min(Math.min(piece, room.writableBytes()), stream.length - at);
        room.writeBytes(stream, at, length);
        at += length;
        reader.read(room, allocator);
      }
    } finally {
      reader.release();
      long left = allocator.metric().usedDirectMemory();
      if (left != 0) {
        throw new AssertionError(left + " bytes of direct memory are left");
      }
    }
  }

  /** Both ends of one connection. */
  private static final class Ends {
    private final ContributionBuffers contributions = new ContributionBuffers(MOST_BYTES);
    private final WeightsBuffers weights = new WeightsBuffers(MOST_BYTES);
    private final FloatArrivals arrivals = new FloatArrivals();
    private final BlockFetches fetches = new BlockFetches(MOST_BYTES);
    private final List<float[]> whole = new ArrayList<>();

    Ends() {
      fetches.connected(new Outbox<Integer>());
      for (int index = 0; index < 3; index++) {
        fetches.add("ab", index);
      }
    }

    void body(ByteBuffer body, int crc) throws BulkException {
      BulkFrame frame = FrameCodec.get().decode(body, crc);
      if (frame instanceof BulkFrame.WeightsBegin begin) {
        float[] values = weights.take(begin);
        FloatAssembly assembly =
            new FloatAssembly(values, () -> whole.add(begin.message(values).weights().values()));
        arrivals.begin(assembly, begin.total(), begin.first());
      } else if (frame instanceof BulkFrame.ContributionBegin begin) {
        FloatAssembly assembly =
            contributions.begin(begin, () -> false, (values, floats) -> whole.add(values));
        arrivals.begin(assembly, begin.total(), begin.first());
      } else if (frame instanceof BulkFrame.FloatsNext next) {
        arrivals.next(next.at(), next.floats());
      } else if (frame instanceof BulkFrame.Bfloat16Next next) {
        arrivals.next(next.at(), next.floats());
      } else if (frame instanceof BulkFrame.BlockBegin begin) {
        fetches.begin(begin);
      } else if (frame instanceof BulkFrame.BlockNext next) {
        fetches.next(next);
      } else if (frame instanceof BulkFrame.BlockMissing missing) {
        fetches.missing(missing);
      }
    }
  }
}
