package dev.yamabiko.coordinator.http;

import static akka.http.javadsl.server.PathMatchers.remaining;

import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.CacheControl;
import akka.http.javadsl.model.headers.CacheDirectives;
import akka.http.javadsl.server.AllDirectives;
import akka.http.javadsl.server.Route;
import akka.util.ByteString;
import java.util.List;
import java.util.function.Supplier;

/**
 * The dashboard: the page at {@code /} and its files below {@code /ui/}. Browsers keep them, and
 * ask each time whether they are still the same. The page runs its own scripts only, and reaches no
 * other host.
 */
final class PageRoutes extends AllDirectives {

  private static final List<HttpHeader> HEADERS =
      List.of(
          CacheControl.create(CacheDirectives.NO_CACHE),
          SecurityHeaders.policy(
              "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
                  + " connect-src 'self'; base-uri 'none'; form-action 'none';"
                  + " frame-ancestors 'none'"));

  private final PageFiles files = new PageFiles();

  static boolean isOf(HttpRequest request) {
    String path = request.getUri().path();
    return path.equals("/") || path.startsWith("/ui/");
  }

  Route route() {
    return concat(
        pathSingleSlash(() -> looked(() -> answer(files.index()))),
        pathPrefix(
            "ui",
            () ->
                path(
                    remaining(),
                    name ->
                        looked(() -> files.find(name).map(this::answer).orElseGet(this::reject)))));
  }

  private Route looked(Supplier<Route> answer) {
    return concat(get(answer), head(answer));
  }

  private Route answer(PageFiles.File file) {
    return respondWithDefaultHeaders(
        HEADERS,
        () ->
            conditional(
                file.tag(),
                () ->
                    complete(
                        HttpResponse.create()
                            .withEntity(
                                HttpEntities.create(
                                    file.type(), ByteString.fromString(file.text()))))));
  }
}
