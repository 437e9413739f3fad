package dev.yamabiko.cli;

import dev.yamabiko.cli.settings.ApiCertificate;
import dev.yamabiko.cli.settings.Loopback;
import dev.yamabiko.cli.settings.NodeFile;
import dev.yamabiko.wire.tls.TlsFiles;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Whom a node talks to. Beyond its own machine that is to be said. */
final class TlsOptions {

  private static final Logger LOG = LoggerFactory.getLogger(TlsOptions.class);

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(names = "--tls", paramLabel = "DIR")
  private Optional<Path> directory = Optional.empty();

  @Option(names = "--insecure")
  private boolean insecure;

  /**
   * What the node shows others; empty for plain text.
   *
   * @param file what is not given on the command line
   * @throws dev.yamabiko.wire.tls.TlsException if the files cannot be used
   */
  Optional<TlsFiles> files(NodeFile file, Path working) {
    return directory
        .map(working::resolve)
        .or(() -> file.givenPath("tls"))
        .map(path -> TlsFiles.open(path, TlsFiles.Use.NODE));
  }

  /**
   * Others can reach what does not listen on loopback: then it has TLS, or somebody has said that
   * it need not.
   *
   * @param file what is not given on the command line
   */
  void requireSafe(String host, Optional<TlsFiles> tls, NodeFile file) {
    requireSafe("", host, tls, file);
  }

  /**
   * The same of another host than the node's.
   *
   * @param place of its setting, with a colon
   */
  void requireSafe(String place, String host, Optional<TlsFiles> tls, NodeFile file) {
    if (tls.isEmpty() && !insecure && !file.flag("insecure") && !isLoopback(host)) {
      throw new ParameterException(
          spec.commandLine(),
          ("%sother machines can reach %s, and without TLS whoever does may read and change"
                  + " everything: expected --tls DIR (yamabiko certs makes the files), or --insecure"
                  + " in a network that only trusted people can reach")
              .formatted(place, host));
    }
  }

  /** For the log of a node that begins. */
  static void warn(String host, Optional<TlsFiles> tls) {
    if (tls.isEmpty() && !isLoopback(host)) {
      LOG.warn("insecure: plain text beyond this machine, nobody is asked who he is host={}", host);
    }
  }

  /** The same of a coordinator whose certificate its clients will not believe. */
  static void warnOfOthersCertificate(String apiHost, Optional<TlsFiles> tls) {
    tls.map(files -> new ApiCertificate(files, apiHost))
        .filter(certificate -> !certificate.fits())
        .ifPresent(certificate -> LOG.warn("{}; {}", certificate.found(), certificate.advice()));
  }

  private static boolean isLoopback(String host) {
    try {
      return Loopback.isAllOf(host);
    } catch (UnknownHostException e) {
      return false; // whoever listens there will say so
    }
  }
}
