package dev.yamabiko.cli.doctor;

import dev.yamabiko.cli.settings.Port;
import dev.yamabiko.wire.tls.TlsFailure;
import dev.yamabiko.wire.tls.TlsFiles;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;

/**
 * Whether somebody listens at a port by which nodes talk to each other, and would talk to this
 * node: what comes before its first message is done as the node would do it.
 */
final class PortCheck {

  /** For a connection, and for an answer. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** Who has no objection says so, too, unless it is no Java. */
  private static final Duration OBJECTION = Duration.ofSeconds(3);

  /** Types of TLS records (RFC 8446, 5.1). */
  private static final int ALERT = 21;

  private static final int HANDSHAKE = 22;

  private static final String NO_TLS =
      "start the coordinator with --tls DIR, or this node without, or mend the port";

  /** What is done with a connection. */
  private interface Talk {
    Finding with(Socket socket, String check, String host, int port) throws IOException;
  }

  private final Talk talk;

  private PortCheck(Talk talk) {
    this.talk = talk;
  }

  /** Of no node, or of one whose TLS is not known: it connects. */
  static PortCheck connecting() {
    return new PortCheck((socket, check, host, port) -> answers(check, host, port, ""));
  }

  /** Of a node without TLS. */
  static PortCheck plain() {
    return plain(PATIENCE);
  }

  /** The same with less patience, as tests have it. */
  static PortCheck plain(Duration patience) {
    return new PortCheck((socket, check, host, port) -> plain(socket, check, host, port, patience));
  }

  /** Of a node with TLS. */
  static PortCheck secure(TlsFiles files) {
    return secure(files, PATIENCE);
  }

  /** The same with less patience, as tests have it. */
  static PortCheck secure(TlsFiles files, Duration patience) {
    return new PortCheck(
        (socket, check, host, port) -> secure(socket, check, host, port, files, patience));
  }

  /**
   * @param check what for
   * @param port as somebody has told it
   */
  Finding of(String check, String host, long port) {
    if (port == 0 || !Port.isPort(port)) {
      return Finding.problem(
          check, "%s:%d: no node listens at such a port".formatted(host, port), "mend the port");
    }
    return connected(check, host, (int) port);
  }

  private Finding connected(String check, String host, int port) {
    String bare = host.replaceAll("^\\[|]$", "");
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(bare, port), (int) PATIENCE.toMillis());
      return talk.with(socket, check, host, port);
    } catch (IOException e) {
      return Finding.unreachable(
          check,
          "%s:%d cannot be reached: %s".formatted(host, port, e.getMessage()),
          "start the coordinator, or let its firewall and this machine's pass that port");
    }
  }

  private static Finding answers(String check, String host, int port, String how) {
    return Finding.ok(check, "%s:%d answers%s".formatted(host, port, how));
  }

  /**
   * A TLS hello is answered by whoever has TLS, and by no other node: where it is something else
   * that speaks, it is no node.
   */
  private static Finding plain(
      Socket socket, String check, String host, int port, Duration patience) {
    try {
      int first = new Greeting(socket, anybody()).firstByte(patience);
      boolean tls = first == HANDSHAKE || first == ALERT;
      return tls
          ? Finding.problem(
              check,
              "%s:%d wants TLS, and this node has none".formatted(host, port),
              "give the node a certificate of the coordinator's authority with --tls DIR (yamabiko"
                  + " certs makes it)")
          : Finding.problem(
              check,
              "%s:%d answers as no node does".formatted(host, port),
              "name the port that nodes join, --port of the coordinator, and not that of its API");
    } catch (SocketTimeoutException e) {
      return Finding.warning(
          check,
          "%s:%d keeps silent: whether it wants TLS cannot be told".formatted(host, port),
          "is it the port of a coordinator, and that one well?");
    } catch (IOException e) {
      return answers(check, host, port, ""); // it closes: that was no message of a node's
    }
  }

  /** Of a client that shows nothing, and goes before it is shown anything. */
  private static SSLEngine anybody() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[0], null);
      SSLEngine engine = context.createSSLEngine();
      engine.setUseClientMode(true);
      return engine;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has TLS", e);
    }
  }

  private static Finding secure(
      Socket socket, String check, String host, int port, TlsFiles files, Duration patience) {
    String where = host + ":" + port;
    Greeting greeting = new Greeting(socket, files.nodeClient(host, port));
    try {
      greeting.shakeHands(patience);
    } catch (SocketTimeoutException e) {
      return Finding.unreachable(
          check, where + " does not answer a TLS hello", "is it the port of a coordinator?");
    } catch (SSLException e) {
      return Finding.problem(check, where + ": " + TlsFailure.reason(e), advice(e, files));
    } catch (IOException e) {
      // Who has no TLS ends the connection, or resets it, at the hello.
      return greeting.isAnswered()
          ? Finding.unreachable(
              check,
              where + " breaks the TLS handshake off",
              "see that the coordinator is well, and no firewall is between")
          : Finding.problem(check, where + " ends the connection at a TLS hello", NO_TLS);
    }
    try {
      greeting.awaitObjection(OBJECTION);
      return answers(check, host, port, ", by TLS");
    } catch (SSLException e) {
      return Finding.problem(check, where + ": " + TlsFailure.reason(e), advice(e, files));
    } catch (IOException e) {
      return Finding.problem(
          check,
          where + " ends the connection when it has seen this node's certificate",
          own(files));
    }
  }

  private static String advice(SSLException e, TlsFiles files) {
    if (TlsFailure.isPlainText(e)) {
      return NO_TLS;
    }
    return TlsFailure.alert(e)
        .map(
            alert -> TlsFailure.isOfCertificate(alert) ? own(files) : "have one version everywhere")
        .orElse(
            "have the coordinator show a node's certificate, in its time, of an authority that ca.crt in %s holds"
                .formatted(files));
  }

  private static String own(TlsFiles files) {
    return "have in %s a node's certificate, in its time, of the coordinator's authority"
        .formatted(files);
  }
}
