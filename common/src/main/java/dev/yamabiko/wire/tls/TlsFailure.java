package dev.yamabiko.wire.tls;

import dev.yamabiko.data.OneLine;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLException;

/**
 * Why a TLS connection could not be had, in words for a log line. They may hold names out of a
 * certificate that anybody can have made, and stay one line of some length all the same.
 */
public final class TlsFailure {

  private static final int LONGEST = 500;

  private static final String ALERT = "Received fatal alert: ";

  private TlsFailure() {}

  public static String reason(Throwable failure) {
    String words = OneLine.marked(words(failure));
    return words.length() > LONGEST ? words.substring(0, LONGEST) + "..." : words;
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
    if (message.startsWith(ALERT)) {
      String alert = message.substring(ALERT.length());
      return alert.contains("certificate") || alert.contains("unknown_ca")
          ? "the peer refused this node's certificate, and says: " + alert
          : "the peer refused the TLS handshake, and says: " + alert;
    }
    if (message.contains("client certificate chain")) {
      return "it showed no certificate of the authority in " + Identity.AUTHORITIES;
    }
    if (message.contains("not an SSL/TLS record") || message.contains("nrecognized SSL message")) {
      return "it sent something else than TLS";
    }
    return "TLS: " + message;
  }
}
