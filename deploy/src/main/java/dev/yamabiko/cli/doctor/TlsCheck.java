package dev.yamabiko.cli.doctor;

import dev.yamabiko.wire.tls.TlsException;
import dev.yamabiko.wire.tls.TlsFiles;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/** Whether a node's certificate and key can be used, and for how long. */
final class TlsCheck {

  private TlsCheck() {}

  static Finding of(Path directory, Instant now) {
    try {
      return expiry(directory, TlsFiles.open(directory, TlsFiles.Use.NODE).expires(), now);
    } catch (TlsException e) {
      return Finding.problem("tls", e.getMessage(), "mend the files, or name others with --tls");
    }
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
