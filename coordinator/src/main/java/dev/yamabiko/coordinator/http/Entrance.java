package dev.yamabiko.coordinator.http;

import akka.http.javadsl.server.Directives;
import akka.http.javadsl.server.Route;
import akka.stream.Materializer;
import dev.yamabiko.coordinator.CoordinatorSettings;
import dev.yamabiko.coordinator.access.HttpAccess;
import java.time.Clock;
import java.util.function.Supplier;

/** Where requests come in: from which site, and by whom. */
record Entrance(OwnSite site, Gate gate, SessionRoutes sessions) {

  static Entrance of(CoordinatorSettings settings, Materializer materializer) {
    HttpAccess access = settings.access();
    SessionCookie cookie = new SessionCookie(access.tls().isPresent());
    Sessions sessions =
        new Sessions(
            Clock.systemUTC(),
            token -> access.tokens().filter(tokens -> tokens.holds(token)).isPresent());
    Gate gate = new Gate(access, sessions, cookie);
    return new Entrance(
        new OwnSite(!gate.isOpen(), settings.host(), access.names(), cookie),
        gate,
        new SessionRoutes(gate, sessions, cookie, materializer));
  }

  /** The API's routes for those who may, and logging in for all. */
  Route route(Supplier<Route> api) {
    return Directives.concat(
        sessions.route(),
        Directives.extractRequest(
            request ->
                gate.refusal(request).map(refusal -> Directives.complete(refusal)).orElseGet(api)));
  }
}
