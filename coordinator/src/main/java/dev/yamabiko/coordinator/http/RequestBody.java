package dev.yamabiko.coordinator.http;

import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.MediaType;
import akka.http.javadsl.model.StatusCodes;
import akka.stream.Materializer;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Reads the body of a request into memory; one that cannot be what is expected is refused unread.
 *
 * @param types that it may have; what clients say that do not know what they send, as curl, always
 *     will do
 * @param expected the body, and how it is said to be what it is
 * @param tooLarge what is expected instead of a larger one
 */
record RequestBody(
    Materializer materializer, Set<String> types, String expected, long largest, String tooLarge) {

  private static final Duration DEADLINE = Duration.ofSeconds(20);

  private static final Set<String> UNKNOWN =
      Set.of(
          "none/none",
          "application/octet-stream",
          "application/x-www-form-urlencoded",
          "text/plain");

  static RequestBody ofJob(Materializer materializer) {
    return new RequestBody(
        materializer,
        Set.of("application/json", "application/hocon"),
        "a job as application/hocon or application/json",
        JobSubmission.LARGEST,
        "a job of at most 100 KiB");
  }

  CompletionStage<ByteBuffer> read(HttpRequest request) {
    String type = type(request);
    if (!types.contains(type) && !UNKNOWN.contains(type)) {
      return refused(
          new Problem(
              StatusCodes.UNSUPPORTED_MEDIA_TYPE,
              "expected %s but found %s".formatted(expected, type)));
    }
    OptionalLong length = request.entity().getContentLengthOption();
    if (length.orElse(0) > largest) {
      return refused(Problem.tooLarge("expected %s but found a larger one".formatted(tooLarge)));
    }
    return request
        .entity()
        .withSizeLimit(largest)
        .toStrict(DEADLINE.toMillis(), materializer)
        .thenApply(strict -> strict.getData().asByteBuffer());
  }

  /** What a request says that its body is. */
  static String type(HttpRequest request) {
    MediaType type = request.entity().getContentType().mediaType();
    return type.mainType() + "/" + type.subType();
  }

  private static CompletionStage<ByteBuffer> refused(Problem problem) {
    return CompletableFuture.failedFuture(problem.exception());
  }
}
