package dev.yamabiko.wire.tls;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Believes nodes: a certificate of the authority that may be both ends of a connection. One that is
 * a client's only lets its owner ask the HTTP API, and join nothing. Says of others what they are.
 */
final class NodeTrust extends ExplainedTrust {

  NodeTrust(X509ExtendedTrustManager authorities) {
    super(authorities);
  }

  @Override
  void check(X509Certificate[] chain, Check byAuthorities) throws CertificateException {
    try {
      byAuthorities.make();
    } catch (CertificateException e) {
      throw new CertificateException(explained(chain[0]), e.getCause());
    }
    if (!Identity.allows(chain[0], Identity.SERVER)
        || !Identity.allows(chain[0], Identity.CLIENT)) {
      throw new CertificateException(
          "the certificate %s is a client's, and no node's".formatted(Identity.name(chain[0])));
    }
  }

  private static String explained(X509Certificate certificate) {
    return Identity.untimely(certificate, Instant.now())
        .orElseGet(
            () ->
                "the certificate %s, issued by %s, is none of the authority in %s, or not for this use"
                    .formatted(
                        Identity.name(certificate),
                        certificate.getIssuerX500Principal().getName(),
                        Identity.AUTHORITIES));
  }
}
