package dev.yamabiko.wire.tls;

import dev.yamabiko.data.FileVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory with {@code ca.crt} (PEM: whom to believe), {@code tls.crt} (PEM: the own certificate
 * and those between it and the authority) and {@code tls.key} (PEM, PKCS#8, no password), as a
 * Kubernetes secret of type {@code kubernetes.io/tls} has them. Read and checked when it is opened;
 * read again for a new connection where the files have changed, so that a certificate can be
 * renewed without a restart, and where an authority among them has begun or ended. Files that
 * cannot be used then are told in the log, and those of before stay. Thread-safe.
 */
public final class TlsFiles {

  /** What a certificate is for. */
  public enum Use {
    /** Both ends of connections between nodes, and the HTTP API's. */
    NODE(Set.of(Identity.SERVER, Identity.CLIENT)),
    /** Of a person or a program that asks the HTTP API. */
    CLIENT(Set.of(Identity.CLIENT));

    private final Set<String> usages;

    Use(Set<String> usages) {
      this.usages = usages;
    }
  }

  private static final Logger LOG = LoggerFactory.getLogger(TlsFiles.class);
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(10);

  /** Before a certificate's end, when it had better be renewed. */
  public static final Duration ENDS_SOON = Duration.ofDays(30);

  private static final Duration WARN_AGAIN = Duration.ofDays(1);

  private record Current(Identity identity, TlsContexts contexts) {}

  /** What was wrong with which files. */
  private record Complaint(String message, List<Optional<FileVersion>> versions) {}

  private final Path directory;
  private final Use use;
  private final Clock clock;
  private final Consumer<String> warnings;

  // Guarded by this.
  private Current current;
  private List<Optional<FileVersion>> versions;
  private Instant looked;
  private Instant warned = Instant.MIN;
  private Optional<Complaint> complained = Optional.empty();

  private TlsFiles(Path directory, Use use, Clock clock, Consumer<String> warnings) {
    this.directory = directory;
    this.use = use;
    this.clock = clock;
    this.warnings = warnings;
    looked = clock.instant();
    versions = versions();
    current = read(looked);
    warnOfItsEnd();
  }

  /**
   * Reads the files, and logs a warning where a certificate ends within 30 days.
   *
   * @throws TlsException if a file is missing or no PEM, the key is encrypted or another
   *     certificate's, or the certificate has expired, is not valid yet, is not of the authority in
   *     {@code ca.crt}, or not made for this use
   */
  public static TlsFiles open(Path directory, Use use) {
    return open(directory, use, Clock.systemUTC(), LOG::warn);
  }

  /**
   * The same by another clock.
   *
   * @param warnings takes what would be logged
   */
  public static TlsFiles open(Path directory, Use use, Clock clock, Consumer<String> warnings) {
    if (!Files.isDirectory(directory)) {
      throw new TlsException(
          "%s: expected a directory with %s, %s and %s but found %s"
              .formatted(
                  directory,
                  Identity.AUTHORITIES,
                  Identity.CHAIN,
                  Identity.KEY,
                  Files.exists(directory) ? "a file" : "nothing"));
    }
    return new TlsFiles(directory, use, clock, warnings);
  }

  /** Where a directory of such files says whom to believe. */
  public static Path authorities(Path directory) {
    return directory.resolve(Identity.AUTHORITIES);
  }

  /**
   * Of a client that shows no certificate, and believes servers of these authorities.
   *
   * @param file PEM
   * @throws TlsException if it cannot be used
   */
  public static SSLContext trusting(Path file) {
    return TlsContexts.trusting(Identity.authorities(file, Instant.now()));
  }

  private Current read(Instant now) {
    Identity identity = Identity.read(directory, use.usages, now);
    return new Current(identity, TlsContexts.of(identity));
  }

  /** Both own certificate and whom to believe; for clients that check the server's name. */
  public SSLContext context() {
    return current().contexts().any();
  }

  /** The listening end of a connection between nodes: the peer must be a node too. */
  public SSLEngine nodeServer() {
    SSLEngine engine = TlsContexts.serverEngine(current().contexts().nodes());
    engine.setNeedClientAuth(true);
    return engine;
  }

  /**
   * The connecting end of a connection between nodes: any node of the authority is believed,
   * whatever names its certificate has.
   */
  public SSLEngine nodeClient(String host, int port) {
    return TlsContexts.clientEngine(current().contexts().nodes(), host, port);
  }

  /** The HTTP API's end: clients need no certificate, nor one that is good for a node. */
  public SSLEngine httpServer() {
    SSLEngine engine = TlsContexts.serverEngine(current().contexts().any());
    engine.setWantClientAuth(true);
    return engine;
  }

  /** Towards the HTTP API of another node, whose certificate must be for this host. */
  public SSLEngine httpClient(String host, int port) {
    SSLEngine engine = TlsContexts.clientEngine(current().contexts().any(), host, port);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    engine.setSSLParameters(parameters);
    return engine;
  }

  /** When the own certificate, or one between it and the authority, ends. */
  public Instant expires() {
    return current().identity().firstToExpire().getNotAfter().toInstant();
  }

  /** Names and addresses that the own certificate is for. */
  public List<String> hosts() {
    return HostNames.of(current().identity().chain().get(0));
  }

  /** Whether clients that know this node by that name or address would believe it. */
  public boolean isFor(String host) {
    return HostNames.include(hosts(), host);
  }

  /**
   * Looks whether the files have changed and warns of the certificate's end, as new connections do:
   * to be called now and then where there may be none.
   */
  public void look() {
    current();
  }

  private synchronized Current current() {
    Instant now = clock.instant();
    // Either way: the clock may have been set back.
    if (Duration.between(looked, now).abs().compareTo(LOOK_AGAIN) >= 0) {
      looked = now;
      look(now);
      warnOfItsEnd();
    }
    return current;
  }

  private void look(Instant now) {
    List<Optional<FileVersion>> found = versions();
    if (found.equals(versions) && !now.isAfter(current.identity().readAgain())) {
      complained = Optional.empty();
      return;
    }
    try {
      current = read(now);
      versions = found;
      complained = Optional.empty();
      LOG.info("TLS files read again directory={} certificate={}", directory, current.identity());
    } catch (TlsException e) {
      // Also while they are being replaced, one after the other; the next connection looks again.
      complain(e.getMessage(), found, now);
    }
  }

  /** Once, as long as the same is wrong with the same files. */
  private void complain(String message, List<Optional<FileVersion>> found, Instant now) {
    // What is not valid yet is told with the time, which is another one each time.
    Complaint complaint = new Complaint(message.replace(now.toString(), ""), found);
    if (!complained.equals(Optional.of(complaint))) {
      complained = Optional.of(complaint);
      warnings.accept("TLS files cannot be used, those of before stay: " + message);
    }
  }

  /** Empty for a file that cannot be looked at. */
  private List<Optional<FileVersion>> versions() {
    List<Optional<FileVersion>> versions = new ArrayList<>();
    for (String name : List.of(Identity.AUTHORITIES, Identity.CHAIN, Identity.KEY)) {
      try {
        versions.add(Optional.of(FileVersion.of(directory.resolve(name))));
      } catch (IOException e) {
        versions.add(Optional.empty());
      }
    }
    return versions;
  }

  private void warnOfItsEnd() {
    Instant now = clock.instant();
    Instant end = current.identity().firstToExpire().getNotAfter().toInstant();
    if (Duration.between(now, end).compareTo(ENDS_SOON) >= 0) {
      return;
    }
    boolean hasEnded = now.isAfter(end);
    if (warned == Instant.MIN
        || Duration.between(warned, now).compareTo(WARN_AGAIN) >= 0
        || hasEnded && !warned.isAfter(end)) {
      warned = now;
      warnings.accept(
          "TLS certificate %s directory=%s certificate=%s end=%s%s"
              .formatted(
                  hasEnded ? "has ended, and new connections are refused: replace it" : "ends soon",
                  directory,
                  current.identity(),
                  end,
                  hasEnded ? "" : " days=" + Duration.between(now, end).toDays()));
    }
  }

  @Override
  public String toString() {
    return directory.toString();
  }
}
