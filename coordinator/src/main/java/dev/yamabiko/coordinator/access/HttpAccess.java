package dev.yamabiko.coordinator.access;

import dev.yamabiko.wire.tls.TlsFiles;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * To whom a coordinator's HTTP API is open.
 *
 * @param tokens of those who may ask; empty where none is asked for
 * @param tls what it shows clients, whose own certificates, if they come from the same authority,
 *     stand for the role admin, and other nodes; empty for plain text
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
}
