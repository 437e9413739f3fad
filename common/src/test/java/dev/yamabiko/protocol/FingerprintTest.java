package dev.yamabiko.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class FingerprintTest {

  private static final String ONE = "1".repeat(64);
  private static final String TWO = "2".repeat(64);

  private static Fingerprint of(String kernels, Map<String, String> extensions) {
    return new Fingerprint(kernels, new TreeMap<>(extensions));
  }

  @Test
  void shouldBeTheKernelsAloneWithoutExtensions() {
    assertEquals("f00d", of("f00d", Map.of()).text());
    assertEquals(of("f00d", Map.of()), Fingerprint.parse("f00d"));
  }

  @Test
  void shouldComeBackFromItsText() {
    Fingerprint all = of("f00d", Map.of("loss.log-cosh", TWO, "layer.swish", ONE));
    assertEquals("f00d layer.swish=" + ONE + " loss.log-cosh=" + TWO, all.text());
    assertEquals(all, Fingerprint.parse(all.text()));
  }

  @Test
  void shouldReadWhateverCallsItselfOne() {
    for (String text : new String[] {"", " ", "a =", "a b", "a  = =b"}) {
      assertTrue(of("f00d", Map.of()).difference(Fingerprint.parse(text)).isPresent(), text);
    }
  }

  @Test
  void shouldNameTheExtensionThatIsMissingOrAnother() {
    Fingerprint own = of("f00d", Map.of("layer.swish", ONE, "loss.log-cosh", TWO));
    assertEquals(
        Optional.of(
            "it lacks the coordinator's extension loss log-cosh: expected the SHA-256"
                + " 222222222222... but found none; the same jars in --extensions on all nodes mend"
                + " that"),
        own.difference(of("f00d", Map.of("layer.swish", ONE))));
    assertEquals(
        Optional.of(
            "its extension layer swish is another than the coordinator's: expected the SHA-256"
                + " 111111111111... but found 222222222222...; the same jars in --extensions on all"
                + " nodes mend that"),
        own.difference(of("f00d", Map.of("layer.swish", TWO, "loss.log-cosh", TWO))));
  }

  @Test
  void shouldNotMindMoreExtensionsThanItsOwn() {
    Fingerprint more = of("f00d", Map.of("layer.swish", ONE, "loss.log-cosh", TWO));
    assertEquals(Optional.empty(), of("f00d", Map.of("layer.swish", ONE)).difference(more));
    assertEquals(Optional.empty(), more.difference(more));
  }

  @Test
  void shouldNameOtherKernelsFirst() {
    Optional<String> why =
        of("f00d", Map.of("layer.swish", ONE)).difference(Fingerprint.parse("beef"));
    assertTrue(why.orElseThrow().contains("expected the fingerprint f00d... but found beef..."));
  }
}
