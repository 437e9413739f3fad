package dev.yamabiko.coordinator;

import dev.yamabiko.protocol.WorkerHello;
import dev.yamabiko.wire.MessageTable;
import java.util.Optional;

/**
 * Who may compute: nodes that speak the same messages, and whose kernels give the same bits.
 *
 * @param fingerprint of the coordinator's own kernels
 * @param otherFingerprints whether workers with another fingerprint are taken, too
 */
record WorkerAdmission(String fingerprint, boolean otherFingerprints) {

  private static final int SHOWN = 12;

  /** Why this worker is refused, for people; empty if it is welcome. */
  Optional<String> refusal(WorkerHello hello) {
    return MessageTable.difference(
            MessageTable.PROTOCOL_VERSION,
            MessageTable.lines(),
            hello.protocolVersion(),
            hello.messageTable())
        .or(() -> otherBits(hello));
  }

  private Optional<String> otherBits(WorkerHello hello) {
    if (otherFingerprints || hello.fingerprint().equals(fingerprint)) {
      return Optional.empty();
    }
    return Optional.of(
        ("its kernels give other bits than the coordinator's: expected the fingerprint %s... but"
                + " found %s...; same JDK, CPU and flags on all nodes mend that, or start the"
                + " coordinator with allow-other-fingerprints = true, without the promise of same"
                + " bits")
            .formatted(shown(fingerprint), shown(hello.fingerprint())));
  }

  private static String shown(String fingerprint) {
    return fingerprint.substring(0, Math.min(SHOWN, fingerprint.length()));
  }
}
