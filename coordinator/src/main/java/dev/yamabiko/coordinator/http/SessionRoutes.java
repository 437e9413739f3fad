package dev.yamabiko.coordinator.http;

import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.StatusCodes;
import akka.http.javadsl.server.AllDirectives;
import akka.http.javadsl.server.Route;
import akka.stream.Materializer;
import dev.yamabiko.coordinator.access.Token;
import dev.yamabiko.model.CanonicalJson;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** {@code /api/v1/session}: who asks, and for the page logging in with a token and out. */
final class SessionRoutes extends AllDirectives {

  static final String PATH = "/api/v1/session";

  private static final int LARGEST = 4 << 10;

  private final Gate gate;
  private final Sessions sessions;
  private final SessionCookie cookie;
  private final AccessLog log;
  private final RequestBody body;

  SessionRoutes(
      Gate gate,
      Sessions sessions,
      SessionCookie cookie,
      AccessLog log,
      Materializer materializer) {
    this.gate = gate;
    this.sessions = sessions;
    this.cookie = cookie;
    this.log = log;
    body =
        new RequestBody(
            materializer,
            Set.of("application/json"),
            "a token as application/json",
            LARGEST,
            "{\"token\": \"...\"} of at most 4 KiB");
  }

  /** Below {@code api/v1}; needs nobody's leave. */
  Route route() {
    return path(
        "session",
        () ->
            concat(
                get(() -> extractRequest(request -> complete(show(request)))),
                post(() -> extractRequest(request -> completeWithFuture(logIn(request)))),
                delete(() -> extractRequest(request -> complete(logOut(request))))));
  }

  private HttpResponse show(HttpRequest request) {
    return gate.refusal(request).orElseGet(() -> Json.ok(json(gate.caller(request))));
  }

  private CompletionStage<HttpResponse> logIn(HttpRequest request) {
    return body.read(request).thenApply(read -> logIn(read, request));
  }

  /** A session in whose place the new one is ends. */
  private HttpResponse logIn(ByteBuffer read, HttpRequest request) {
    if (!gate.hasTokens()) {
      return Problem.conflict("this coordinator has no tokens, so there is nothing to log in with")
          .response();
    }
    Optional<Token> holder = gate.holder(token(StandardCharsets.UTF_8.decode(read).toString()));
    if (holder.isEmpty()) {
      Problem unknown = Gate.unauthorized("the coordinator does not know this token").problem();
      log.refused(request, Optional.empty(), unknown.detail());
      return Gate.challenged(unknown, ", error=\"invalid_token\"");
    }
    cookie.of(request).ifPresent(sessions::close);
    String id = sessions.open(holder.get());
    Caller caller = Caller.holderOf(holder.get(), sessions.find(id));
    log.loggedIn(request, caller);
    return Json.ok(json(caller)).addHeader(cookie.set(id));
  }

  private static String token(String text) {
    try {
      if (CanonicalJson.object(text).get("token") instanceof String token) {
        return token.strip();
      }
    } catch (IllegalArgumentException e) {
      // Not shown: it may hold the token.
    }
    throw Problem.badRequest("expected {\"token\": \"...\"}").exception();
  }

  private HttpResponse logOut(HttpRequest request) {
    cookie.of(request).ifPresent(sessions::close);
    return HttpResponse.create().withStatus(StatusCodes.NO_CONTENT).addHeader(cookie.removal());
  }

  private static String json(Caller caller) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", caller.name().isEmpty() ? null : caller.name());
    json.put("role", caller.role().text());
    json.put("expires", caller.session().map(session -> session.until().toString()).orElse(null));
    return CanonicalJson.of(json);
  }
}
