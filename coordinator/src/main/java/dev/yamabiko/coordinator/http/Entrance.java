package dev.yamabiko.coordinator.http;

import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.server.Directives;
import akka.http.javadsl.server.Route;
import akka.stream.Materializer;
import dev.yamabiko.coordinator.CoordinatorSettings;
import dev.yamabiko.coordinator.access.HttpAccess;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Where requests come in: from which site, and by whom. */
record Entrance(OwnSite site, Gate gate, SessionRoutes sessions, AccessLog log) {

  static Entrance of(CoordinatorSettings settings, Materializer materializer) {
    HttpAccess access = settings.access();
    SessionCookie cookie = new SessionCookie(access.tls().isPresent());
    Sessions sessions =
        new Sessions(
            Clock.systemUTC(),
            token -> access.tokens().filter(tokens -> tokens.holds(token)).isPresent());
    AccessLog log = new AccessLog();
    Gate gate = new Gate(access, sessions, cookie, log);
    return new Entrance(
        new OwnSite(
            !gate.isOpen(), List.of(settings.host(), settings.apiHost()), access.names(), cookie),
        gate,
        new SessionRoutes(gate, sessions, cookie, log, materializer),
        log);
  }

  /** What is wrong with where the request comes from, which is logged, if anything is. */
  Optional<Problem> foreign(HttpRequest request) {
    Optional<Problem> foreign = site.refusal(request);
    foreign.ifPresent(problem -> log.refused(request, gate.known(request), problem.detail()));
    return foreign;
  }

  /** The API's routes for those who may, and logging in for all. */
  Route route(Supplier<Route> api) {
    return Directives.concat(
        sessions.route(),
        Directives.extractRequest(
            request ->
                gate.refusal(request)
                    .map(refusal -> Directives.complete(refusal))
                    .orElseGet(() -> logged(request, api))));
  }

  private Route logged(HttpRequest request, Supplier<Route> api) {
    Caller caller = gate.caller(request);
    return Directives.mapResponse(
        response -> {
          log.answered(request, caller, response);
          return response;
        },
        api);
  }
}
