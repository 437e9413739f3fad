package dev.yamabiko.wire.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TlsFailureTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Received fatal alert: certificate_unknown",
        "(certificate_unknown) Received fatal alert: certificate_unknown"
      })
  void shouldKnowAnAlertInTheWordsOfAnyJdk(String words) {
    SSLHandshakeException failure = new SSLHandshakeException(words);
    assertEquals(Optional.of("certificate_unknown"), TlsFailure.alert(failure));
    assertEquals(
        "the peer refused this node's certificate, and says: certificate_unknown",
        TlsFailure.reason(failure));
  }

  @Test
  void shouldTakeNothingElseForAnAlert() {
    String words = "No trusted certificate found: Received fatal alert: unknown_ca";
    assertEquals(Optional.empty(), TlsFailure.alert(new SSLHandshakeException(words)));
  }
}
