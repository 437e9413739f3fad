package dev.yamabiko.wire;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.step.Block;
import dev.yamabiko.step.Statistics;
import java.nio.charset.StandardCharsets;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * The classes of the bulk plane and their numbers. Append-only: a number once used is never used
 * again, and a class whose fields change gets a new one. Nothing else can be read: no class comes
 * by name, no text is longer than {@link #MOST_TEXT_BYTES}.
 */
final class BulkTable {

  /** UTF-8 bytes of any text in a frame: token, run, worker, reason. */
  static final int MOST_TEXT_BYTES = 256;

  static final int FIRST_ID = 16;
  static final int LAST_ID = 30;

  private BulkTable() {}

  /** A Kryo for one thread. */
  static Kryo kryo() {
    Kryo kryo = new Kryo();
    kryo.setRegistrationRequired(true);
    kryo.setReferences(false);
    kryo.register(FloatRun.class, new FloatRun.FloatRunSerializer(), 16);
    kryo.register(ByteRun.class, new ByteRun.ByteRunSerializer(), 17);
    register(kryo, 18, BulkFrame.Hello.class, BulkTable::writeHello, BulkTable::readHello);
    register(
        kryo, 19, BulkFrame.Accepted.class, (out, accepted) -> {}, in -> new BulkFrame.Accepted());
    register(
        kryo,
        20,
        BulkFrame.Refused.class,
        (out, refused) -> writeText(out, refused.reason()),
        in -> new BulkFrame.Refused(readText(in)));
    register(kryo, 21, BulkFrame.Ping.class, (out, ping) -> {}, in -> new BulkFrame.Ping());
    register(
        kryo,
        22,
        BulkFrame.WeightsBegin.class,
        (out, begin) -> {
          writeKey(out, begin.key());
          out.writeVarLong(begin.step(), true);
          out.writeVarInt(begin.slice(), true);
          out.writeVarInt(begin.total(), true);
          kryo.writeObject(out, begin.first());
        },
        in ->
            new BulkFrame.WeightsBegin(
                readKey(in),
                in.readVarLong(true),
                in.readVarInt(true),
                in.readVarInt(true),
                kryo.readObject(in, FloatRun.class)));
    register(
        kryo,
        23,
        BulkFrame.ContributionBegin.class,
        (out, begin) -> {
          writeKey(out, begin.key());
          out.writeVarLong(begin.step(), true);
          out.writeVarInt(begin.slice(), true);
          out.writeVarInt(begin.block().from(), true);
          out.writeVarInt(begin.block().to(), true);
          writeStatistics(out, begin.statistics());
          // Of the same length whatever the clock says: what is sent depends on the job alone.
          out.writeLong(begin.computeNanos());
          out.writeVarInt(begin.total(), true);
          kryo.writeObject(out, begin.first());
        },
        in ->
            new BulkFrame.ContributionBegin(
                readKey(in),
                in.readVarLong(true),
                in.readVarInt(true),
                new Block(in.readVarInt(true), in.readVarInt(true)),
                readStatistics(in),
                in.readLong(),
                in.readVarInt(true),
                kryo.readObject(in, FloatRun.class)));
    register(
        kryo,
        24,
        BulkFrame.FloatsNext.class,
        (out, next) -> {
          out.writeVarInt(next.at(), true);
          kryo.writeObject(out, next.floats());
        },
        in -> new BulkFrame.FloatsNext(in.readVarInt(true), kryo.readObject(in, FloatRun.class)));
    register(
        kryo,
        25,
        BulkFrame.BlockRequest.class,
        (out, request) -> {
          out.writeVarInt(request.request(), true);
          writeText(out, request.sha256());
          out.writeVarInt(request.index(), false);
        },
        in -> new BulkFrame.BlockRequest(in.readVarInt(true), readText(in), in.readVarInt(false)));
    register(
        kryo,
        26,
        BulkFrame.BlockBegin.class,
        (out, begin) -> {
          out.writeVarInt(begin.request(), true);
          out.writeVarInt(begin.total(), true);
          kryo.writeObject(out, begin.first());
        },
        in ->
            new BulkFrame.BlockBegin(
                in.readVarInt(true), in.readVarInt(true), kryo.readObject(in, ByteRun.class)));
    register(
        kryo,
        27,
        BulkFrame.BlockNext.class,
        (out, next) -> {
          out.writeVarInt(next.at(), true);
          kryo.writeObject(out, next.bytes());
        },
        in -> new BulkFrame.BlockNext(in.readVarInt(true), kryo.readObject(in, ByteRun.class)));
    register(
        kryo,
        28,
        BulkFrame.BlockMissing.class,
        (out, missing) -> {
          out.writeVarInt(missing.request(), true);
          writeText(out, missing.reason());
        },
        in -> new BulkFrame.BlockMissing(in.readVarInt(true), readText(in)));
    kryo.register(Bfloat16Run.class, new Bfloat16Run.Bfloat16RunSerializer(), 29);
    register(
        kryo,
        30,
        BulkFrame.Bfloat16Next.class,
        (out, next) -> {
          out.writeVarInt(next.at(), true);
          kryo.writeObject(out, next.floats());
        },
        in ->
            new BulkFrame.Bfloat16Next(
                in.readVarInt(true), kryo.readObject(in, Bfloat16Run.class)));
    return kryo;
  }

  private static <T> void register(
      Kryo kryo, int id, Class<T> type, BiConsumer<Output, T> writer, Function<Input, T> reader) {
    Serializer<T> serializer =
        new Serializer<>() {
          @Override
          public void write(Kryo same, Output output, T frame) {
            writer.accept(output, frame);
          }

          @Override
          public T read(Kryo same, Input input, Class<? extends T> asked) {
            return reader.apply(input);
          }
        };
    kryo.register(type, serializer, id);
  }

  private static void writeHello(Output out, BulkFrame.Hello hello) {
    out.writeInt(hello.magic());
    out.writeVarInt(hello.version(), true);
    writeText(out, hello.token());
    writeKey(out, hello.run());
    writeText(out, hello.worker());
  }

  private static BulkFrame.Hello readHello(Input in) {
    return new BulkFrame.Hello(
        in.readInt(), in.readVarInt(true), readText(in), readKey(in), readText(in));
  }

  private static void writeKey(Output out, RunKey key) {
    writeText(out, key.run());
    out.writeVarLong(key.term(), true);
    out.writeVarInt(key.lineage(), true);
  }

  private static RunKey readKey(Input in) {
    return new RunKey(readText(in), in.readVarLong(true), in.readVarInt(true));
  }

  private static void writeStatistics(Output out, Statistics statistics) {
    out.writeVarLong(statistics.examples(), true);
    out.writeDouble(statistics.loss());
    out.writeVarLong(statistics.correct(), true);
    out.writeDouble(statistics.squaredError());
    out.writeLong(statistics.sampleHash());
  }

  private static Statistics readStatistics(Input in) {
    return new Statistics(
        in.readVarLong(true),
        in.readDouble(),
        in.readVarLong(true),
        in.readDouble(),
        in.readLong());
  }

  /** Kryo's own strings are not used: it trusts their length. */
  private static void writeText(Output out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > MOST_TEXT_BYTES) {
      throw new KryoException(
          "a text of %d bytes, at most %d fit: %s".formatted(bytes.length, MOST_TEXT_BYTES, text));
    }
    out.writeVarInt(bytes.length, true);
    out.writeBytes(bytes);
  }

  private static String readText(Input in) {
    int length = in.readVarInt(true);
    if (length < 0 || length > MOST_TEXT_BYTES || length > in.limit() - in.position()) {
      throw new KryoException(
          "a text of %d bytes, at most %d fit".formatted(length, MOST_TEXT_BYTES));
    }
    return new String(in.readBytes(length), StandardCharsets.UTF_8);
  }

  /** Cut to what a frame's text may hold. */
  static String fit(String text) {
    String cut = text;
    while (cut.getBytes(StandardCharsets.UTF_8).length > MOST_TEXT_BYTES) {
      cut = cut.substring(0, cut.length() * 3 / 4);
    }
    return cut;
  }

  /** Refuses names that no frame could carry. */
  static String checkText(String what, String text) {
    int bytes = text.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MOST_TEXT_BYTES) {
      throw new IllegalArgumentException(
          "%s has %d bytes, at most %d fit: %s".formatted(what, bytes, MOST_TEXT_BYTES, text));
    }
    return text;
  }
}
