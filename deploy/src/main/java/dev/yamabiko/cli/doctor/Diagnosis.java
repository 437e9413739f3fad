package dev.yamabiko.cli.doctor;

import dev.yamabiko.cli.settings.ApiCertificate;
import dev.yamabiko.cli.settings.NodeFile;
import dev.yamabiko.cli.settings.NodeKind;
import dev.yamabiko.cli.settings.Port;
import dev.yamabiko.cli.settings.Ports;
import dev.yamabiko.client.Server;
import dev.yamabiko.coordinator.CoordinatorSettings;
import dev.yamabiko.job.JobException;
import dev.yamabiko.wire.tls.TlsFiles;
import dev.yamabiko.worker.NodeSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** All that the checks of one call have found, in the order in which they were made. */
public final class Diagnosis {

  private static final String HEALTH = "health-port";
  private static final String HTTP_HOST = "http-host";
  private static final String HTTP_PORT = "http-port";

  private final Machine machine = Machine.here();
  private final List<Finding> findings = new ArrayList<>();

  /** Of other nodes' ports. */
  private PortCheck peers = PortCheck.connecting();

  /** Of this machine, for whatever node. */
  public Diagnosis() {
    findings.addAll(MachineChecks.of(machine));
  }

  /**
   * Of a node's settings.
   *
   * @param host by which it would be known
   * @param tls where its certificate is, if it has one
   * @param cache where a worker would keep datasets
   */
  public void node(NodeKind kind, NodeFile file, String host, Optional<Path> tls, Path cache) {
    Finding known = NodeChecks.host(host);
    findings.add(known);
    Ports ports = new Ports();
    if (known.result() != Finding.Result.PROBLEM) {
      boolean insecure = file.flag("insecure");
      findings.add(NodeChecks.exposure("exposure", host, tls.isPresent(), insecure));
      String http = http(file, host, tls.isPresent(), insecure);
      for (String port : List.of("port", HTTP_PORT, "bulk-port")) {
        if (file.has(port)) {
          String at = port.equals(HTTP_PORT) ? http : host;
          check(port, () -> NodeChecks.port(port, at, file.port(port), ports));
        }
      }
    }
    if (file.given(HEALTH).isPresent()) {
      check(HEALTH, () -> NodeChecks.port(HEALTH, Port.ANYWHERE, file.port(HEALTH), ports));
    }
    Optional<TlsFiles> certificate = tls.flatMap(this::certificate);
    certificate.ifPresent(files -> peers = PortCheck.secure(files));
    if (tls.isEmpty()) {
      peers = PortCheck.plain();
    }
    if (kind == NodeKind.COORDINATOR) {
      String api = CoordinatorSettings.apiHost(host, file.given(HTTP_HOST).orElse(host));
      certificate.ifPresent(files -> findings.add(TlsCheck.hosts(new ApiCertificate(files, api))));
      check(
          "data",
          () ->
              DirectoryCheck.of(
                  "data",
                  file.path("data"),
                  file.bytes("upload-bytes") + file.bytes("dataset-bytes")));
      check("data-roots", () -> roots(file.paths("data-roots")));
      file.givenPath("tokens").ifPresent(tokens -> findings.add(TokensCheck.of(tokens)));
    } else if (kind == NodeKind.WORKER) {
      check("cache", () -> DirectoryCheck.of("cache", cache, file.bytes("cache-bytes")));
    }
  }

  /** Where a coordinator's API would listen; it may be elsewhere than the rest. */
  private String http(NodeFile file, String host, boolean tls, boolean insecure) {
    Optional<String> other = file.has(HTTP_HOST) ? file.given(HTTP_HOST) : Optional.empty();
    other.ifPresent(
        http -> {
          Finding known = NodeChecks.httpHost(http);
          findings.add(known);
          if (known.result() != Finding.Result.PROBLEM) {
            findings.add(NodeChecks.exposure("http exposure", http, tls, insecure));
          }
        });
    return other.orElse(host);
  }

  private Optional<TlsFiles> certificate(Path directory) {
    TlsCheck.Answer answer = TlsCheck.of(directory, machine.now().toInstant());
    findings.add(answer.finding());
    return answer.files();
  }

  private static Finding roots(List<Path> roots) {
    return roots.stream()
        .filter(root -> !Files.isDirectory(root))
        .findFirst()
        .map(
            root ->
                Finding.problem(
                    "data-roots", root + " is no directory", "mend data-roots in --config"))
        .orElseGet(
            () -> Finding.ok("data-roots", roots.isEmpty() ? "none" : roots.size() + " there"));
  }

  /** Of the coordinators that a node is to join; one that answers is enough. */
  public void coordinators(List<NodeSettings.Peer> coordinators) {
    List<Finding> all = new ArrayList<>();
    for (NodeSettings.Peer peer : coordinators) {
      if (peer.isService()) {
        ServiceCheck.Answer answer = ServiceCheck.of(peer.host());
        findings.add(answer.finding());
        answer.nodes().forEach(node -> all.add(coordinator(node)));
      } else {
        all.add(coordinator(peer));
      }
    }
    boolean one = all.stream().anyMatch(finding -> finding.result() == Finding.Result.OK);
    for (Finding finding : all) {
      findings.add(
          one && finding.result() != Finding.Result.OK
              ? Finding.warning(finding.check(), finding.found(), finding.advice())
              : finding);
    }
  }

  private Finding coordinator(NodeSettings.Peer node) {
    return peers.of("coordinator", node.host(), node.port());
  }

  public void server(Server server) {
    findings.addAll(ServerChecks.of(server, machine, peers));
  }

  /** What cannot be checked any more because of it. */
  public void wrong(String check, String why) {
    findings.add(Finding.problem(check, why, ""));
  }

  private void check(String name, Supplier<Finding> check) {
    try {
      findings.add(check.get());
    } catch (JobException e) {
      findings.add(Finding.problem(name, e.getMessage(), "mend it in --config"));
    }
  }

  public List<Finding> findings() {
    return List.copyOf(findings);
  }

  /** The worst of all. */
  public Finding.Result result() {
    return findings.stream()
        .map(Finding::result)
        .max(Comparator.naturalOrder())
        .orElse(Finding.Result.OK);
  }
}
