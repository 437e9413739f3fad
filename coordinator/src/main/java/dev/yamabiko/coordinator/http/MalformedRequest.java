package dev.yamabiko.coordinator.http;

import akka.event.LoggingAdapter;
import akka.http.ParsingErrorHandler;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.StatusCodes;
import akka.http.scaladsl.model.ErrorInfo;
import akka.http.scaladsl.model.StatusCode;
import akka.http.scaladsl.settings.ServerSettings;

/** Answers what is not even HTTP, or beyond the parser's limits; named in the configuration. */
public final class MalformedRequest extends ParsingErrorHandler {

  /** Of headers; the parser answers that as any other fault. */
  private static final String TOO_MANY = "HTTP message contains more than the configured limit of ";

  @Override
  public HttpResponse handle(
      StatusCode status, ErrorInfo error, LoggingAdapter log, ServerSettings settings) {
    boolean tooMany = error.summary().startsWith(TOO_MANY);
    return SecurityHeaders.of(
        new Problem(tooMany ? StatusCodes.REQUEST_HEADER_FIELDS_TOO_LARGE : status, error.summary())
            .response());
  }
}
