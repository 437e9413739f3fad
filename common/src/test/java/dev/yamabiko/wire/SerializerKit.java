package dev.yamabiko.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRefResolver;
import akka.actor.typed.javadsl.Adapter;
import akka.serialization.Serialization;
import akka.serialization.SerializationExtension;
import akka.serialization.Serializer;
import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.typesafe.config.ConfigFactory;
import dev.yamabiko.protocol.NodeMessage;
import dev.yamabiko.tensor.AllocatedBytes;
import java.io.NotSerializableException;
import java.util.List;

/** An actor system that is set up as the nodes' are, with its serializer. */
final class SerializerKit implements AutoCloseable {

  /** More than reading a message takes, less than a length that somebody made up. */
  private static final long MOST_ALLOCATED = 4L << 20;

  final ActorTestKit actors =
      ActorTestKit.create(
          "yamabiko",
          ConfigFactory.parseString(
                  "akka.remote.artery.canonical { hostname = 127.0.0.1, port = 0 }")
              .withFallback(ConfigFactory.load("cluster-node")));
  final ActorRefResolver resolver = ActorRefResolver.get(actors.system());
  final MessageSerializer serializer =
      (MessageSerializer) serializerOf(NodeMessage.DismissWorker.class);
  final List<Object> samples = SampleMessages.all(resolver);

  /** The one that Akka chooses. */
  Serializer serializerOf(Class<?> type) {
    Serialization serialization = SerializationExtension.get(Adapter.toClassic(actors.system()));
    try {
      return serialization.serializerFor(type);
    } catch (NotSerializableException e) {
      throw new AssertionError(e);
    }
  }

  Kryo kryo() {
    return new MessageKryo(new ActorRefSerializer(resolver));
  }

  Object read(byte[] bytes) {
    return serializer.fromBinary(bytes);
  }

  /** What Kryo has written, as it travels. */
  static byte[] withSum(byte[] body) {
    byte[] bytes = new byte[MessageSerializer.SUM_BYTES + body.length];
    System.arraycopy(body, 0, bytes, MessageSerializer.SUM_BYTES, body.length);
    return MessageSerializer.withSum(bytes);
  }

  void assertReadOrRefused(byte[] bytes) {
    long before = AllocatedBytes.ofThisThread();
    try {
      Object read = read(bytes);
      assertTrue(MessageTable.isMessage(read));
      // Whoever gets it may look at all of it.
      assertEquals(read.hashCode(), read.hashCode());
      serializer.toBinary(read);
    } catch (KryoException e) {
      assertTrue(e.getMessage().contains("bytes are no control message"), e.getMessage());
      assertEquals(1, e.getMessage().lines().count(), e.getMessage());
    }
    long allocated = AllocatedBytes.ofThisThread() - before;
    assertTrue(allocated < MOST_ALLOCATED, allocated + " bytes allocated");
  }

  @Override
  public void close() {
    actors.shutdownTestKit();
  }
}
