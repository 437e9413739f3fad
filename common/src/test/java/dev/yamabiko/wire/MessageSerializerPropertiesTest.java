package dev.yamabiko.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import akka.actor.typed.ActorRef;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;

/** Any control message, and bytes that are none. */
class MessageSerializerPropertiesTest {

  private static final SerializerKit KIT = new SerializerKit();

  @AfterContainer
  static void stop() {
    KIT.close();
  }

  @Provide
  Arbitrary<Object> messages() {
    ActorRef<Object> probe = KIT.actors.createTestProbe(Object.class).ref();
    ActorRef<Object> elsewhere =
        KIT.resolver.resolveActorRef("akka://yamabiko@10.1.2.3:2551/user/a/b#-5");
    ArbitraryMessages arbitrary = new ArbitraryMessages(List.of(probe, elsewhere));
    return Arbitraries.of(ControlMessages.travelling()).flatMap(arbitrary::of);
  }

  @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
  void shouldReadWhatItHasWritten(@ForAll("messages") Object message) {
    assertEquals(message, KIT.read(KIT.serializer.toBinary(message)));
  }

  /** Bytes that are something else by chance are read as that; all others are refused. */
  @Property(tries = 3000)
  void shouldOnlyRefuseWhenBytesAreChanged(@ForAll Random random) {
    Object message = KIT.samples.get(random.nextInt(KIT.samples.size()));
    byte[] bytes = KIT.serializer.toBinary(message);
    for (int i = random.nextInt(6); i >= 0; i--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    KIT.assertReadOrRefused(bytes);
  }

  @Property(tries = 3000)
  void shouldOnlyRefuseWhenBytesAreNoise(@ForAll Random random) {
    byte[] bytes = new byte[1 + random.nextInt(300)];
    random.nextBytes(bytes);
    // Half of them get as far as a registered class.
    if (random.nextBoolean()) {
      bytes[0] = (byte) (22 + random.nextInt(MessageTable.lines().size()));
    }
    KIT.assertReadOrRefused(bytes);
  }
}
