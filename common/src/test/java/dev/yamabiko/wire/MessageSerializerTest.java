package dev.yamabiko.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRefResolver;
import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.io.Output;
import dev.yamabiko.job.Job;
import dev.yamabiko.protocol.CoordinatorMessage;
import dev.yamabiko.protocol.NodeMessage;
import dev.yamabiko.protocol.RunDefinition;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.step.Block;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Control messages as bytes, in an actor system that is set up as the nodes' are. */
class MessageSerializerTest {

  private static final SerializerKit KIT = new SerializerKit();
  private static final ActorRefResolver RESOLVER = KIT.resolver;
  private static final MessageSerializer SERIALIZER = KIT.serializer;
  private static final List<Object> SAMPLES = KIT.samples;

  @AfterAll
  static void stop() {
    KIT.close();
  }

  private static Object read(byte[] bytes) {
    return KIT.read(bytes);
  }

  @Test
  void shouldBeTheSerializerOfEveryMessageThatTravels() {
    ControlMessages.travelling()
        .forEach(type -> assertInstanceOf(MessageSerializer.class, KIT.serializerOf(type)));
  }

  @Test
  void shouldResolveReferencesToTheSameActor() {
    TestProbe<RunMessage> run = KIT.actors.createTestProbe(RunMessage.class);
    RunKey key = new RunKey("run", 1);
    WorkerMessage.PauseLease read =
        (WorkerMessage.PauseLease)
            read(SERIALIZER.toBinary(new WorkerMessage.PauseLease(key, 1, run.ref())));
    RunMessage.LeasePaused answer = new RunMessage.LeasePaused(key, 1, 2, "w");
    read.replyTo().tell(answer);
    assertEquals(answer, run.receiveMessage());
  }

  /** As damage makes them that gives objects where others are expected. */
  @Test
  void shouldSayBrieflyWhyMessagesWithinMessagesAreNone() {
    Output body = new Output(1000);
    for (int depth = 0; depth < 20; depth++) {
      KIT.kryo().writeClass(body, CoordinatorMessage.ParametersLeaving.class);
      body.writeString("p1");
    }
    byte[] bytes = SerializerKit.withSum(body.toBytes());
    KryoException refusal = assertThrows(KryoException.class, () -> read(bytes));
    assertTrue(refusal.getMessage().contains("Max depth exceeded"), refusal.getMessage());
    assertTrue(refusal.getMessage().length() < 500, refusal.getMessage());
  }

  @Test
  void shouldGiveTheBytesOfBefore() {
    List<String> now =
        SAMPLES.stream()
            .map(
                message ->
                    "%s %s"
                        .formatted(
                            message.getClass().getName(),
                            HexFormat.of().formatHex(SERIALIZER.toBinary(message))))
            .toList();
    List<String> golden = Golden.lines("messages-v" + MessageTable.PROTOCOL_VERSION + ".txt", now);
    assertEquals(golden, now);
    for (int i = 0; i < golden.size(); i++) {
      String hex = golden.get(i).split(" ")[1];
      assertEquals(SAMPLES.get(i), read(HexFormat.of().parseHex(hex)));
    }
  }

  @Test
  void shouldHaveASampleOfEveryMessageThatTravels() {
    assertEquals(
        Set.copyOf(ControlMessages.travelling()),
        SAMPLES.stream().map(Object::getClass).collect(Collectors.toSet()));
  }

  @Test
  void shouldRefuseToWriteWhatHasNoNumber() {
    RunKey key = new RunKey("run", 1);
    for (Object unknown :
        List.of(new RunMessage.CheckpointKept(key), new HashMap<>(), new int[1])) {
      Exception refused =
          assertThrows(IllegalArgumentException.class, () -> SERIALIZER.toBinary(unknown));
      assertTrue(refused.getMessage().contains("is not registered"), refused.getMessage());
    }
  }

  @Test
  void shouldRefuseToReadWhatIsNoMessageByItself() {
    Kryo kryo = KIT.kryo();
    for (Object part : Arrays.asList("text", 7, new Block(0, 1), List.of(), null)) {
      Output output = new Output(64, -1);
      kryo.writeClassAndObject(output, part);
      assertRefused("no message by itself", SerializerKit.withSum(output.toBytes()));
    }
  }

