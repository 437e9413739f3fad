package dev.yamabiko.wire;

import akka.actor.ExtendedActorSystem;
import akka.actor.typed.ActorRefResolver;
import akka.actor.typed.javadsl.Adapter;
import akka.serialization.JSerializer;
import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.KryoBufferOverflowException;
import com.esotericsoftware.kryo.io.Output;
import com.esotericsoftware.kryo.util.Pool;
import dev.yamabiko.data.OneLine;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Control messages between nodes, for Akka; named in the node's configuration.
 *
 * <pre>
 *   message = int CRC32C of body | body (Kryo: class id, fields)
 * </pre>
 *
 * <p>TCP's checksum has 16 bits and misses some damage. What is damaged is dropped as if it had
 * been lost; read, it could be another number of an evaluation, and other weights the best ones.
 */
public final class MessageSerializer extends JSerializer {

  /** Part of every message on the wire. */
  private static final int IDENTIFIER = 7_301;

  /** Of why one is refused: Kryo names each object that holds another. */
  private static final int MOST_SHOWN = 400;

  /** Weights, gradients and data travel elsewhere; Artery's own limit is twice this. */
  static final int MOST_BYTES = 128 * 1024;

  /** A job's text leaves this much of a message to addresses, hashes and names. */
  private static final int BESIDE_TEXT = 8 * 1024;

  /** The body's CRC32C. */
  static final int SUM_BYTES = Integer.BYTES;

  private static final int USUAL_BYTES = 512;
  private static final int POOLED = 16;

  private final Pool<Kryo> pool;

  public MessageSerializer(ExtendedActorSystem system) {
    pool =
        new Pool<>(true, false, POOLED) {
          @Override
          protected Kryo create() {
            ActorRefResolver resolver = ActorRefResolver.get(Adapter.toTyped(system));
            return new MessageKryo(new ActorRefSerializer(resolver));
          }
        };
  }

  @Override
  public int identifier() {
    return IDENTIFIER;
  }

  @Override
  public boolean includeManifest() {
    return false;
  }

  /** Why a text is too long for a message that carries it beside the usual; empty if it is not. */
  public static Optional<String> tooLong(String text) {
    // As Kryo writes a char.
    long bytes = text.chars().mapToLong(c -> c < 0x80 ? 1 : c < 0x800 ? 2 : 3).sum();
    int most = MOST_BYTES - BESIDE_TEXT;
    return bytes <= most
        ? Optional.empty()
        : Optional.of("%,d bytes, at most %,d can be sent to a worker".formatted(bytes, most));
  }

  @Override
  public byte[] toBinary(Object message) {
    Kryo kryo = pool.obtain();
    try (Output output = new Output(USUAL_BYTES, MOST_BYTES)) {
      output.setPosition(SUM_BYTES);
      kryo.writeClassAndObject(output, message);
      return withSum(output.toBytes());
    } catch (KryoBufferOverflowException e) {
      throw new KryoException(
          "a %s does not fit %,d bytes".formatted(message.getClass().getName(), MOST_BYTES), e);
    } finally {
      pool.free(kryo);
    }
  }

  /**
   * @throws KryoException in one line, if the bytes are no message, whatever they are
   */
  @Override
  public Object fromBinaryJava(byte[] bytes, Class<?> manifest) {
    requireWhole(bytes);
    Kryo kryo = pool.obtain();
    try (Input input = new MessageInput(bytes, SUM_BYTES)) {
      Object message = kryo.readClassAndObject(input);
      if (!MessageTable.isMessage(message)) {
        throw new KryoException(
            (message == null ? "null" : message.getClass().getName()) + " is no message by itself");
      }
      if (input.position() != bytes.length) {
        throw new KryoException(
            "%d bytes are left behind a %s"
                .formatted(bytes.length - input.position(), message.getClass().getName()));
      }
      return message;
    } catch (RuntimeException e) {
      throw refusal(bytes, e instanceof KryoException ? e.getMessage() : e.toString());
    } finally {
      pool.free(kryo);
    }
  }

  private static void requireWhole(byte[] bytes) {
    if (bytes.length < SUM_BYTES || bytes.length > MOST_BYTES) {
      throw refusal(bytes, "one has %d to %,d".formatted(SUM_BYTES, MOST_BYTES));
    }
    int expected = ByteBuffer.wrap(bytes).getInt();
    int found = sum(bytes);
    if (found != expected) {
      throw refusal(
          bytes,
          "its CRC32C is %08x, expected %08x; damaged on the way, or of another version of Yamabiko"
              .formatted(found, expected));
    }
  }

  private static KryoException refusal(byte[] bytes, String why) {
    KryoException refusal =
        new KryoException(
            "%,d bytes are no control message: %s"
                .formatted(bytes.length, OneLine.cut(OneLine.of(why), MOST_SHOWN)));
    // Whoever logs it has no use for the way through the reader, once for each damaged message.
    refusal.setStackTrace(new StackTraceElement[0]);
    return refusal;
  }

  /**
   * Writes the body's sum into the room before it.
   *
   * @return the same
   */
  static byte[] withSum(byte[] bytes) {
    ByteBuffer.wrap(bytes).putInt(sum(bytes));
    return bytes;
  }

  private static int sum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, SUM_BYTES, bytes.length - SUM_BYTES);
    return (int) crc.getValue();
  }
}
