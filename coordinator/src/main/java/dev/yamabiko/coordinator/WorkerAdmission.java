package dev.yamabiko.coordinator;

import dev.yamabiko.protocol.Fingerprint;
import dev.yamabiko.protocol.WorkerHello;
import dev.yamabiko.wire.MessageTable;
import java.util.Optional;

/**
 * Who may compute: nodes that speak the same messages, and whose kernels and extensions give the
 * same bits.
 *
 * @param fingerprint of the coordinator itself, {@link Fingerprint#text}
 * @param otherFingerprints whether workers with another fingerprint are taken, too
 */
record WorkerAdmission(String fingerprint, boolean otherFingerprints) {

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
    if (otherFingerprints) {
      return Optional.empty();
    }
    return Fingerprint.parse(fingerprint)
        .difference(Fingerprint.parse(hello.fingerprint()))
        .map(
            why ->
                why
                    + ", or start the coordinator with allow-other-fingerprints = true, without the"
                    + " promise of same bits");
  }
}
