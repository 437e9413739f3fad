package dev.yamabiko.wire.tls;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Believes nodes: a certificate of the authority that may be both ends of a connection. One that is
 * a client's only lets its owner ask the HTTP API, and join nothing. Says of others what they are.
 */
final class NodeTrust extends X509ExtendedTrustManager {

  private final X509ExtendedTrustManager authorities;

  NodeTrust(X509ExtendedTrustManager authorities) {
    this.authorities = authorities;
  }

  /** A check by the authorities. */
  private interface Check {
    void make() throws CertificateException;
  }

  private static void check(X509Certificate[] chain, Check byAuthorities)
      throws CertificateException {
    try {
      byAuthorities.make();
    } catch (CertificateException e) {
      // With its cause, by which the JDK chooses what to tell the peer.
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

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    check(chain, () -> authorities.checkClientTrusted(chain, type, engine));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    check(chain, () -> authorities.checkServerTrusted(chain, type, engine));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    check(chain, () -> authorities.checkClientTrusted(chain, type, socket));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    check(chain, () -> authorities.checkServerTrusted(chain, type, socket));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    check(chain, () -> authorities.checkClientTrusted(chain, type));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    check(chain, () -> authorities.checkServerTrusted(chain, type));
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return authorities.getAcceptedIssuers();
  }
}
