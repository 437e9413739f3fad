package dev.yamabiko.wire;

import akka.actor.ExtendedActorSystem;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Adapter;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The serializer of control messages, in an actor system that is set up as a node's. */
public final class FuzzedMessages implements AutoCloseable {

  private static final Path GOLDEN = Path.of("../common/src/test/resources/golden/wire");

  /** What messages hold that travels under one of Kryo's own numbers. */
  private static final Set<Class<?>> PLAIN =
      Set.of(
          String.class,
          Integer.class,
          Long.class,
          Double.class,
          Float.class,
          Boolean.class,
          Byte.class,
          Short.class,
          Character.class);

  private final ActorSystem<Void> system =
      ActorSystem.create(
          Behaviors.empty(),
          "yamabiko",
          ConfigFactory.parseString(
                  "akka.loglevel = OFF, akka.logger-startup-timeout = 1m, akka.remote.artery.canonical { hostname = 127.0.0.1, port = 0 }")
              .withFallback(ConfigFactory.load("cluster-node")));

  private final MessageSerializer serializer =
      new MessageSerializer((ExtendedActorSystem) Adapter.toClassic(system));

  private final Set<String> registered =
      MessageTable.lines().stream()
          .map(line -> line.split(" ", 2)[1].split("(?<=\\w)[\\[(]", 2)[0])
          .collect(Collectors.toSet());

  /** One message of each kind, as they have been written for ever. */
  public List<byte[]> samples() throws IOException {
    try (Stream<Path> files = Files.list(GOLDEN)) {
      Path newest =
          files
              .filter(file -> file.getFileName().toString().startsWith("messages-"))
              .max(Path::compareTo)
              .orElseThrow();
      return Files.readAllLines(newest).stream()
          .map(line -> HexFormat.of().parseHex(line.split(" ")[1]))
          .toList();
    }
  }

  /** Reads a message, looks whether all in it is of the table, and writes it. */
  public void read(byte[] bytes) throws ReflectiveOperationException {
    Object message = serializer.fromBinary(bytes);
    requireRegistered(message);
    if (message.hashCode() != message.hashCode()) {
      throw new AssertionError("two hashes: " + message);
    }
    serializer.toBinary(message);
  }

  /** The message with the sum that its body has. */
  public static byte[] withSum(byte[] message) {
    return message.length < MessageSerializer.SUM_BYTES
        ? message
        : MessageSerializer.withSum(message.clone());
  }

  private void requireRegistered(Object value) throws ReflectiveOperationException {
    if (value instanceof List<?> list) {
      for (Object element : list) {
        requireRegistered(element);
      }
    } else if (value instanceof Optional<?> optional) {
      if (optional.isPresent()) {
        requireRegistered(optional.get());
      }
    } else if (!(value instanceof ActorRef) && !PLAIN.contains(value.getClass())) {
      if (!registered.contains(value.getClass().getName())) {
        throw new AssertionError("a class outside of the table: " + value.getClass());
      }
      if (value instanceof Record) {
        for (RecordComponent component : value.getClass().getRecordComponents()) {
          component.getAccessor().setAccessible(true);
          requireRegistered(component.getAccessor().invoke(value));
        }
      }
    }
  }

  @Override
  public void close() {
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().join();
  }
}
