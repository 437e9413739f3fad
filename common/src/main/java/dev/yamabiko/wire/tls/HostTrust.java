package dev.yamabiko.wire.tls;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.X509ExtendedTrustManager;

/** Believes whatever the authorities do, and says of another host's certificate whose it is. */
final class HostTrust extends ExplainedTrust {

  HostTrust(X509ExtendedTrustManager authorities) {
    super(authorities);
  }

  @Override
  void check(X509Certificate[] chain, Check byAuthorities) throws CertificateException {
    try {
      byAuthorities.make();
    } catch (CertificateException e) {
      throw isOfTheHost(e) ? new OtherHostException(HostNames.of(chain[0]), e) : e;
    }
  }

  /** As the JDK words it, which has no class of its own for it. */
  private static boolean isOfTheHost(CertificateException e) {
    return String.valueOf(e.getMessage()).startsWith("No ");
  }
}
