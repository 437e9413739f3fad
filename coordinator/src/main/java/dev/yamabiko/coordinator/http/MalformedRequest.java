package dev.yamabiko.coordinator.http;

import akka.event.LoggingAdapter;
import akka.http.ParsingErrorHandler;
import akka.http.javadsl.model.HttpResponse;
import akka.http.scaladsl.model.ErrorInfo;
import akka.http.scaladsl.model.StatusCode;
import akka.http.scaladsl.settings.ServerSettings;

/** Answers what is not even HTTP, or beyond the parser's limits; named in the configuration. */
public final class MalformedRequest extends ParsingErrorHandler {

  @Override
  public HttpResponse handle(
      StatusCode status, ErrorInfo error, LoggingAdapter log, ServerSettings settings) {
    return SecurityHeaders.of(new Problem(status, error.summary()).response());
  }
}