  /** Types that generics have erased, and components that are not there. */
  @Test
  void shouldRefuseToReadRecordsThatAreNotWhatTheySay() {
    RunKey key = new RunKey("run", 1);
    assertRefused(
        "a java.lang.String in blocks of dev.yamabiko.protocol.WorkerMessage$TakeLease",
        new WorkerMessage.TakeLease(key, 1, unchecked(List.of("no block")), 0, 1));
    assertRefused(
        "a dev.yamabiko.protocol.RunKey in dataset of dev.yamabiko.protocol.RunDefinition",
        new NodeMessage.EnlistWorker(
            key,
            new RunDefinition("", "", unchecked(Optional.of(key))),
            1,
            "h",
            1,
            "t",
            RESOLVER.resolveActorRef("akka://yamabiko/user/x")));
    assertRefused(
        "a dev.yamabiko.protocol.NodeMessage$DismissWorker without key",
        new NodeMessage.DismissWorker(null));
    assertRefused(
        "a dev.yamabiko.protocol.RunKey without run",
        new NodeMessage.DismissWorker(new RunKey(null, 1)));
  }

  /** Kryo looks for a class before it says that it is not registered. */
  @Test
  void shouldLookForNoClassThatIsNamed() {
    List<String> asked = new ArrayList<>();
    Kryo kryo = KIT.kryo();
    kryo.setClassLoader(
        new ClassLoader() {
          @Override
          public Class<?> loadClass(String name) throws ClassNotFoundException {
            asked.add(name);
            throw new ClassNotFoundException(name);
          }
        });
    Output named = new Output(100);
    named.writeVarInt(1, true); // Kryo's number for a name
    named.writeVarInt(0, true);
    named.writeString("dev.yamabiko.wire.Anything");
    byte[] bytes = named.toBytes();
    KryoException e =
        assertThrows(
            KryoException.class, () -> kryo.readClassAndObject(new MessageInput(bytes, 0)));
    assertEquals("a class by its name", e.getMessage());
    assertEquals(List.of(), asked);
    assertRefused("a class by its name", SerializerKit.withSum(bytes));
  }

  /** Akka's cache of references would end the JVM with a null. */
  @Test
  void shouldRefuseReferenceWithoutActor() {
    byte[] bytes =
        SERIALIZER.toBinary(
            new WorkerMessage.PauseLease(
                new RunKey("run", 1), 1, RESOLVER.resolveActorRef("akka://yamabiko/user/x")));
    // The reference comes last; a string of length null is 0x80, and what follows is left behind.
    int length = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("akka://") - 1;
    bytes[length] = (byte) 0x80;
    assertRefused(
        "a reference without an actor",
        MessageSerializer.withSum(Arrays.copyOf(bytes, length + 1)));
  }

  @SuppressWarnings("unchecked")
  private static <T> T unchecked(Object value) {
    return (T) value;
  }

  private static void assertRefused(String why, Object message) {
    assertRefused(why, SERIALIZER.toBinary(message));
  }

  private static void assertRefused(String why, byte[] bytes) {
    String refused = assertThrows(KryoException.class, () -> read(bytes)).getMessage();
    assertTrue(refused.contains(why), refused);
  }

  @Test
  void shouldRefuseAllButTheWholeMessage() {
    for (Object message : SAMPLES) {
      byte[] bytes = SERIALIZER.toBinary(message);
      for (int length = 0; length < bytes.length; length++) {
        byte[] torn = Arrays.copyOf(bytes, length);
        assertThrows(KryoException.class, () -> read(torn), () -> message + " torn");
        if (length >= MessageSerializer.SUM_BYTES) {
          MessageSerializer.withSum(torn);
          assertThrows(KryoException.class, () -> read(torn), () -> message + " torn");
        }
      }
      byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
      assertRefused("CRC32C", longer);
      assertRefused("1 bytes are left behind", MessageSerializer.withSum(longer));
    }
  }

