package dev.yamabiko.coordinator.access;

import dev.yamabiko.wire.tls.TlsFiles;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * To whom a coordinator's HTTP API is open.
 *
 * @param tokens of those who may ask; empty where none is asked for
 * @param tls what it shows clients, whose own certificates, if they come from the same authority,
 *     stand for the role admin; empty for plain HTTP
 * @param openMetrics whether {@code /metrics} is for everybody all the same
 * @param names by which browsers may call a coordinator that asks for nothing, besides its own
 */
public record HttpAccess(
    Optional<Tokens> tokens, Optional<TlsFiles> tls, boolean openMetrics, List<String> names) {

  public HttpAccess {
    names = names.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
  }

  /** To everybody who reaches it. */
  public static HttpAccess open() {
    return new HttpAccess(Optional.empty(), Optional.empty(), false, List.of());
  }

  public HttpAccess with(Optional<TlsFiles> files) {
    return new HttpAccess(tokens, files, openMetrics, names);
  }

  /** Whether everybody may who reaches it: under TLS one shows a certificate, or a token. */
  public boolean isOpen() {
    return tokens.isEmpty() && tls.isEmpty();
  }

  /**
   * What keeps an API that others reach from being served; empty if nothing does. Without TLS
   * everybody on the way reads tokens and answers, and can change both.
   *
   * @param host at which it listens
   */
  public Optional<String> lack(String host) {
    if (tls.isPresent() || isLoopback(host)) {
      return Optional.empty();
    }
    return Optional.of(
        "the HTTP API at %s, which other machines reach, needs TLS%s"
            .formatted(
                host,
                tokens.isPresent()
                    ? ": its tokens would cross the network as they are"
                    : ", with which it asks for tokens or client certificates"));
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
