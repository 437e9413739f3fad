package dev.yamabiko.cli;

import dev.yamabiko.coordinator.WriteFailure;
import dev.yamabiko.wire.tls.Authority;
import dev.yamabiko.wire.tls.Credentials;
import dev.yamabiko.wire.tls.TlsException;
import dev.yamabiko.wire.tls.TlsFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Makes certificates for a cluster that has no authority of its own yet. */
@Command(
    name = "certs",
    description = {
      "Makes certificates and keys of nodes, for --tls, and the authority that they come from.",
      "The authority is made where there is none, and used again where there is one."
    },
    footer = {
      "",
      "Each DIR/NAME gets ca.crt, tls.crt and tls.key; copy it to its node, and nothing else."
          + " DIR/ca",
      "has the authority's key: whoever has it can make nodes of the cluster. Keep it off the"
          + " nodes.",
      "",
      "Example:",
      "  yamabiko certs --out certs --node coordinator --host coordinator.example,10.0.0.5 --node"
          + " worker",
      "  yamabiko coordinator --host 10.0.0.5 --tls certs/coordinator",
      "  yamabiko worker --coordinator 10.0.0.5:2551 --host 10.0.0.6 --tls certs/worker"
    })
final class CertsCommand implements Callable<Integer> {

  /** A node and where it is. */
  static final class Node {

    @Option(
        names = "--node",
        paramLabel = "NAME",
        description =
            "A node, or several that may share a key; its directory's name. May be given more than"
                + " once.")
    private String name;

    @Option(
        names = "--host",
        split = ",",
        paramLabel = "H",
        description =
            "Names and addresses by which clients of the HTTP API know the node named before, with"
                + " commas between (default: its name).")
    private List<String> hosts = new ArrayList<>();

    private Authority.Request request() {
      return new Authority.Request(
          name, hosts.isEmpty() && name != null ? List.of(name) : hosts, TlsFiles.Use.NODE);
    }
  }