  /** A text of 2^31 characters, and a list of a list of a list and so on. */
  @Test
  void shouldReserveNothingForLengthsThatCannotBe() {
    byte[] leaving = new byte[24];
    Arrays.fill(leaving, (byte) 0x80);
    byte[] head = SERIALIZER.toBinary(new NodeMessage.WorkerRefused("\u5c71"));
    int body = MessageSerializer.SUM_BYTES;
    leaving[body] = head[body];
    // The flag of UTF-8, then a length of 2^31 - 1 in 6 + 7 + 7 + 7 + 4 bits.
    byte[] length = {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x0f};
    System.arraycopy(length, 0, leaving, body + 1, length.length);
    MessageSerializer.withSum(leaving);
    KIT.assertReadOrRefused(leaving);
    assertRefused("a string of 2147483646 characters", leaving);
  }

  @Test
  void shouldNotNestUntilTheStackEnds() {
    Kryo kryo = KIT.kryo();
    Output output = new Output(64, -1);
    kryo.writeClassAndObject(output, List.of(List.of()));
    byte[] one = Arrays.copyOf(output.toBytes(), 2);
    byte[] nested = new byte[MessageSerializer.MOST_BYTES];
    for (int i = MessageSerializer.SUM_BYTES; i < nested.length; i++) {
      nested[i] = one[i % 2];
    }
    MessageSerializer.withSum(nested);
    KIT.assertReadOrRefused(nested);
    assertThrows(KryoException.class, () -> read(nested));
  }

  private static NodeMessage.EnlistWorker enlist(String job) {
    TestProbe<RunMessage> run = KIT.actors.createTestProbe(RunMessage.class);
    return new NodeMessage.EnlistWorker(
        new RunKey("n".repeat(64), Long.MAX_VALUE, Integer.MAX_VALUE),
        new RunDefinition(job, "ab".repeat(32), Optional.empty()),
        Integer.MAX_VALUE,
        "h".repeat(255),
        65_535,
        "t".repeat(128),
        run.ref());
  }

  @Test
  void shouldCarryTheLongestJobWhateverItsLetters() {
    int most = MessageSerializer.MOST_BYTES - 8 * 1024;
    Map<String, Integer> widths =
        Map.of("a", 1, "\u00e9", 2, "\u5c71", 3, "a surrogate pair \ud83d\uddfb", 17 + 6);
    widths.forEach(
        (letters, width) -> {
          String job = letters.repeat(most / width);
          assertEquals(Optional.empty(), MessageSerializer.tooLong(job));
          assertTrue(MessageSerializer.tooLong(job + letters).isPresent());
          NodeMessage.EnlistWorker longest = enlist(job);
          assertEquals(longest, read(SERIALIZER.toBinary(longest)));
        });
    assertEquals(
        Optional.of("122,881 bytes, at most 122,880 can be sent to a worker"),
        MessageSerializer.tooLong("a".repeat(most + 1)));
  }

  @Test
  void shouldCarryEveryShardOfTheLargestJob() {
    RunKey key = new RunKey("n".repeat(64), Long.MAX_VALUE, Integer.MAX_VALUE);
    List<Integer> shards = IntStream.range(0, Job.MOST_SHARDS).boxed().toList();
    List<Block> blocks = shards.stream().map(shard -> new Block(shard, shard + 1)).toList();
    for (Object largest :
        List.of(
            new RunMessage.ShardsMissing(key, Long.MAX_VALUE, Integer.MAX_VALUE, shards),
            new RunMessage.WorkerFailed(
                key, "w".repeat(64), Long.MAX_VALUE, blocks, "\u5c71".repeat(4096)),
            new WorkerMessage.TakeLease(
                key, Long.MAX_VALUE, blocks, Long.MAX_VALUE - 1, Long.MAX_VALUE),
            new WorkerMessage.ComputeBlocks(key, Long.MAX_VALUE, blocks))) {
      assertEquals(largest, read(SERIALIZER.toBinary(largest)));
    }
  }

  @Test
  void shouldNameTheMessageThatIsTooLong() {
    NodeMessage.EnlistWorker enlist = enlist("a".repeat(MessageSerializer.MOST_BYTES));
    String why = assertThrows(KryoException.class, () -> SERIALIZER.toBinary(enlist)).getMessage();
    assertEquals(
        "a dev.yamabiko.protocol.NodeMessage$EnlistWorker does not fit 131,072 bytes", why);
  }
}
