package dev.yamabiko.coordinator.http;

import akka.http.javadsl.ConnectionContext;
import akka.http.javadsl.HttpsConnectionContext;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.headers.TlsSessionInfo;
import dev.yamabiko.wire.tls.TlsFiles;
import java.security.Principal;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * TLS at the HTTP port, and towards the node that has the coordinator. Clients may show a
 * certificate and need not, so that probes and browsers come in: whether one is needed is for the
 * {@link Gate}.
 */
record HttpTls(TlsFiles files) {

  HttpsConnectionContext server() {
    return ConnectionContext.httpsServer(files::httpServer);
  }

  /**
   * Towards another node, whose certificate must be for the host of its URL. This one shows its
   * own: {@link PassedOn} says whether whoever asked it has shown one, too.
   */
  HttpsConnectionContext client() {
    return ConnectionContext.httpsClient(files::httpClient);
  }

  /** Whose certificate the client has shown; it is of the authority, else there was no request. */
  static Optional<String> peer(HttpRequest request) {
    return request
        .getHeader(TlsSessionInfo.class)
        .flatMap(
            session -> {
              try {
                Principal peer = session.getSession().getPeerPrincipal();
                return Optional.of(peer.getName());
              } catch (SSLPeerUnverifiedException e) {
                return Optional.empty();
              }
            });
  }
}
