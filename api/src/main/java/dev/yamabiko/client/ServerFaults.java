package dev.yamabiko.client;

import dev.yamabiko.model.CanonicalJson;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpTimeoutException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What people are told of a node that refuses, fails, or does not answer. */
final class ServerFaults {

  /** What will not be better the next time. */
  private static final Set<Integer> USERS_FAULTS = Set.of(400, 401, 403, 404, 409, 413, 415, 421);

  private ServerFaults() {}

  /** Of a request that may have had its effect. */
  static ServerException inDoubt(URI node, String allNodes, IOException e) {
    return ServerException.failed(
        "the coordinator %s has not answered (%s) and may have done what was asked all the same; look before you ask again: yamabiko jobs --server %s"
            .formatted(
                node,
                e instanceof HttpTimeoutException ? "in time" : "the connection broke off",
                allNodes),
        e);
  }

  /**
   * @param tls as it was asked
   */
  static ServerException unreachable(URI node, Optional<ServerAccess.Tls> tls, IOException e) {
    String why =
        e instanceof ConnectException
            ? "nothing listens there"
            : e instanceof HttpTimeoutException
                ? "no answer in time"
                : TlsFaults.reason(node, tls, e).orElseGet(() -> reason(node, e));
    return ServerException.failed(
        "the coordinator %s cannot be reached: %s".formatted(node, why), e);
  }

  private static String reason(URI node, IOException e) {
    if (e instanceof ProtocolException
        || (e.getMessage() != null && e.getMessage().startsWith("HTTP/1.1 header parser"))) {
      return "what listens there gives no answer in HTTP; " + port(node);
    }
    // Whether it is this or the end of the connection that one hears of is chance.
    if (e instanceof SocketException) {
      return "it breaks the connection off without an answer; " + port(node);
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private static String port(URI node) {
    return "https".equals(node.getScheme())
        ? TlsFaults.PORT
        : "is it the port that workers join? or is its address one with https://?";
  }

  static ServerException closed(URI node, Exception e) {
    return ServerException.failed(
        "the connection to the coordinator %s was closed before it answered".formatted(node), e);
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
      return ServerException.failed(
          "%s is no coordinator, or not one of this version: it answers with HTTP status %d"
              .formatted(node, status),
          null);
    }
    return USERS_FAULTS.contains(status)
        ? ServerException.refused(detail)
        : ServerException.failed("the coordinator %s failed: %s".formatted(node, detail), null);
  }
}
