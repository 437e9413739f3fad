package dev.yamabiko.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.io.Output;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.step.Block;
import dev.yamabiko.step.Statistics;
import dev.yamabiko.tensor.Bfloat16;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class BulkFrameTest {

  private static final RunKey KEY = new RunKey("r", 2, 1);

  /** One of each kind, in the order of their numbers: length, sum and body in hex. */
  private static final List<String> GOLDEN =
      List.of(
          "00000010051ff534144b424d590303616263017202010177",
          "0000000177d2802215",
          "0000000461bba24f16026e6f",
          "0000000196e9f0d517",
          "0000001231953e2b1801720201ac020402020000803f000000c0",
          "00000036ac79b6cd1901720201ac0204020405000000000000e03f03000000000000"
              + "004008070605040302011817161514131211"
              + "02020000803f000000c0",
          "0000000cedd09d051ae807020000803f000000c0",
          "00000006d695a9071b0702616206",
          "00000007b43e66c11c070303090807",
          "000000074dcfeabb1de80703090807",
          "0000000662dc4f331e0703776879",
          "00000008c786b04f20e80702803f00c0");

  private static List<BulkFrame> oneOfEach() {
    float[] floats = {1, -2};
    FloatRun run = FloatRun.of(floats, 0, 2);
    ByteRun bytes = new ByteRun(ByteBuffer.wrap(new byte[] {9, 8, 7}));
    Statistics statistics = new Statistics(5, 0.5, 3, 2, 0x0102030405060708L);
    return List.of(
        new BulkFrame.Hello(BulkFrame.MAGIC, BulkFrame.VERSION, "abc", KEY, "w"),
        new BulkFrame.Accepted(),
        new BulkFrame.Refused("no"),
        new BulkFrame.Ping(),
        new BulkFrame.WeightsBegin(KEY, 300, 4, 2, run),
        new BulkFrame.ContributionBegin(
            KEY, 300, 4, new Block(2, 4), statistics, 0x1112131415161718L, 2, run),
        new BulkFrame.FloatsNext(1000, run),
        new BulkFrame.BlockRequest(7, "ab", 3),
        new BulkFrame.BlockBegin(7, 3, bytes),
        new BulkFrame.BlockNext(1000, bytes),
        new BulkFrame.BlockMissing(7, "why"),
        new BulkFrame.Bfloat16Next(1000, Bfloat16Run.of(floats, 0, 2)));
  }

  @Test
  void shouldWriteTheSameBytesForEver() {
    List<String> written =
        oneOfEach().stream().map(RawPeer::bytes).map(HexFormat.of()::formatHex).toList();
    assertEquals(String.join("\n", GOLDEN), String.join("\n", written));
  }

  @Test
  void shouldHaveAFrameForEachNumberOfTheTable() {
    Kryo kryo = BulkTable.kryo();
    for (int id = BulkTable.FIRST_ID; id <= BulkTable.LAST_ID; id++) {
      assertEquals(id, kryo.getRegistration(id).getId());
    }
    assertNull(kryo.getRegistration(BulkTable.LAST_ID + 1));
    // The three payloads are no frames.
    assertEquals(BulkTable.LAST_ID - BulkTable.FIRST_ID + 1 - 3, oneOfEach().size());
    assertEquals(BulkFrame.class.getPermittedSubclasses().length, oneOfEach().size());
  }

  @Test
  void shouldRefuseEveryFrameWithAFlippedBitOrACutEnd() {
    for (BulkFrame frame : oneOfEach()) {
      byte[] bytes = RawPeer.bytes(frame);
      for (int bit = 0; bit < 8 * (bytes.length - FrameCodec.HEADER_BYTES); bit++) {
        byte[] broken = bytes.clone();
        broken[FrameCodec.HEADER_BYTES + bit / 8] ^= (byte) (1 << bit % 8);
        BulkException e = assertThrows(BulkException.class, () -> decode(broken));
        assertTrue(e.getMessage().startsWith("CRC32C of a frame"), e.getMessage());
      }
    }
  }

  /** With a right sum, so that Kryo sees it. */
  @Property
  void shouldReadAnyBodyAsAFrameOrRefuseIt(@ForAll @Size(min = 1, max = 80) byte[] body) {
    readOrRefuse(body);
  }

  @Property
  void shouldReadAnyChangedBodyAsAFrameOrRefuseIt(
      @ForAll @IntRange(max = 11) int kind, @ForAll @IntRange(max = 1000) int at, @ForAll byte to) {
    byte[] bytes = RawPeer.bytes(oneOfEach().get(kind));
    byte[] body = new byte[bytes.length - FrameCodec.HEADER_BYTES];
    System.arraycopy(bytes, FrameCodec.HEADER_BYTES, body, 0, body.length);
    body[at % body.length] = to;
    readOrRefuse(body);
  }

  /** Kryo looks for a class before it says that it is not registered. */
  @Test
  void shouldLookForNoClassThatIsNamed() {
    Output named = new Output(100);
    named.writeVarInt(1, true); // Kryo's number for a name
    named.writeVarInt(0, true);
    named.writeString("dev.yamabiko.wire.Anything");
    BulkException e = assertThrows(BulkException.class, () -> read(named.toBytes()));
    assertEquals("a frame of unknown kind -1", e.getMessage());
  }

  private static BulkFrame read(byte[] body) throws BulkException {
    CRC32C crc = new CRC32C();
    crc.update(body);
    ByteBuffer direct = ByteBuffer.allocateDirect(body.length).put(body).flip();
    return FrameCodec.get().decode(direct, (int) crc.getValue());
  }

  private static void readOrRefuse(byte[] body) {
    try {
      read(body);
    } catch (BulkException e) {
      assertTrue(e.getMessage().contains("frame"), e.getMessage());
    }
  }

  @Provide
  Arbitrary<RunKey> keys() {
    return Combinators.combine(
            Arbitraries.strings().ofMaxLength(60),
            Arbitraries.longs().greaterOrEqual(0),
            Arbitraries.integers().greaterOrEqual(0))
        .as(RunKey::new);
  }

  @Property
  void shouldReadWhatWasWritten(
      @ForAll("keys") RunKey key,
      @ForAll @LongRange(max = Long.MAX_VALUE) long step,
      @ForAll @IntRange(max = 5000) int slice,
      @ForAll @IntRange(max = 700) int length,
      @ForAll double loss,
      @ForAll long seed)
      throws BulkException {
    Random random = new Random(seed);
    float[] values = new float[length + 5];
    for (int i = 0; i < values.length; i++) {
      values[i] = Float.intBitsToFloat(random.nextInt());
    }
    Statistics statistics = new Statistics(step, loss, slice, -loss);
    Block block = new Block(slice, slice + length + 1);
    BulkFrame.ContributionBegin sent =
        new BulkFrame.ContributionBegin(
            key, step, slice, block, statistics, seed, length * 3, FloatRun.of(values, 5, length));
    BulkFrame.ContributionBegin read = (BulkFrame.ContributionBegin) decode(RawPeer.bytes(sent));
    assertEquals(sent.key(), read.key());
    assertEquals(sent.step(), read.step());
    assertEquals(sent.slice(), read.slice());
    assertEquals(sent.block(), read.block());
    assertEquals(sent.statistics(), read.statistics());
    assertEquals(sent.computeNanos(), read.computeNanos());
    assertEquals(sent.total(), read.total());
    assertArrayEquals(bits(sent.first()), bits(read.first()));
  }

  @Property
  void shouldReadBfloat16AsTheNearestOfWhatWasWritten(
      @ForAll @IntRange(max = 2500) int length, @ForAll long seed) throws BulkException {
    Random random = new Random(seed);
    float[] values = new float[length + 5];
    for (int i = 0; i < values.length; i++) {
      values[i] = Float.intBitsToFloat(random.nextInt());
    }
    byte[] bytes = RawPeer.bytes(new BulkFrame.Bfloat16Next(3, Bfloat16Run.of(values, 5, length)));
    BulkFrame.Bfloat16Next read = (BulkFrame.Bfloat16Next) decode(bytes);
    assertEquals(3, read.at());
    assertEquals(length, read.floats().length());
    assertEquals(2 * length, read.payloadBytes());
    float[] found = new float[length + 1];
    read.floats().copyTo(found, 1);
    for (int i = 0; i < length; i++) {
      assertEquals(Bfloat16.nearest(values[5 + i]), found[1 + i]);
    }
  }

  private static int[] bits(FloatRun run) {
    float[] values = new float[run.length()];
    run.copyTo(values, 0);
    int[] bits = new int[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToRawIntBits(values[i]);
    }
    return bits;
  }

  private static BulkFrame decode(byte[] frame) throws BulkException {
    ByteBuffer bytes = ByteBuffer.allocateDirect(frame.length).put(frame).flip();
    assertEquals(frame.length - FrameCodec.HEADER_BYTES, bytes.getInt());
    int crc = bytes.getInt();
    return FrameCodec.get().decode(bytes.slice(), crc);
  }
}
