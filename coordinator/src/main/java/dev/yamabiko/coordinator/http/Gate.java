package dev.yamabiko.coordinator.http;

import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.StatusCodes;
import akka.http.javadsl.model.headers.RawHeader;
import dev.yamabiko.coordinator.JobView;
import dev.yamabiko.coordinator.access.HttpAccess;
import dev.yamabiko.coordinator.access.Role;
import dev.yamabiko.coordinator.access.Token;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who sends a request, and whether he may. Known are a certificate of the coordinator's authority,
 * a token, as {@code Authorization: Bearer}, and the cookie of a page on which somebody has logged
 * in with one. Where the coordinator has neither tokens nor TLS, everybody may.
 */
final class Gate {

  private static final Pattern BEARER = Pattern.compile("Bearer +(\\S+)", Pattern.CASE_INSENSITIVE);

  private static final String CHALLENGE = "Bearer realm=\"yamabiko\"";

  private final HttpAccess access;
  private final Sessions sessions;
  private final SessionCookie cookie;
  private final AccessLog log;

  Gate(HttpAccess access, Sessions sessions, SessionCookie cookie, AccessLog log) {
    this.access = access;
    this.sessions = sessions;
    this.cookie = cookie;
    this.log = log;
  }

  boolean hasTokens() {
    return access.tokens().isPresent();
  }

  boolean isOpen() {
    return access.isOpen();
  }

  /** The answer to whoever may not ask this, which is logged; empty for the others. */
  Optional<HttpResponse> refusal(HttpRequest request) {
    if (isOpen() || access.openMetrics() && request.getUri().path().equals("/metrics")) {
      return Optional.empty();
    }
    try {
      Role needed = Rights.needed(request);
      Caller caller = caller(request);
      return caller.role().includes(needed)
          ? Optional.empty()
          : Optional.of(
              forbidden(
                  request,
                  caller,
                  needed,
                  "%s has the role %s; this takes the role %s"
                      .formatted(caller.name(), caller.role().text(), needed.text())));
    } catch (ProblemException e) {
      return Optional.of(unknown(request, e.problem()));
    }
  }

  /** The answer to whoever may not steer this job, which is logged; empty for the others. */
  Optional<HttpResponse> refusal(HttpRequest request, JobView job) {
    Caller caller = caller(request);
    if (caller.maySteer(job.owner())) {
      return Optional.empty();
    }
    String detail =
        "%s has the role %s, which cancels and resumes its own jobs; job %s is %s, and takes the role %s"
            .formatted(
                caller.name(),
                caller.role().text(),
                job.id(),
                job.owner().map("%s's"::formatted).orElse("nobody's"),
                Role.ADMIN.text());
    return Optional.of(forbidden(request, caller, Role.ADMIN, detail));
  }

  /** Who sends it, where that is known. */
  Optional<Caller> known(HttpRequest request) {
    try {
      return Optional.of(caller(request));
    } catch (ProblemException e) {
      return Optional.empty();
    }
  }

  /**
   * @throws ProblemException if nobody is known to be it
   */
  Caller caller(HttpRequest request) {
    if (isOpen()) {
      return Caller.anybody();
    }
    Optional<String> certified = HttpTls.peer(request);
    if (certified.isPresent() && !PassedOn.isForOthers(request)) {
      // Of whoever has shown his to the node that passes it on, that node's word is all there is.
      Optional<String> owner = PassedOn.is(request) ? Optional.empty() : certified;
      return new Caller(certified.get(), Role.ADMIN, owner, Optional.empty());
    }
    if (access.tokens().isEmpty()) {
      throw unauthorized(
          "the coordinator expects a client certificate of its authority, as commands show it with"
              + " --tls DIR");
    }
    Optional<String> given = request.getHeader("Authorization").map(HttpHeader::value);
    if (given.isPresent()) {
      Matcher bearer = BEARER.matcher(given.get());
      return (bearer.matches() ? holder(bearer.group(1)) : Optional.<Token>empty())
          .map(token -> Caller.holderOf(token, Optional.empty()))
          .orElseThrow(() -> unauthorized("the coordinator does not know this token"));
    }
    Optional<String> id = cookie.of(request);
    return id.flatMap(sessions::find)
        .map(session -> Caller.holderOf(session.token(), Optional.of(session)))
        .orElseThrow(
            () ->
                unauthorized(
                    id.isPresent()
                        ? "the session has ended; log in again"
                        : "the coordinator expects a token: Authorization: Bearer TOKEN, as"
                            + " commands send it with $YAMABIKO_TOKEN or --token-file FILE"));
  }

  /** Who has this token; empty if the coordinator does not know it. */
  Optional<Token> holder(String token) {
    return access.tokens().flatMap(tokens -> tokens.find(token));
  }

  static ProblemException unauthorized(String detail) {
    return new Problem(StatusCodes.UNAUTHORIZED, detail).exception();
  }

  /** By RFC 6750, section 3.1: an error is named where something has been given. */
  private HttpResponse unknown(HttpRequest request, Problem problem) {
    boolean given = request.getHeader("Authorization").isPresent();
    // The page asks that before anybody has logged in.
    boolean isPage = request.getUri().path().equals(SessionRoutes.PATH);
    if (given || cookie.of(request).isPresent() || !isPage) {
      log.refused(request, Optional.empty(), problem.detail());
    }
    return challenged(problem, given ? ", error=\"invalid_token\"" : "");
  }

  private HttpResponse forbidden(HttpRequest request, Caller caller, Role needed, String detail) {
    log.refused(request, Optional.of(caller), detail);
    return challenged(
        new Problem(StatusCodes.FORBIDDEN, detail),
        ", error=\"insufficient_scope\", scope=\"%s\"".formatted(needed.text()));
  }

  static HttpResponse challenged(Problem problem, String more) {
    return problem.response().addHeader(RawHeader.create("WWW-Authenticate", CHALLENGE + more));
  }
}
