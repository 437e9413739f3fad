package dev.yamabiko.wire.tls;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * The hosts that a certificate is for: its subject's alternative names and addresses, as clients of
 * the HTTP API compare them (RFC 9525, 6). The common name is none of them.
 */
final class HostNames {

  /** Kinds of names (RFC 5280, 4.2.1.6). */
  private static final int DNS_NAME = 2;

  private static final int IP_ADDRESS = 7;

  private HostNames() {}

  static List<String> of(X509Certificate certificate) {
    try {
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      return names == null
          ? List.of()
          : names.stream()
              .filter(name -> name.get(0).equals(DNS_NAME) || name.get(0).equals(IP_ADDRESS))
              .map(name -> name.get(1).toString())
              .toList();
    } catch (CertificateParsingException e) {
      return List.of(); // clients cannot read them, either
    }
  }

  static boolean include(List<String> names, String host) {
    return names.stream().anyMatch(name -> isFor(name, host));
  }

  private static boolean isFor(String name, String host) {
    if (Authority.isAddress(host)) {
      return Authority.isAddress(name) && sameAddress(name, host);
    }
    String wanted = host.toLowerCase(Locale.ROOT);
    String certified = name.toLowerCase(Locale.ROOT);
    int dot = wanted.indexOf('.');
    // An asterisk stands for one label.
    return certified.equals(wanted)
        || certified.startsWith("*.")
            && dot > 0
            && certified.substring(1).equals(wanted.substring(dot));
  }

  /** Of which there is more than one way to write an address; nothing is looked up for one. */
  private static boolean sameAddress(String one, String other) {
    try {
      return InetAddress.getByName(one).equals(InetAddress.getByName(other));
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
