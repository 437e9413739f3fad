package dev.yamabiko.coordinator.http;

import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpMethods;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.StatusCodes;
import akka.http.javadsl.model.headers.Host;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Keeps the pages of other sites from using the API through the browser that shows them: such a
 * browser can reach a coordinator on the user's machine, or behind a firewall, that they cannot.
 *
 * <ul>
 *   <li>A browser says which page sends a request, by {@code Sec-Fetch-Site} or, with whatever
 *       changes something, by {@code Origin}: only the coordinator's own may, besides following a
 *       link to it. What comes with a cookie has to say it.
 *   <li>A page can be given the coordinator's address under a name of its own (DNS rebinding): then
 *       both are of one site. A coordinator that asks for no token is therefore called by its
 *       address, by its own name, or by a name that is nobody's on the internet.
 * </ul>
 */
final class OwnSite {

  private static final Set<String> OWN = Set.of("same-origin", "none");

  private static final String DOCUMENT = "document";

  private final boolean anyName;
  private final List<String> hosts;
  private final List<String> names;
  private final SessionCookie cookie;

  /**
   * @param anyName whether others who call it by another name get nothing by that
   * @param hosts what the node and its API call themselves
   * @param names more of them, in lower case
   */
  OwnSite(boolean anyName, List<String> hosts, List<String> names, SessionCookie cookie) {
    this.anyName = anyName;
    this.hosts = hosts.stream().map(host -> host.toLowerCase(Locale.ROOT)).toList();
    this.names = names;
    this.cookie = cookie;
  }

  /** What is wrong with where the request comes from, if anything is. */
  Optional<Problem> refusal(HttpRequest request) {
    if (!isCalledByItsName(request)) {
      return Optional.of(
          new Problem(
              StatusCodes.MISDIRECTED_REQUEST,
              "this coordinator is not called that; its configuration names others that it is"
                  + " called, as http-names"));
    }
    return isOwn(request)
        ? Optional.empty()
        : Optional.of(new Problem(StatusCodes.FORBIDDEN, "pages of another site may not do this"));
  }

  private boolean isCalledByItsName(HttpRequest request) {
    // Probes come by whatever name, and learn nothing else.
    if (anyName || request.getUri().path().startsWith("/health/")) {
      return true;
    }
    return request.getHeader(Host.class).map(header -> isName(header.host())).orElse(true);
  }

  private boolean isName(akka.http.javadsl.model.Host called) {
    if (!called.isNamedHost()) {
      return true;
    }
    String name = called.address().toLowerCase(Locale.ROOT).replaceFirst("\\.$", "");
    return !name.contains(".")
        || name.endsWith(".localhost")
        || hosts.contains(name)
        || names.contains(name);
  }

  private boolean isOwn(HttpRequest request) {
    boolean looks = List.of(HttpMethods.GET, HttpMethods.HEAD).contains(request.method());
    Optional<String> site = text(request, "Sec-Fetch-Site");
    if (site.isPresent() && !OWN.contains(site.get())) {
      return looks && isLink(request);
    }
    if (looks) {
      return true;
    }
    Optional<String> origin = text(request, "Origin");
    if (origin.isPresent()) {
      String own = text(request, "Host").orElse("");
      return origin.get().replaceFirst("^https?://", "").equalsIgnoreCase(own);
    }
    // Another site's page cannot make a browser send the mark of what has been passed on.
    return site.isPresent() || PassedOn.is(request) || cookie.of(request).isEmpty();
  }

  /** A page in a frame, which nobody need see, is navigated to as well. */
  private static boolean isLink(HttpRequest request) {
    return text(request, "Sec-Fetch-Mode").equals(Optional.of("navigate"))
        && text(request, "Sec-Fetch-Dest").orElse(DOCUMENT).equals(DOCUMENT);
  }

  private static Optional<String> text(HttpRequest request, String header) {
    return request.getHeader(header).map(HttpHeader::value);
  }
}
