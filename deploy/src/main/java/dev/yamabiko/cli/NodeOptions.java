package dev.yamabiko.cli;

import dev.yamabiko.cli.settings.NodeFile;
import dev.yamabiko.cli.settings.Port;
import dev.yamabiko.worker.NodeSettings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** What the options of cluster nodes must be. */
final class NodeOptions {

  /** What this node finds out by itself. */
  static final String AUTO = "auto";

  private NodeOptions() {}

  /**
   * Of the option, else of the file. "auto" is this machine's host name: of a container it is the
   * one that its network knows, so that any number of workers can be started with the same
   * arguments.
   */
  static String host(CommandSpec spec, Optional<String> option, NodeFile file) {
    String given = option.orElseGet(() -> file.text("host"));
    if (!given.equals(AUTO)) {
      requireKnown(spec, option.isPresent() ? "--host" : file.where("host"), given);
    }
    return named(spec, given);
  }

  /** Where the API listens: as the node does, unless the file says otherwise. */
  static String httpHost(CommandSpec spec, String host, NodeFile file) {
    Optional<String> given = file.given("http-host");
    given.ifPresent(other -> requireKnown(spec, file.where("http-host"), other));
    return given.orElse(host);
  }

  /** The same of a name that nobody needs to know. */
  static String named(CommandSpec spec, String given) {
    if (!given.equals(AUTO)) {
      return given;
    }
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      throw new ParameterException(
          spec.commandLine(),
          "--host auto expects a machine that knows its own name, but got " + e.getMessage());
    }
  }

  /**
   * A whole number from 1 on.
   *
   * @param most at most 9999
   */
  static int number(CommandSpec spec, String name, String given, int most) {
    // Of more digits than an int holds too.
    if (!given.matches("0*[1-9]\\d{0,3}") || Integer.parseInt(given) > most) {
      throw new ParameterException(
          spec.commandLine(),
          "%s expects a number from 1 to %d but got %s".formatted(name, most, given));
    }
    return Integer.parseInt(given);
  }

  private static void requireKnown(CommandSpec spec, String name, String host) {
    try {
      InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw new ParameterException(
          spec.commandLine(),
          "%s expects an address, or a name that this machine knows, but got %s"
              .formatted(name, host));
    }
  }

  /** Of the option, else of the file. */
  static int port(CommandSpec spec, String key, Optional<Integer> option, NodeFile file) {
    return option
        .map(given -> port(spec, "--" + key, given.toString()))
        .orElseGet(() -> file.port(key));
  }

  static int port(CommandSpec spec, String name, String given) {
    if (!Port.isPort(given)) {
      throw new ParameterException(
          spec.commandLine(), "%s expects %s but got %s".formatted(name, Port.EXPECTED, given));
    }
    return Integer.parseInt(given);
  }

  /** HOST:PORT with commas between. */
  static List<NodeSettings.Peer> addresses(CommandSpec spec, String name, String text) {
    return Arrays.stream(text.split(",", -1)).map(one -> address(spec, name, one.strip())).toList();
  }

  /**
   * HOST:PORT, or [HOST]:PORT for an address with colons of its own; dns:NAME for the nodes of a
   * service. A host may still be called dns: a name is no number.
   */
  private static NodeSettings.Peer address(CommandSpec spec, String name, String text) {
    if (text.matches("dns:(?!\\d+$)[A-Za-z0-9._-]{1,253}")) {
      return NodeSettings.Peer.service(text.substring("dns:".length()));
    }
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? "" : text.substring(0, colon);
    String port = text.substring(colon + 1);
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    if (host.isEmpty()
        || host.contains(":") && !bracketed
        || !Port.isPort(port)
        || Integer.parseInt(port) == 0) {
      throw new ParameterException(
          spec.commandLine(),
          "%s expects HOST:PORT or dns:NAME but got %s"
              .formatted(name, text.isEmpty() ? "\"\"" : text));
    }
    return new NodeSettings.Peer(host, Integer.parseInt(port));
  }
}
