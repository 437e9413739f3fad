package dev.yamabiko.cli.doctor;

import dev.yamabiko.worker.NodeSettings;
import dev.yamabiko.worker.ServiceNodes;
import java.util.Set;
import java.util.concurrent.CompletionException;

/** Who is behind the name of a service, as a node would find them. */
final class ServiceCheck {

  private static final String CHECK = "dns";
  private static final String ADVICE =
      "mend the name, or this machine's DNS; where coordinators are only to be started, a node waits"
          + " for them";

  private ServiceCheck() {}

  /**
   * What the DNS says.
   *
   * @param nodes none where it knows none
   */
  record Answer(Finding finding, Set<NodeSettings.Peer> nodes) {}

  static Answer of(String service) {
    String records = ServiceNodes.records(service);
    Set<NodeSettings.Peer> nodes;
    try {
      nodes = ServiceNodes.now(service);
    } catch (CompletionException e) {
      return new Answer(
          Finding.unreachable(
              CHECK, "no name server answers for the SRV records of " + records, ADVICE),
          Set.of());
    }
    String found = "%s: %d nodes".formatted(records, nodes.size());
    return new Answer(
        nodes.isEmpty()
            ? Finding.unreachable(CHECK, "there are no SRV records of " + records, ADVICE)
            : Finding.ok(CHECK, found),
        nodes);
  }
}
