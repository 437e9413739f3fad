package dev.yamabiko.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;

class TlsFaultsTest {

  private static final IOException REFUSED =
      new SSLHandshakeException("Received fatal alert: bad_certificate");

  private static String reason(IOException e, Optional<Path> certificate)
      throws NoSuchAlgorithmException {
    ServerAccess.Tls tls =
        new ServerAccess.Tls(SSLContext.getDefault(), Path.of("some/ca.crt"), certificate);
    return TlsFaults.reason(URI.create("https://h:1"), Optional.of(tls), new IOException(e))
        .orElseThrow();
  }

  @Test
  void shouldNameTheCertificateThatIsRefused() throws Exception {
    assertEquals(
        "it refuses the certificate in certs/ann (bad_certificate); is that of its authority, and"
            + " in its time, and is this the port of its HTTP API, by itself 8080?",
        reason(REFUSED, Optional.of(Path.of("certs/ann"))));
  }

  @Test
  void shouldNotSpeakOfACertificateThatNobodyHasShown() throws Exception {
    assertEquals(
        "it wants to be shown a certificate (bad_certificate), as ports do by which nodes join; is"
            + " this the port of its HTTP API, by itself 8080?",
        reason(REFUSED, Optional.empty()));
  }

  @Test
  void shouldNameTheFileThatSaysWhomToBelieve() throws Exception {
    IOException e = new SSLHandshakeException("Path does not chain with any of the trust anchors");
    assertEquals("its certificate is of no authority in some/ca.crt", reason(e, Optional.empty()));
  }
}
