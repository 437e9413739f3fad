package dev.yamabiko.coordinator.http;

import akka.http.javadsl.server.AllDirectives;
import akka.http.javadsl.server.Route;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** {@code /api/openapi.json}: what all of this is, for programs; the same on each node. */
final class OpenApiRoutes extends AllDirectives {

  private final String document = document();

  private static String document() {
    try (InputStream in = OpenApiRoutes.class.getResourceAsStream("openapi.json")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).stripTrailing();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Below {@code api}. */
  Route route() {
    return path("openapi.json", () -> get(() -> complete(Json.ok(document))));
  }
}
