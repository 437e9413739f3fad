package dev.yamabiko.client;

import dev.yamabiko.wire.tls.OtherHostException;
import dev.yamabiko.wire.tls.TlsFailure;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.util.Optional;
import javax.net.ssl.SSLHandshakeException;

/** Why TLS does not come about, in words that say what can be done. */
final class TlsFaults {

  private static final int MOST_CAUSES = 20;

  static final String PORT = "is this the port of its HTTP API, by itself 8080?";

  private TlsFaults() {}

  /**
   * Empty where it is about something else.
   *
   * @param used as the node was asked
   */
  static Optional<String> reason(URI node, Optional<ServerAccess.Tls> used, IOException e) {
    return "https".equals(node.getScheme()) ? ofTls(node, used, e) : Optional.empty();
  }

  /** Whether nothing of the request can have been read. */
  static boolean isBefore(IOException e) {
    return e instanceof SSLHandshakeException || TlsFailure.isPlainText(e);
  }

  private static Optional<String> ofTls(URI node, Optional<ServerAccess.Tls> used, IOException e) {
    Optional<String> reason = Optional.empty();
    Throwable cause = e;
    for (int i = 0; cause != null && i < MOST_CAUSES; i++) {
      Optional<String> said = said(node, used, cause);
      // The innermost says the most.
      reason = said.isPresent() ? said : reason;
      cause = cause.getCause();
    }
    return reason;
  }

  private static Optional<String> said(URI node, Optional<ServerAccess.Tls> used, Throwable e) {
    String message = String.valueOf(e.getMessage());
    if (TlsFailure.isPlainText(e)) {
      return Optional.of("it does not speak TLS; its address begins with http://");
    } else if (e instanceof CertPathBuilderException
        || message.contains("does not chain with any of the trust anchors")) {
      // The second where another authority of the same name is believed.
      return Optional.of(
          used.map(tls -> "its certificate is of no authority in " + tls.authority())
              .orElse(
                  "its certificate is of no authority that this Java believes; --ca FILE names"
                      + " another one"));
    } else if (e instanceof CertificateExpiredException) {
      return Optional.of("its certificate has expired");
    } else if (e instanceof OtherHostException other) {
      return Optional.of(
          "its certificate is not for the host %s but for %s"
              .formatted(
                  node.getHost(),
                  other.hosts().isEmpty() ? "none" : String.join(", ", other.hosts())));
    } else if (e instanceof CertificateException && message.startsWith("No ")) {
      return Optional.of("its certificate is not for the host " + node.getHost());
    } else if (message.contains("terminated the handshake")) {
      return Optional.of(
          "it ends the TLS handshake without a word; " + PORT + " and is that one with TLS?");
    }
    return TlsFailure.alert(e)
        .map(
            alert ->
                TlsFailure.isOfCertificate(alert)
                    ? refused(used.flatMap(ServerAccess.Tls::certificate), alert)
                    : "it ends the TLS handshake (%s)".formatted(alert));
  }

  /** The HTTP API's port asks for no certificate, and takes each of the authority. */
  private static String refused(Optional<Path> shown, String alert) {
    return shown
        .map(
            directory ->
                "it refuses the certificate in %s (%s); is that of its authority, and in its time, and %s"
                    .formatted(directory, alert, PORT))
        .orElseGet(
            () ->
                "it wants to be shown a certificate (%s), as ports do by which nodes join; %s"
                    .formatted(alert, PORT));
  }
}
