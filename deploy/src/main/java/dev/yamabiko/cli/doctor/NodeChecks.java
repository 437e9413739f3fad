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

  /** Whether the name leads to this machine. */
  static Finding host(String host) {
    InetAddress address;
    try {
      address = InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      return Finding.problem(
          "host",
          host + " is no address, nor a name that this machine knows",
          "name an address of this machine with --host, or add the name to DNS or /etc/hosts");
    }
    String found =
        host.equals(address.getHostAddress()) ? host : host + " is " + address.getHostAddress();
    try {
      if (address.isAnyLocalAddress()) {
        return Finding.problem(
            "host",
            found + ", which is every address and none",
            "name with --host the one address by which other nodes reach this one");
      } else if (NetworkInterface.getByInetAddress(address) == null
          && !address.isLoopbackAddress()) {
        return Finding.problem(
            "host",
            found + ", which is no address of this machine",
            "name one of its own with --host");
      }
    } catch (SocketException e) {
      return Finding.warning(
          "host", found + "; its interface cannot be told: " + e.getMessage(), "");
    }
    return Finding.ok("host", found);
  }

  /**
   * Whether somebody from elsewhere could reach a node that believes everybody.
   *
   * @param tls whether it has a certificate, and wants one of others
   */
  static Finding exposure(String host, boolean tls, boolean insecure) {
    try {
      if (Loopback.isAllOf(host)) {
        return Finding.ok("exposure", "only this machine reaches " + host);
      }
      if (tls) {
        return Finding.ok("exposure", "other machines reach " + host + ", by TLS");
      }
      String found = "other machines reach " + host + ", and nothing is encrypted";
      return insecure
          ? Finding.warning("exposure", found, "let only trusted people reach this network")
          : Finding.problem(
              "exposure",
              found,
              "give the node a certificate with --tls DIR (yamabiko certs makes it), or say insecure"
                  + " in a network that only trusted people can reach");
    } catch (UnknownHostException e) {
      return Finding.warning("exposure", "who reaches " + host + " cannot be told", "");
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
