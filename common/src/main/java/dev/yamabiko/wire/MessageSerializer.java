package dev.yamabiko.wire;

import akka.actor.ExtendedActorSystem;
import akka.actor.typed.ActorRefResolver;
import akka.actor.typed.javadsl.Adapter;
import akka.serialization.JSerializer;
import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import com.esotericsoftware.kryo.util.Pool;

/** Control messages between nodes, for Akka; named in the node's configuration. */
public final class MessageSerializer extends JSerializer {

  /** Part of every message on the wire. */
  private static final int IDENTIFIER = 7_301;

  /** Weights, gradients and data travel elsewhere; Artery's own limit is twice this. */
  private static final int MOST_BYTES = 128 * 1024;

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

  @Override
  public byte[] toBinary(Object message) {
    Kryo kryo = pool.obtain();
    try (Output output = new Output(USUAL_BYTES, MOST_BYTES)) {
      kryo.writeClassAndObject(output, message);
      return output.toBytes();
    } finally {
      pool.free(kryo);
    }
  }

  @Override
  public Object fromBinaryJava(byte[] bytes, Class<?> manifest) {
    Kryo kryo = pool.obtain();
    try (Input input = new Input(bytes)) {
      Object message = kryo.readClassAndObject(input);
      if (input.position() != bytes.length) {
        throw new KryoException(
            "%d bytes are left behind a %s".formatted(bytes.length - input.position(), message));
      }
      return message;
    } finally {
      pool.free(kryo);
    }
  }
}
