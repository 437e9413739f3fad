package dev.yamabiko.coordinator.http;

import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpCharsets;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.MediaTypes;
import akka.http.javadsl.model.StatusCode;
import akka.http.javadsl.model.StatusCodes;
import akka.http.javadsl.model.headers.RawHeader;
import akka.util.ByteString;
import dev.yamabiko.model.CanonicalJson;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An error as {@code application/problem+json} (RFC 9457) says it.
 *
 * @param detail one sentence for the user; never a stack trace, nor a path of this machine that the
 *     user has not named
 */
record Problem(StatusCode status, String detail) {

  private static final ContentType TYPE =
      ContentTypes.create(
          MediaTypes.customWithFixedCharset(
              "application", "problem+json", HttpCharsets.UTF_8, Map.of(), false));

  static Problem badRequest(String detail) {
    return new Problem(StatusCodes.BAD_REQUEST, detail);
  }

  static Problem notFound(String detail) {
    return new Problem(StatusCodes.NOT_FOUND, detail);
  }

  static Problem conflict(String detail) {
    return new Problem(StatusCodes.CONFLICT, detail);
  }

  static Problem tooLarge(String detail) {
    return new Problem(StatusCodes.CONTENT_TOO_LARGE, detail);
  }

  static Problem unavailable(String detail) {
    return new Problem(StatusCodes.SERVICE_UNAVAILABLE, detail);
  }

  /** Nobody knows whether what was asked has been done; whoever asks again may get it twice. */
  static Problem unanswered() {
    return new Problem(
        StatusCodes.GATEWAY_TIMEOUT,
        "the coordinator did not answer in time and may have done what was asked all the same;"
            + " look at the list of jobs before you ask again");
  }

  /** For the moment: another node will take over, or this one has just begun. */
  static HttpResponse noCoordinator() {
    return unavailable("there is no coordinator at the moment; try again")
        .response()
        .addHeader(RawHeader.create("Retry-After", "2"));
  }

  HttpResponse response() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("type", "about:blank");
    json.put("title", status.reason());
    json.put("status", status.intValue());
    json.put("detail", detail);
    return HttpResponse.create()
        .withStatus(status)
        .withEntity(
            HttpEntities.create(TYPE, ByteString.fromString(CanonicalJson.of(json) + "\n")));
  }

  /** What ends a request with this problem. */
  ProblemException exception() {
    return new ProblemException(this);
  }
}
