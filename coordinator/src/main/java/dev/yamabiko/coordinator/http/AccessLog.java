package dev.yamabiko.coordinator.http;

import akka.http.javadsl.model.AttributeKeys;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.StatusCodes;
import dev.yamabiko.data.OneLine;
import dev.yamabiko.wire.FewLines;
import java.net.InetAddress;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in the log who has changed something, and whom the coordinator has refused: by the name of
 * his token or certificate, never by the token. Strangers get {@link FewLines} of their own, so
 * that they cannot fill the log, nor hide there what somebody tries who is known.
 */
final class AccessLog {

  private static final Logger LOG = LoggerFactory.getLogger(AccessLog.class);
  private static final int LONGEST = 200;
  private static final String NOBODY = "unknown";

  private static final Pattern STEERED = Pattern.compile("/api/v1/jobs/([^/]+)/(cancel|resume)");
  private static final Pattern UPLOADED = Pattern.compile("/api/v1/data/([^/]+)");
  private static final Map<String, String> DONE =
      Map.of("cancel", "cancelled", "resume", "resumed");

  private final FewLines strangers = new FewLines();
  private final FewLines known = new FewLines();

  /** A directory is as many of them as it has files. */
  private final FewLines uploads = new FewLines();

  /** Whoever sends it may not do what he asks, for this reason. */
  void refused(HttpRequest request, Optional<Caller> caller, String reason) {
    FewLines.Turn turn = (caller.isPresent() ? known : strangers).take(reason);
    if (turn.leftOut() > 0) {
      LOG.warn("requests refused, not shown before: {}", turn.leftOut());
    }
    if (turn.isShown()) {
      LOG.warn(
          "request refused by={} peer={} request={} reason={}",
          caller.map(AccessLog::name).orElse(NOBODY),
          peer(request),
          shown(request.method().name() + " " + request.getUri().path()),
          shown(reason));
    }
  }

  /** What has come of a request of somebody who may. */
  void answered(HttpRequest request, Caller caller, HttpResponse response) {
    String path = request.getUri().path();
    boolean isNew = response.status().equals(StatusCodes.CREATED);
    Matcher steered = STEERED.matcher(path);
    Matcher uploaded = UPLOADED.matcher(path);
    if (request.method().name().equals("POST")) {
      if (path.equals("/api/v1/jobs") && isNew) {
        String id = response.getHeader("Location").map(HttpHeader::value).orElse("");
        changed("submitted", id.substring(id.lastIndexOf('/') + 1), caller, request);
      } else if (steered.matches() && response.status().equals(StatusCodes.OK)) {
        changed(DONE.get(steered.group(2)), steered.group(1), caller, request);
      }
    } else if (request.method().name().equals("PUT") && uploaded.matches() && isNew) {
      kept(uploaded.group(1), caller, request);
    }
  }

  private static void changed(String how, String job, Caller caller, HttpRequest request) {
    LOG.info("{} job={} by={} peer={}", how, job, name(caller), peer(request));
  }

  private void kept(String sha256, Caller caller, HttpRequest request) {
    FewLines.Turn turn = uploads.take(caller.name());
    if (turn.leftOut() > 0) {
      LOG.info("uploads not shown before: {}", turn.leftOut());
    }
    String line = "uploaded sha256={} by={} peer={}";
    if (turn.isShown()) {
      LOG.info(line, sha256, name(caller), peer(request));
    } else {
      LOG.debug(line, sha256, name(caller), peer(request));
    }
  }

  /** Whoever has logged in on the page. */
  void loggedIn(HttpRequest request, Caller caller) {
    LOG.info("logged in by={} role={} peer={}", name(caller), caller.role().text(), peer(request));
  }

  private static String name(Caller caller) {
    return caller.name().isEmpty() ? "anybody" : shown(caller.name());
  }

  /**
   * The address that the connection comes from, which nobody can feign. After it, what a node that
   * has passed the request on says of who asked; anybody may say so, but no more than one field.
   */
  private static String peer(HttpRequest request) {
    return address(request)
        + PassedOn.asker(request).map(who -> " for " + shown(who).replace('=', '?')).orElse("");
  }

  /** Of the other end of the connection. */
  static String address(HttpRequest request) {
    return request
        .getAttribute(AttributeKeys.remoteAddress)
        .flatMap(address -> address.getAddress())
        .map(InetAddress::getHostAddress)
        .orElse(NOBODY);
  }

  private static String shown(String text) {
    return OneLine.cut(OneLine.of(text), LONGEST);
  }
}
