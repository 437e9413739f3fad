package dev.yamabiko.wire.tls;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Believes nodes: a certificate of the authority that may be both ends of a connection. One that is
 * a client's only lets its owner ask the HTTP API, and join nothing.
 */
final class NodeTrust extends X509ExtendedTrustManager {

  private final X509ExtendedTrustManager authorities;

  NodeTrust(X509ExtendedTrustManager authorities) {
    this.authorities = authorities;
  }

  private static void requireNode(X509Certificate[] chain) throws CertificateException {
    if (!Identity.allows(chain[0], Identity.SERVER)
        || !Identity.allows(chain[0], Identity.CLIENT)) {
      throw new CertificateException(
          "expected a node's certificate (serverAuth and clientAuth) but found that of "
              + Identity.name(chain[0]));
    }
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    authorities.checkClientTrusted(chain, type, engine);
    requireNode(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    authorities.checkServerTrusted(chain, type, engine);
    requireNode(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    authorities.checkClientTrusted(chain, type, socket);
    requireNode(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    authorities.checkServerTrusted(chain, type, socket);
    requireNode(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    authorities.checkClientTrusted(chain, type);
    requireNode(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    authorities.checkServerTrusted(chain, type);
    requireNode(chain);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return authorities.getAcceptedIssuers();
  }
}
