package dev.yamabiko.coordinator.http;

import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.headers.Cookie;
import akka.http.javadsl.model.headers.HttpCookie;
import akka.http.javadsl.model.headers.HttpCookiePair;
import akka.http.javadsl.model.headers.SameSite;
import akka.http.javadsl.model.headers.SetCookie;
import java.time.Duration;
import java.util.Optional;

/**
 * The cookie of somebody who has logged in: scripts cannot read it, requests of other sites' pages
 * do not carry it, and under TLS it never leaves by plain HTTP, nor can another host set it (that
 * is what browsers take the prefix for).
 */
record SessionCookie(boolean secure) {

  private static final String NAME = "yamabiko-session";

  private String name() {
    return secure ? "__Host-" + NAME : NAME;
  }

  Optional<String> of(HttpRequest request) {
    for (Cookie cookies : request.getHeader(Cookie.class).stream().toList()) {
      for (HttpCookiePair cookie : cookies.getCookies()) {
        if (cookie.name().equals(name())) {
          return Optional.of(cookie.value());
        }
      }
    }
    return Optional.empty();
  }

  SetCookie set(String id) {
    return SetCookie.create(cookie(id, Sessions.LASTS));
  }

  SetCookie removal() {
    return SetCookie.create(cookie("", Duration.ZERO));
  }

  private HttpCookie cookie(String value, Duration lasts) {
    return HttpCookie.create(name(), value)
        .withPath("/")
        .withMaxAge(lasts.toSeconds())
        .withHttpOnly(true)
        .withSecure(secure)
        .withSameSite(SameSite.Strict);
  }
}
