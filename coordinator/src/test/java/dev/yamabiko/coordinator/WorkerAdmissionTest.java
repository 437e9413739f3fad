package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.protocol.WorkerHello;
import dev.yamabiko.wire.MessageTable;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WorkerAdmissionTest {

  private static final String OWN = "aaaaaaaaaaaaaaaaaaaa";
  private static final String OTHER = "bbbbbbbbbbbbbbbbbbbb";
  private static final WorkerAdmission STRICT = new WorkerAdmission(OWN, false);

  private static WorkerHello hello(int version, List<String> table, String fingerprint) {
    return new WorkerHello(version, table, fingerprint, "w", "h", 2, 1L << 30);
  }

  private static WorkerHello hello(String fingerprint) {
    return hello(MessageTable.PROTOCOL_VERSION, MessageTable.lines(), fingerprint);
  }

  @Test
  void shouldWelcomeItsLike() {
    assertEquals(Optional.empty(), STRICT.refusal(hello(OWN)));
  }

  @Test
  void shouldRefuseOtherBitsAndSayHowToAllowThem() {
    String why = STRICT.refusal(hello(OTHER)).orElseThrow();
    assertTrue(why.contains("expected the fingerprint aaaaaaaaaaaa... but found bbbbbbbbbbbb..."));
    assertTrue(why.contains("allow-other-fingerprints = true"), why);
  }

  @Test
  void shouldRefuseAWorkerWithoutItsExtensionAndNameIt() {
    String extended = OWN + " layer.swish=" + "1".repeat(64);
    String why = new WorkerAdmission(extended, false).refusal(hello(OWN)).orElseThrow();
    assertTrue(why.startsWith("it lacks the coordinator's extension layer swish: "), why);
    assertTrue(why.contains("allow-other-fingerprints = true"), why);
    assertEquals(Optional.empty(), new WorkerAdmission(extended, true).refusal(hello(OWN)));
    assertEquals(Optional.empty(), STRICT.refusal(hello(extended)));
  }

  @Test
  void shouldTakeOtherBitsWhereThatIsAllowed() {
    assertEquals(Optional.empty(), new WorkerAdmission(OWN, true).refusal(hello(OTHER)));
  }

  @Test
  void shouldRefuseOtherMessagesEvenWhereOtherBitsAreAllowed() {
    WorkerAdmission admission = new WorkerAdmission(OWN, true);
    assertTrue(admission.refusal(hello(99, MessageTable.lines(), OWN)).isPresent());
    assertTrue(
        admission
            .refusal(hello(MessageTable.PROTOCOL_VERSION, List.of("20 other"), OWN))
            .isPresent());
  }

  @Test
  void shouldShowWhateverCallsItselfAFingerprint() {
    assertTrue(STRICT.refusal(hello("")).orElseThrow().contains("found ..."));
  }
}
