package dev.yamabiko.coordinator.http;

import akka.http.javadsl.model.HttpMethod;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.StatusCodes;
import akka.http.javadsl.model.Uri;
import akka.http.javadsl.model.headers.Allow;
import akka.http.javadsl.server.Directives;
import akka.http.javadsl.server.ExceptionHandler;
import akka.http.javadsl.server.MethodRejection;
import akka.http.javadsl.server.MissingQueryParamRejection;
import akka.http.javadsl.server.Rejection;
import akka.http.javadsl.server.RejectionHandler;
import akka.http.javadsl.server.Route;
import akka.http.scaladsl.model.EntityStreamException;
import akka.http.scaladsl.model.EntityStreamSizeException;
import dev.yamabiko.coordinator.WriteFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a {@link Problem} of whatever a route does not answer. All that goes wrong with the
 * coordinator's files is 507, also where room is not what they lack: nothing that a client asks
 * differently helps, and the detail says what it is.
 */
final class Failures {

  private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

  /** What the parser says of one that is too large. */
  private static final String CHUNK = "HTTP chunk size exceeds";

  private Failures() {}

  static ExceptionHandler exceptions() {
    return ExceptionHandler.newBuilder()
        .matchAny(e -> Directives.complete(of(e).response()))
        .build();
  }

  static RejectionHandler rejections() {
    return RejectionHandler.newBuilder()
        .handleAll(MethodRejection.class, Failures::methods)
        .handle(MissingQueryParamRejection.class, Failures::missing)
        .handleAll(Rejection.class, Failures::other)
        .handleNotFound(Directives.extractUri(Failures::nothing))
        .build();
  }

  private static Route methods(List<MethodRejection> rejections) {
    HttpMethod[] allowed =
        rejections.stream().map(MethodRejection::supported).distinct().toArray(HttpMethod[]::new);
    List<String> names = Arrays.stream(allowed).map(HttpMethod::name).sorted().toList();
    HttpResponse response =
        new Problem(StatusCodes.METHOD_NOT_ALLOWED, "allowed here: " + String.join(", ", names))
            .response()
            .addHeader(Allow.create(allowed));
    return Directives.complete(response);
  }

  private static Route nothing(Uri asked) {
    return Directives.complete(
        Problem.notFound("there is nothing at " + asked.getPathString()).response());
  }

  private static Route missing(MissingQueryParamRejection rejection) {
    return Directives.complete(
        Problem.badRequest(
                "expected the query parameter " + rejection.parameterName() + " but found none")
            .response());
  }

  private static Route other(List<Rejection> rejections) {
    LOG.debug("refused rejections={}", rejections);
    return Directives.complete(
        Problem.badRequest("the request does not have the form that is expected here").response());
  }

  /** Of a request that must not be repeated if it may have had its effect. */
  static Problem ofOnce(Throwable e) {
    return cause(e) instanceof TimeoutException ? Problem.unanswered() : of(e);
  }

  private static Throwable cause(Throwable e) {
    Throwable cause = e;
    while ((cause instanceof CompletionException || cause instanceof UncheckedIOException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  static Problem of(Throwable e) {
    Throwable cause = cause(e);
    if (cause instanceof ProblemException known) {
      return known.problem();
    }
    if (cause instanceof EntityStreamSizeException) {
      return Problem.tooLarge("the request's body is too large");
    }
    if (cause instanceof EntityStreamException stream
        && stream.info().summary().startsWith(CHUNK)) {
      return Problem.tooLarge(
          "the request's body comes in too large a chunk: expected chunks of at most 1 MiB");
    }
    if (cause instanceof EntityStreamException) {
      return Problem.badRequest("the request's body broke off");
    }
    if (cause instanceof TimeoutException) {
      return Problem.unavailable("the coordinator did not answer in time; try again");
    }
    if (cause instanceof IOException file) {
      LOG.error("files cannot be read or written cause={}", cause.toString());
      return new Problem(
          StatusCodes.INSUFFICIENT_STORAGE,
          "the coordinator's files cannot be read or written: " + WriteFailure.reason(file));
    }
    LOG.error("a request failed", cause);
    return new Problem(
        StatusCodes.INTERNAL_SERVER_ERROR, "internal error; the coordinator's log says more");
  }
}
