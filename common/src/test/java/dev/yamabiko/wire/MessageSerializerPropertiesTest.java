package dev.yamabiko.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.actor.typed.ActorRef;
import com.esotericsoftware.kryo.KryoException;
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

  private static byte[] sample(Random random) {
    return KIT.serializer.toBinary(KIT.samples.get(random.nextInt(KIT.samples.size())));
  }

  /** With a sum that is right; what is something else by chance is read as that. */
  @Property(tries = 3000)
  void shouldOnlyRefuseWhenBytesAreChanged(@ForAll Random random) {
    byte[] bytes = sample(random);
    for (int i = random.nextInt(6); i >= 0; i--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    KIT.assertReadOrRefused(MessageSerializer.withSum(bytes));
  }

  /** A CRC32C finds all bursts of up to 32 bits, within the sum or within the body. */
  @Property(tries = 3000)
  void shouldRefuseWhatIsDamagedOnTheWay(@ForAll Random random) {
    byte[] bytes = sample(random);
    int first = random.nextInt(8 * bytes.length);
    int end =
        first < 8 * MessageSerializer.SUM_BYTES
            ? 8 * MessageSerializer.SUM_BYTES
            : 8 * bytes.length;
    int last = Math.min(end - 1, first + random.nextInt(32));
    flip(bytes, first);
    for (int bit = first + 1; bit <= last; bit++) {
      if (bit == last || random.nextBoolean()) {
        flip(bytes, bit);
      }
    }
    String why = assertThrows(KryoException.class, () -> KIT.read(bytes)).getMessage();
    assertTrue(why.contains("CRC32C"), why);
  }

  private static void flip(byte[] bytes, int bit) {
    bytes[bit / 8] ^= (byte) (1 << bit % 8);
  }

  @Property(tries = 3000)
  void shouldOnlyRefuseWhenBytesAreNoise(@ForAll Random random) {
    byte[] body = new byte[1 + random.nextInt(300)];
    random.nextBytes(body);
    // Half of them get as far as a registered class.
    if (random.nextBoolean()) {
      body[0] = (byte) (22 + random.nextInt(MessageTable.lines().size()));
    }
    KIT.assertReadOrRefused(SerializerKit.withSum(body));
  }
}