  private static final String AUTHORITY = "ca";
  private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,62}";
  private static final String HOST = "[A-Za-z0-9*:][A-Za-z0-9.:-]{0,252}";
  private static final int MOST_DAYS = 9999;

  /** Clocks of a cluster's machines differ. */
  private static final Duration SLACK = Duration.ofMinutes(5);

  private final Session session;

  @Spec private CommandSpec spec;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where they are written (default: ./certs).")
  private Path out = Path.of("certs");

  @ArgGroup(exclusive = false, multiplicity = "0..*")
  private List<Node> nodes = new ArrayList<>();

  @Option(
      names = "--client",
      paramLabel = "NAME",
      description =
          "A person or a program that asks the HTTP API, and is no node. May be given more than"
              + " once.")
  private List<String> clients = new ArrayList<>();

  @Option(
      names = "--days",
      paramLabel = "N",
      description = "How long the certificates are valid (default: 365).")
  private String days = "365";

  @Option(
      names = "--ca-days",
      paramLabel = "N",
      description = "How long a new authority is valid (default: 3650).")
  private String authorityDays = "3650";

  @Option(
      names = "--replace",
      description =
          "Make new keys of nodes and clients where there are some; never the authority's.")
  private boolean replace;

  CertsCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    Path directory = session.workingDirectory().resolve(out);
    List<Authority.Request> requests = requests();
    if (requests.isEmpty()) {
      throw refused("expected --node NAME or --client NAME");
    }
    if (Files.exists(directory) && !Files.isDirectory(directory)) {
      throw refused("--out expects a directory but %s is none".formatted(out));
    }
    check(requests, directory);
    Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    Instant from = now.minus(SLACK);
    Instant until = now.plus(days("--days", days));
    Optional<Authority> kept = kept(directory);
    Authority authority =
        kept.orElseGet(
            () -> Authority.create("yamabiko", from, now.plus(days("--ca-days", authorityDays))));
    Instant end = authority.certificate().getNotAfter().toInstant();
    if (until.isAfter(end)) {
      throw refused(
          "--days expects that the authority, which ends on %s, lasts as long, but got %s"
              .formatted(day(end), days));
    }
    // All of them before the first is written.
    List<Credentials> issued =
        requests.stream().map(request -> authority.issue(request, from, until)).toList();
    if (kept.isEmpty()) {
      write(authority.own(), directory.resolve(AUTHORITY));
      say("%s  the new authority, until %s", out.resolve(AUTHORITY), day(end));
    }
    for (int i = 0; i < issued.size(); i++) {
      Authority.Request request = requests.get(i);
      write(issued.get(i), directory.resolve(request.name()));
      say(
          "%s  %s, until %s",
          out.resolve(request.name()),
          request.hosts().isEmpty()
              ? "client"
              : "node, for the hosts " + String.join(", ", request.hosts()),
          day(until));
    }
    return 0;
  }

  private List<Authority.Request> requests() {
    List<Authority.Request> requests = new ArrayList<>();
    nodes.forEach(node -> requests.add(node.request()));
    clients.forEach(
        name -> requests.add(new Authority.Request(name, List.of(), TlsFiles.Use.CLIENT)));
    return requests;
  }

  /** Whether a node's name stands for its host. */
  private boolean isOnlyNamed(String node) {
    return nodes.stream().anyMatch(one -> node.equals(one.name) && one.hosts.isEmpty());
  }

  private void check(List<Authority.Request> requests, Path directory) {
    Set<String> names = new HashSet<>(Set.of(AUTHORITY));
    for (Authority.Request request : requests) {
      if (request.name() == null) {
        throw refused("--host expects the --node before it that it is a host of");
      }
      if (!request.name().matches(NAME)) {
        throw refused(
            "a name expects at most 63 letters, digits, \".\", \"_\" or \"-\" but got "
                + request.name());
      }
      if (!names.add(request.name())) {
        throw refused(
            "expected names of which each is another, and not ca, but got " + request.name());
      }
      for (String host : request.hosts()) {
        if (!host.matches(HOST) || !Authority.isNameOrAddress(host)) {
          throw refused(
              isOnlyNamed(request.name())
                  ? "--node %s is no name of a host; expected its hosts, too, with --host"
                      .formatted(host)
                  : "--host expects names or addresses of hosts but got " + host);
        }
      }
      Path to = directory.resolve(request.name());
      if (!replace && Credentials.hasKey(to)) {
        throw refused(
            "%s has a key already; --replace makes a new one"
                .formatted(out.resolve(request.name())));
      }
    }
  }

  private Optional<Authority> kept(Path directory) {
    Path at = directory.resolve(AUTHORITY);
    if (Credentials.hasKey(at)) {
      if (!Credentials.hasCertificate(at)) {
        // Its nodes come after both, so one that broke off here has none.
        throw refused(
            "%s has the key of an authority but not its certificate: bring tls.crt back, or, if"
                    .formatted(out.resolve(AUTHORITY))
                + " there never was one, delete tls.key for a new authority");
      }
      return Optional.of(Authority.read(at));
    }
    if (Credentials.hasCertificate(at)) {
      // Nodes of another authority would know none of those that there are.
      throw refused(
          "%s has the certificate of an authority but not its key: bring tls.key back, or choose"
                  .formatted(out.resolve(AUTHORITY))
              + " another --out for a new authority");
    }
    return Optional.empty();
  }

  private Duration days(String option, String text) {
    return Duration.ofDays(NodeOptions.number(spec, option, text, MOST_DAYS));
  }

  private static void write(Credentials credentials, Path directory) {
    try {
      credentials.write(directory);
    } catch (IOException e) {
      throw new TlsException(
          "%s: cannot be written: %s".formatted(directory, WriteFailure.reason(e)), e);
    }
  }

  private static String day(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC).toLocalDate().toString();
  }

  private void say(String format, Object... values) {
    session.print(format.formatted(values));
  }

  private ParameterException refused(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
