package dev.yamabiko.client;

import dev.yamabiko.wire.tls.TlsFailure;
import java.io.IOException;
import java.net.URI;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.util.Optional;
import javax.net.ssl.SSLHandshakeException;

/** Why TLS does not come about, in words that say what can be done. */
final class TlsFaults {

  private static final int MOST_CAUSES = 20;

  private TlsFaults() {}

  /** Empty where it is about something else. */
  static Optional<String> reason(URI node, IOException e) {
    return "https".equals(node.getScheme()) ? ofTls(node, e) : Optional.empty();
  }

  /** Whether nothing of the request can have been read. */
  static boolean isBefore(IOException e) {
    return e instanceof SSLHandshakeException || TlsFailure.isPlainText(e);
  }

  private static Optional<String> ofTls(URI node, IOException e) {
    Optional<String> reason = Optional.empty();
    Throwable cause = e;
    for (int i = 0; cause != null && i < MOST_CAUSES; i++) {
      Optional<String> said = said(node, cause);
      // The innermost says the most.
      reason = said.isPresent() ? said : reason;
      cause = cause.getCause();
    }
    return reason;
  }

  private static Optional<String> said(URI node, Throwable e) {
    String message = String.valueOf(e.getMessage());
    if (TlsFailure.isPlainText(e)) {
      return Optional.of("it does not speak TLS; its address begins with http://");
    } else if (e instanceof CertPathBuilderException
        || message.contains("does not chain with any of the trust anchors")) {
      // The second where another authority of the same name is believed.
      return Optional.of(
          "its certificate is of no authority that is believed here; --ca FILE, or ca.crt in --tls"
              + " DIR, names whom to believe");
    } else if (e instanceof CertificateExpiredException) {
      return Optional.of("its certificate has expired");
    } else if (e instanceof CertificateException && message.startsWith("No ")) {
      return Optional.of("its certificate is not for the host " + node.getHost());
    }
    return TlsFailure.alert(e)
        .map(
            alert ->
                TlsFailure.isOfCertificate(alert)
                    ? "it refuses the certificate of --tls DIR (%s)".formatted(alert)
                    : "it ends the TLS handshake (%s)".formatted(alert));
  }
}
