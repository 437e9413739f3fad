package dev.yamabiko.cli;

import dev.yamabiko.client.Server;
import dev.yamabiko.client.ServerAccess;
import dev.yamabiko.client.ServerException;
import dev.yamabiko.job.JobException;
import dev.yamabiko.job.JobText;
import dev.yamabiko.wire.tls.TlsFiles;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which coordinator a command talks to, and as whom. */
final class ServerOption {

  private static final String VARIABLE = "YAMABIKO_SERVER";
  private static final String TOKEN = "YAMABIKO_TOKEN";

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--server",
      paramLabel = "URL",
      description =
          "The coordinator; of several nodes, any of them, or more than one with commas between"
              + " (default: $"
              + VARIABLE
              + ", else http://127.0.0.1:8080).")
  private Optional<String> url = Optional.empty();

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description =
          "Holds the token by which a coordinator with tokens knows who asks (default: $"
              + TOKEN
              + ", which is the token itself).")
  private Optional<Path> tokenFile = Optional.empty();

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description =
          "Certificate, in PEM, of the authority that the coordinator's must come from, of https"
              + " addresses (default: those that the JVM believes). Not beside --tls, which has one.")
  private Optional<Path> ca = Optional.empty();

  @Option(
      names = "--tls",
      paramLabel = "DIR",
      description =
          "Directory with ca.crt, tls.crt and tls.key: the authority as with --ca, and a certificate"
              + " to show; whoever shows one may do everything.")
  private Optional<Path> tls = Optional.empty();

  /** The one that the command line names. */
  Optional<Server> named() {
    return url.map(any -> server());
  }

  /** The same, or the variable's. */
  Optional<Server> given() {
    return url.isPresent() || !environment(VARIABLE).isBlank()
        ? Optional.of(server())
        : Optional.empty();
  }

  /** The first of its options that the command line has. */
  Optional<String> option() {
    return url.map(any -> "--server")
        .or(() -> tokenFile.map(any -> "--token-file"))
        .or(() -> ca.map(any -> "--ca"))
        .or(() -> tls.map(any -> "--tls"));
  }

  /** Where the certificate is that is shown, which may be a node's. */
  Optional<Path> certificate() {
    if (tls.isPresent() && ca.isPresent()) {
      throw new ParameterException(
          spec.commandLine(),
          "--ca and --tls both name the authority: expected one of them; that of --tls is "
              + TlsFiles.authorities(tls.get()));
    }
    return tls;
  }

  Server server() {
    String fromEnvironment = environment(VARIABLE);
    String text = url.orElse(fromEnvironment.isBlank() ? Server.DEFAULT : fromEnvironment);
    return Server.of(text, url.isPresent() ? "--server" : "$" + VARIABLE, access());
  }

  private ServerAccess access() {
    ServerAccess access = ServerAccess.NONE;
    if (tokenFile.isPresent()) {
      access = access.withToken(text(tokenFile.get()), "--token-file " + tokenFile.get());
    } else if (!environment(TOKEN).isBlank()) {
      access = access.withToken(environment(TOKEN), "$" + TOKEN);
    }
    Optional<Path> certificate = certificate();
    if (certificate.isPresent()) {
      return access.certified(certificate.get());
    }
    return ca.isPresent() ? access.believing(ca.get()) : access;
  }

  private static String text(Path file) {
    try {
      return JobText.read(file, "a file with a token");
    } catch (JobException e) {
      throw ServerException.refused("--token-file " + e.getMessage());
    }
  }

  private static String environment(String name) {
    return System.getenv().getOrDefault(name, "");
  }
}
