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

/** Reads the body of a submission; one that cannot be a job is refused unread. */
record JobBody(Materializer materializer) {

  private static final Duration DEADLINE = Duration.ofSeconds(20);

  /** HOCON and JSON, and what clients call either that do not know what they send, as curl. */
  private static final Set<String> TYPES =
      Set.of(
          "none/none",
          "application/json",
          "application/hocon",
          "application/octet-stream",
          "application/x-www-form-urlencoded",
          "text/plain");

  CompletionStage<ByteBuffer> read(HttpRequest request) {
    MediaType type = request.entity().getContentType().mediaType();
    String name = type.mainType() + "/" + type.subType();
    if (!TYPES.contains(name)) {
      return refused(
          new Problem(
              StatusCodes.UNSUPPORTED_MEDIA_TYPE,
              "expected a job as application/hocon or application/json but found " + name));
    }
    OptionalLong length = request.entity().getContentLengthOption();
    if (length.orElse(0) > JobSubmission.LARGEST) {
      return refused(tooLarge());
    }
    return request
        .entity()
        .withSizeLimit(JobSubmission.LARGEST)
        .toStrict(DEADLINE.toMillis(), materializer)
        .thenApply(strict -> strict.getData().asByteBuffer());
  }

  private static CompletionStage<ByteBuffer> refused(Problem problem) {
    return CompletableFuture.failedFuture(problem.exception());
  }

  private static Problem tooLarge() {
    return Problem.tooLarge("expected a job of at most 100 KiB but found a larger one");
  }
}
