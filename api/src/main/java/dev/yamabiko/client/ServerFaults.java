package dev.yamabiko.client;

import dev.yamabiko.model.CanonicalJson;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What people are told of a node that refuses, fails, or does not answer. */
final class ServerFaults {

  /** What will not be better the next time. */
  private static final Set<Integer> USERS_FAULTS =
      Set.of(400, 401, 403, 404, 409, 413, 414, 415, 421, 431);

  /** How the JDK's client begins to say that an answer ended in its first line, which follows. */
  private static final String STATUS_LINE = "parsing HTTP/1.1 status line, receiving [";

  private static final String HTTP = "HTTP/1.";

  private ServerFaults() {}

  /** Of a request that may have had its effect. */
  static ServerException inDoubt(URI node, String allNodes, IOException e) {
    return ServerException.failed(
        "the coordinator %s has not answered (%s) and may have done what was asked all the same%s; %s"
            .formatted(
                node,
                e instanceof HttpTimeoutException ? "in time" : "the connection broke off",
                // A port without HTTP closes as a coordinator does that dies.
                isTls(node) || !isWithoutAnswer(e)
                    ? ""
                    : ", unless this is the port that workers join, and not that of --http-port, or its address is one with https://",
                lookFirst(allNodes)),
        e);
  }

  /** Goes behind what is said of a request that may have had its effect. */
  static String doubt(String allNodes) {
    return "; it may have done what was asked all the same: " + lookFirst(allNodes);
  }

  private static String lookFirst(String allNodes) {
    return "look before you ask again: yamabiko jobs --server " + allNodes;
  }

  /**
   * @param tls as it was asked
   */
  static ServerException unreachable(URI node, Optional<ServerAccess.Tls> tls, IOException e) {
    String why =
        e instanceof ConnectException
            ? isUnknownHost(e) ? "no host of this name is known" : "nothing listens there"
            : e instanceof HttpTimeoutException
                ? "no answer in time"
                : TlsFaults.reason(node, tls, e).orElseGet(() -> reason(node, e));
    return ServerException.failed(
        "the coordinator %s cannot be reached: %s".formatted(node, why), e);
  }

  /** The JDK's client says it in the last cause alone. */
  private static boolean isUnknownHost(Throwable e) {
    return e instanceof UnresolvedAddressException
        || e.getCause() != null && isUnknownHost(e.getCause());
  }

  private static String reason(URI node, IOException e) {
    if (isOtherThanHttp(e)) {
      return "what listens there does not speak HTTP; " + port(node);
    }
    // Whether it is this or the end of the connection that one hears of is chance.
    if (isWithoutAnswer(e)) {
      return "it breaks the connection off without an answer; " + port(node);
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  /**
   * Whether what answered is no HTTP server, which has done nothing then: that it answered as none
   * does, and not that its answer ended too early.
   */
  static boolean isOtherThanHttp(IOException e) {
    String message = String.valueOf(e.getMessage());
    if (!message.startsWith(STATUS_LINE)) {
      return e instanceof ProtocolException;
    }
    String begun = message.substring(STATUS_LINE.length());
    return !begun.startsWith(HTTP) && !HTTP.startsWith(begun.replaceFirst("].*", ""));
  }

  private static boolean isWithoutAnswer(IOException e) {
    return e instanceof SocketException
        || String.valueOf(e.getMessage()).startsWith("HTTP/1.1 header parser");
  }

  private static boolean isTls(URI node) {
    return "https".equals(node.getScheme());
  }

  private static String port(URI node) {
    return isTls(node)
        ? TlsFaults.PORT
        : "is it the port that workers join, and not that of --http-port? or is its address one with https://?";
  }

  /**
   * @param doubt where the request may have had its effect
   */
  static ServerException closed(URI node, String doubt, Exception e) {
    return ServerException.failed(
        "the connection to the coordinator %s was closed before it answered%s"
            .formatted(node, doubt),
        e);
  }

  /** Of an answer that no coordinator gives. */
  static ServerException foreign(URI node, String answer) {
    return ServerException.failed(
        "%s is no coordinator, or not one of this version: it answers with %s"
            .formatted(node, answer),
        null);
  }

  /** What a coordinator says is a problem in JSON; anything else comes from something else. */
  static ServerException refusal(URI node, int status, String body) {
    Map<String, Object> problem;
    try {
      problem = CanonicalJson.object(body);
    } catch (IllegalArgumentException e) {
      problem = Map.of();
    }
    if (!(problem.get("detail") instanceof String detail)) {
      return foreign(node, "HTTP status " + status);
    }
    return USERS_FAULTS.contains(status)
        ? ServerException.refused(detail)
        : ServerException.failed("the coordinator %s failed: %s".formatted(node, detail), null);
  }
}
