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
import java.util.Optional;

/** Control messages between nodes, for Akka; named in the node's configuration. */
public final class MessageSerializer extends JSerializer {

  /** Part of every message on the wire. */
  private static final int IDENTIFIER = 7_301;

  /** Weights, gradients and data travel elsewhere; Artery's own limit is twice this. */
  static final int MOST_BYTES = 128 * 1024;

  /** A job's text leaves this much of a message to addresses, hashes and names. */
  private static final int BESIDE_TEXT = 8 * 1024;

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
      kryo.writeClassAndObject(output, message);
      return output.toBytes();
    } catch (KryoBufferOverflowException e) {
      throw new KryoException(
          "a %s does not fit %,d bytes".formatted(message.getClass().getName(), MOST_BYTES), e);
    } finally {
      pool.free(kryo);
    }
  }

  /**
   * @throws KryoException if the bytes are no message, whatever they are
   */
  @Override
  public Object fromBinaryJava(byte[] bytes, Class<?> manifest) {
    if (bytes.length > MOST_BYTES) {
      throw new KryoException(
          "%,d bytes are no control message, which has at most %,d"
              .formatted(bytes.length, MOST_BYTES));
    }
    Kryo kryo = pool.obtain();
    try (Input input = new MessageInput(bytes)) {
      Object message = kryo.readClassAndObject(input);
      if (!MessageTable.isMessage(message)) {
        throw new KryoException(
            message == null ? "null" : message.getClass().getName() + " is no message by itself");
      }
      if (input.position() != bytes.length) {
        throw new KryoException(
            "%d bytes are left behind a %s"
                .formatted(bytes.length - input.position(), message.getClass().getName()));
      }
      return message;
    } catch (RuntimeException e) {
      throw new KryoException(
          "%d bytes are no control message: %s".formatted(bytes.length, e.getMessage()), e);
    } finally {
      pool.free(kryo);
    }
  }
}
