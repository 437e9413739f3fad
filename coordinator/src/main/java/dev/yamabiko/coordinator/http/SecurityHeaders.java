package dev.yamabiko.coordinator.http;

import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.CacheControl;
import akka.http.javadsl.model.headers.CacheDirectives;
import akka.http.javadsl.model.headers.RawHeader;
import java.util.List;

/**
 * What browsers are told of each answer, unless the answer says something else itself: to take it
 * for nothing but what it is called, to run nothing in it, to show it in no other site's frame, and
 * to give it to no other site's page.
 */
final class SecurityHeaders {

  static final List<HttpHeader> OF_ALL =
      List.of(
          policy("default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
          RawHeader.create("X-Content-Type-Options", "nosniff"),
          RawHeader.create("X-Frame-Options", "DENY"),
          RawHeader.create("Referrer-Policy", "no-referrer"),
          RawHeader.create("Cross-Origin-Resource-Policy", "same-origin"),
          RawHeader.create("Cross-Origin-Opener-Policy", "same-origin"));

  /** What jobs are about is for no cache between the coordinator and who has asked for it. */
  static final HttpHeader UNSTORED = CacheControl.create(CacheDirectives.NO_STORE);

  private SecurityHeaders() {}

  /** Adds them to an answer that no route gives. */
  static HttpResponse of(HttpResponse response) {
    return response.addHeaders(OF_ALL);
  }

  static HttpHeader policy(String directives) {
    return RawHeader.create("Content-Security-Policy", directives);
  }
}
