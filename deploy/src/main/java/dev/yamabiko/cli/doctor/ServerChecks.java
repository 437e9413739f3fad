package dev.yamabiko.cli.doctor;

import dev.yamabiko.client.Server;
import dev.yamabiko.client.ServerException;
import dev.yamabiko.model.CanonicalJson;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Whether a coordinator can be reached from here, and would take a node of this machine. */
final class ServerChecks {

  /** A server tells its time to the second. */
  private static final Duration APART = Duration.ofSeconds(3);

  private ServerChecks() {}

  /**
   * All that is asked of the HTTP API.
   *
   * @param ports as this machine's node would find those that it is told of
   */
  static List<Finding> of(Server server, Machine machine, PortCheck ports) {
    List<Finding> findings = new ArrayList<>();
    Map<String, Object> nodes;
    try {
      server.get("/health/ready", "status");
      Instant asked = Instant.now();
      Optional<Instant> theirs = server.time();
      findings.add(clock(theirs, asked, Instant.now()));
      nodes = CanonicalJson.object(server.workers());
    } catch (ServerException e) {
      findings.add(
          e.usersFault()
              ? Finding.problem("http", e.getMessage(), "")
              : Finding.unreachable(
                  "http", e.getMessage(), "start the coordinator, or mend --server"));
      return findings;
    }
    findings.add(0, Finding.ok("http", server.url() + " answers"));
    if (nodes.get("coordinator") instanceof Map<?, ?> coordinator) {
      findings.add(bits(machine, String.valueOf(coordinator.get("fingerprint"))));
      if (coordinator.get("bulk_port") instanceof Number port) {
        findings.add(ports.of("bulk", String.valueOf(coordinator.get("host")), port.longValue()));
      }
    } else {
      findings.add(
          Finding.warning(
              "version", "the coordinator is of an older version", "have one version everywhere"));
    }
    return findings;
  }

  /** A worker of other bits is refused. */
  static Finding bits(Machine machine, String theirs) {
    String own = machine.fingerprint().orElse("");
    return own.equals(theirs)
        ? Finding.ok("same bits", "the coordinator's fingerprint is " + MachineChecks.shown(theirs))
        : Finding.problem(
            "same bits",
            "the coordinator's fingerprint is %s, this machine's %s"
                .formatted(MachineChecks.shown(theirs), MachineChecks.shown(own)),
            "run the same JDK with the same flags on both; a worker of this machine would be refused");
  }

  /**
   * Whether both machines have the same time, as certificates and logs want it. What the answer
   * says was so at some time between the question and the answer: only what lies beyond counts.
   *
   * @param theirs as the coordinator has said it
   * @param asked when it was asked
   * @param answered when the answer had come
   */
  static Finding clock(Optional<Instant> theirs, Instant asked, Instant answered) {
    if (theirs.isEmpty()) {
      return Finding.warning("same time", "the coordinator does not tell its time", "");
    }
    Instant own =
        theirs.get().isBefore(asked)
            ? asked
            : theirs.get().isAfter(answered) ? answered : theirs.get();
    Duration apart = Duration.between(theirs.get(), own).abs();
    String found = "%d s apart from the coordinator's clock".formatted(apart.toSeconds());
    return apart.compareTo(APART) > 0
        ? Finding.warning("same time", found, "set both clocks, as with an NTP service")
        : Finding.ok("same time", found);
  }
}
