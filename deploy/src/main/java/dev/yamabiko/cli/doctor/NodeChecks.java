package dev.yamabiko.cli.doctor;

import dev.yamabiko.cli.settings.Loopback;
import dev.yamabiko.cli.settings.Port;
import dev.yamabiko.cli.settings.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Optional;

/** Whether a node could listen where it is told to. */
final class NodeChecks {

  private NodeChecks() {}

  /** Whether the name leads to this machine, and to one address of it. */
  static Finding host(String host) {
    return known("host", "--host", host, false);
  }

  /** The same of where the API listens, which may be at all addresses. */
  static Finding httpHost(String host) {
    return known("http-host", "http-host in --config", host, true);
  }

  private static Finding known(String check, String setting, String host, boolean anywhere) {
    InetAddress address;
    try {
      address = InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      return Finding.problem(
          check,
          host + " is no address, nor a name that this machine knows",
          "name an address of this machine with %s, or add the name to DNS or /etc/hosts"
              .formatted(setting));
    }
    String found =
        host.equals(address.getHostAddress()) ? host : host + " is " + address.getHostAddress();
    try {
      if (address.isAnyLocalAddress()) {
        return anywhere
            ? Finding.ok(check, found + ", which is every address of this machine")
            : Finding.problem(
                check,
                found + ", which is every address and none",
                "name with %s the one address by which other nodes reach this one"
                    .formatted(setting));
      } else if (NetworkInterface.getByInetAddress(address) == null
          && !address.isLoopbackAddress()) {
        return Finding.problem(
            check,
            found + ", which is no address of this machine",
            "name one of its own with " + setting);
      }
    } catch (SocketException e) {
      return Finding.warning(
          check, found + "; its interface cannot be told: " + e.getMessage(), "");
    }
    return Finding.ok(check, found);
  }

  /**
   * Whether somebody from elsewhere could reach a node that believes everybody.
   *
   * @param check of which of its hosts this is
   * @param tls whether it has a certificate, and wants one of others
   */
  static Finding exposure(String check, String host, boolean tls, boolean insecure) {
    try {
      if (Loopback.isAllOf(host)) {
        return Finding.ok(check, "only this machine reaches " + host);
      }
      if (tls) {
        return Finding.ok(check, "other machines reach " + host + ", by TLS");
      }
      String found = "other machines reach " + host + ", and nothing is encrypted";
      return insecure
          ? Finding.warning(check, found, "let only trusted people reach this network")
          : Finding.problem(
              check,
              found,
              "give the node a certificate with --tls DIR (yamabiko certs makes it), or say insecure"
                  + " in a network that only trusted people can reach");
    } catch (UnknownHostException e) {
      return Finding.warning(check, "who reaches " + host + " cannot be told", "");
    }
  }

  /**
   * Whether a port is free, also of the node's others; 0 always is.
   *
   * @param name of the setting
   * @param others that the node would have by then
   */
  static Finding port(String name, String host, int port, Ports others) {
    if (port == 0) {
      return Finding.ok(name, "any that is free");
    }
    Optional<String> alike = others.add(name, port);
    if (alike.isPresent()) {
      return Finding.problem(name, alike.get(), "name another with --" + name);
    }
    try {
      Port.tryOut(host, port);
      return Finding.ok(name, port + " is free");
    } catch (IOException e) {
      return Finding.problem(
          name,
          "%d cannot be used at %s: %s".formatted(port, host, e.getMessage()),
          "end what has it, a node that runs already perhaps, or name another with --" + name);
    }
  }
}
