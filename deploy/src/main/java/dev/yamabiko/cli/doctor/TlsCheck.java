package dev.yamabiko.cli.doctor;

import dev.yamabiko.cli.settings.ApiCertificate;
import dev.yamabiko.wire.tls.TlsException;
import dev.yamabiko.wire.tls.TlsFiles;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Whether a node's certificate and key can be used, and for how long. */
final class TlsCheck {

  private TlsCheck() {}

  /**
   * What the directory holds.
   *
   * @param files empty where they cannot be used
   */
  record Answer(Finding finding, Optional<TlsFiles> files) {}

  static Answer of(Path directory, Instant now) {
    try {
      TlsFiles files = TlsFiles.open(directory, TlsFiles.Use.NODE);
      return new Answer(expiry(directory, files.expires(), now), Optional.of(files));
    } catch (TlsException e) {
      return new Answer(
          Finding.problem("tls", e.getMessage(), "mend the files, or name others with --tls"),
          Optional.empty());
    }
  }

  /** Whether clients of a coordinator's API would believe it. */
  static Finding hosts(ApiCertificate certificate) {
    return certificate.fits()
        ? Finding.ok("tls hosts", certificate.found())
        : Finding.warning("tls hosts", certificate.found(), certificate.advice());
  }

  /**
   * @param end of what of the certificates ends first
   */
  static Finding expiry(Path directory, Instant end, Instant now) {
    Duration left = Duration.between(now, end);
    String found = "%s: valid until %s".formatted(directory, end);
    return left.compareTo(TlsFiles.ENDS_SOON) < 0
        ? Finding.warning("tls", found, "renew the certificate: a node reads it again by itself")
        : Finding.ok("tls", found);
  }
}
