package dev.yamabiko.wire.tls;

import dev.yamabiko.data.OneLine;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/**
 * Why a TLS connection could not be had, in words for a log line. They may hold names out of a
 * certificate that anybody can have made, and stay one line of some length all the same.
 */
public final class TlsFailure {

  private static final int LONGEST = 500;

  /** Later JDKs than 17 say the alert's name before it, too. */
  private static final Pattern ALERT =
      Pattern.compile("(?:\\(\\w+\\) )?Received fatal alert: (.*)");

  private TlsFailure() {}

  public static String reason(Throwable failure) {
    return OneLine.cut(OneLine.marked(words(failure)), LONGEST);
  }

  private static String words(Throwable failure) {
    SSLException tls = null;
    int depth = 0;
    for (Throwable cause = failure; cause != null && depth < 20; cause = cause.getCause()) {
      if (cause instanceof CertificateException) {
        return String.valueOf(cause.getMessage()); // as NodeTrust says it
      }
      if (cause instanceof SSLException && tls == null) {
        tls = (SSLException) cause;
      }
      if (cause instanceof ClosedChannelException) {
        return "the peer ended the TLS handshake; it may have no TLS";
      }
      depth++;
    }
    String message = String.valueOf((tls == null ? failure : tls).getMessage());
    Optional<String> alert = alert(tls == null ? failure : tls);
    if (alert.isPresent()) {
      return (isOfCertificate(alert.get())
              ? "the peer refused this node's certificate, and says: "
              : "the peer refused the TLS handshake, and says: ")
          + alert.get();
    }
    if (message.contains("client certificate chain")) {
      return "it showed no certificate of the authority in " + Identity.AUTHORITIES;
    }
    if (tls != null && isPlainText(tls)) {
      return "it sent something else than TLS";
    }
    return "TLS: " + message;
  }

  /** By what the peer says that it ends the connection; empty where it does not. */
  public static Optional<String> alert(Throwable failure) {
    Matcher message = ALERT.matcher(String.valueOf(failure.getMessage()));
    return message.matches() ? Optional.of(message.group(1)) : Optional.empty();
  }

  /** Whether it is the certificate that was shown, or none, that the peer does not like. */
  public static boolean isOfCertificate(String alert) {
    return alert.contains("certificate") || alert.equals("unknown_ca");
  }

  /** Whether the peer has sent something else than TLS, in the words of Netty, or of some JDK. */
  public static boolean isPlainText(Throwable failure) {
    String message = String.valueOf(failure.getMessage());
    return failure instanceof SSLException
        && (message.contains("not an SSL/TLS record")
            || message.contains("nrecognized SSL message"));
  }
}
