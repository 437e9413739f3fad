package dev.yamabiko.cli.settings;

import dev.yamabiko.wire.tls.TlsFiles;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether clients of a coordinator's HTTP API would believe its certificate: unlike nodes, they
 * compare its names with the host that they call.
 *
 * @param host by which they are told to call it
 */
public record ApiCertificate(TlsFiles files, String host) {

  public boolean fits() {
    return files.isFor(host);
  }

  /** What it is for. */
  public String found() {
    List<String> hosts = files.hosts();
    return "%s: the certificate is for %s"
        .formatted(files, hosts.isEmpty() ? "no host" : String.join(", ", hosts));
  }

  /** What to do where it does not fit; it stays good for what it was for. */
  public String advice() {
    List<String> hosts = new ArrayList<>(files.hosts());
    hosts.add(host);
    return "clients that call the API at %s refuse it; where its authority is, yamabiko certs makes it anew with --host %s --replace"
        .formatted(host, String.join(",", hosts));
  }
}
