package dev.yamabiko.wire.tls;

import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * TLS 1.3, and 1.2 with forward secrecy and authenticated encryption only; the JDK's own
 * implementation.
 *
 * @param any believes whatever the authorities have issued
 * @param nodes believes nodes only
 */
record TlsContexts(SSLContext any, SSLContext nodes) {

  private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

  /**
   * From a handshake with certificates on; so long after its end a peer's is still good for a
   * connection that resumes the session of before. Resuming does not prolong it.
   */
  private static final int SESSION_SECONDS = 600;

  static TlsContexts of(Identity identity) {
    try {
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(identity.keyStore(), new char[0]);
      X509ExtendedTrustManager trust = trust(identity.authorities());
      return new TlsContexts(
          context(keys.getKeyManagers(), new HostTrust(trust)),
          context(keys.getKeyManagers(), new NodeTrust(trust)));
    } catch (GeneralSecurityException e) {
      throw new TlsException("the certificate and its key cannot be used: " + e.getMessage(), e);
    }
  }

  static SSLContext trusting(List<X509Certificate> authorities) {
    try {
      return context(null, new HostTrust(trust(authorities)));
    } catch (GeneralSecurityException e) {
      throw new TlsException("the authorities cannot be used: " + e.getMessage(), e);
    }
  }

  private static X509ExtendedTrustManager trust(List<X509Certificate> authorities)
      throws GeneralSecurityException {
    TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(Identity.trusted(authorities));
    return (X509ExtendedTrustManager) factory.getTrustManagers()[0];
  }

  private static SSLContext context(KeyManager[] keys, X509ExtendedTrustManager trust)
      throws GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys, new TrustManager[] {trust}, null);
    context.getServerSessionContext().setSessionTimeout(SESSION_SECONDS);
    context.getClientSessionContext().setSessionTimeout(SESSION_SECONDS);
    return context;
  }

  static SSLEngine serverEngine(SSLContext context) {
    SSLEngine engine = context.createSSLEngine();
    engine.setUseClientMode(false);
    return restricted(engine);
  }

  static SSLEngine clientEngine(SSLContext context, String host, int port) {
    SSLEngine engine = context.createSSLEngine(host, port);
    engine.setUseClientMode(true);
    return restricted(engine);
  }

  private static SSLEngine restricted(SSLEngine engine) {
    engine.setEnabledProtocols(PROTOCOLS);
    engine.setEnabledCipherSuites(
        Arrays.stream(engine.getEnabledCipherSuites())
            .filter(TlsContexts::isStrong)
            .toArray(String[]::new));
    return engine;
  }

  private static boolean isStrong(String suite) {
    boolean authenticated = suite.contains("_GCM_") || suite.contains("_CHACHA20_");
    boolean ofTls13 = !suite.contains("_WITH_");
    return authenticated && (ofTls13 || suite.startsWith("TLS_ECDHE_"));
  }
}
