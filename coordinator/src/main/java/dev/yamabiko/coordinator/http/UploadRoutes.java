package dev.yamabiko.coordinator.http;

import static akka.http.javadsl.server.PathMatchers.segment;

import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.StatusCode;
import akka.http.javadsl.model.StatusCodes;
import akka.http.javadsl.server.AllDirectives;
import akka.http.javadsl.server.Route;
import akka.stream.Materializer;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.Source;
import akka.util.ByteString;
import dev.yamabiko.data.ContentHash;
import dev.yamabiko.data.OneLine;
import dev.yamabiko.model.CanonicalJson;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** {@code /api/v1/data/SHA256}, {@code /api/v1/data-roots} and {@code .../content?path=}. */
final class UploadRoutes extends AllDirectives {

  /** Of a name that is no hash: enough to see one that is too long. */
  private static final int MOST_SHOWN = 100;

  private final UploadStore store;
  private final List<Path> roots;
  private final RootContent content;
  private final Materializer materializer;
  private final UploadsUnderWay underWay = new UploadsUnderWay();

  UploadRoutes(
      UploadStore store, List<Path> roots, RootContent content, Materializer materializer) {
    this.store = store;
    this.roots = roots;
    this.content = content;
    this.materializer = materializer;
  }

  Route route() {
    return concat(
        path("data-roots", () -> get(() -> completeWithFuture(blocking(this::places)))),
        path(
            segment("data-roots").slash("content"),
            () -> get(() -> parameter("path", this::content))),
        pathPrefix(
            "data",
            () ->
                path(
                    segment(),
                    sha256 ->
                        concat(
                            head(() -> look(checked(sha256))),
                            put(() -> upload(checked(sha256)))))));
  }

  private static String checked(String sha256) {
    if (!ContentHash.isName(sha256)) {
      throw Problem.badRequest(
              "expected a SHA-256 in 64 lower-case hexadecimal digits but found \"%s\""
                  .formatted(OneLine.of(OneLine.cut(sha256, MOST_SHOWN))))
          .exception();
    }
    return sha256;
  }

  /** What the {@code submit} command wants to know; waits while the store makes room or keeps. */
  private HttpResponse places() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("data_roots", roots.stream().map(Path::toString).toList());
    json.put("upload_bytes_left", store.left());
    return Json.ok(CanonicalJson.of(json));
  }

  /** Reads all of it. */
  private Route content(String path) {
    return withRequestTimeout(
        RootContent.DEADLINE,
        () -> completeWithFuture(content.of(path).thenApply(UploadRoutes::named)));
  }

  private static HttpResponse named(Optional<String> content) {
    return content
        .map(name -> Json.ok(CanonicalJson.of(Map.of("content", name))))
        .orElseGet(() -> Problem.notFound("there is no such file below a data root").response());
  }

  /** May read all of it, to see whether it is whole. */
  private Route look(String sha256) {
    return withRequestTimeout(
        JobSubmission.DEADLINE,
        () ->
            completeWithFuture(
                blocking(() -> store.hasAllOf(sha256))
                    .thenApply(
                        there ->
                            there
                                ? HttpResponse.create()
                                : Problem.notFound("there is no upload with this hash")
                                    .response())));
  }

  private <T> CompletionStage<T> blocking(Supplier<T> work) {
    return CompletableFuture.supplyAsync(
        work, materializer.system().dispatchers().lookup(IncomingUpload.BLOCKING)::execute);
  }

  /** As slow as the client's line: only a connection without any progress is closed. */
  private Route upload(String sha256) {
    return withoutRequestTimeout(
        () ->
            withoutSizeLimit(
                () -> extractRequest(request -> completeWithFuture(receive(sha256, request)))));
  }

  private CompletionStage<HttpResponse> receive(String sha256, HttpRequest request) {
    return blocking(() -> store.find(sha256).isPresent())
        .thenCompose(
            there ->
                there ? passOver(request, stored(StatusCodes.OK, sha256)) : take(sha256, request));
  }

  /** Answers when all has come, or of what may have no end as much as is heard out. */
  private CompletionStage<HttpResponse> passOver(HttpRequest request, HttpResponse answer) {
    Source<ByteString, ?> content = request.entity().getDataBytes();
    Source<ByteString, ?> heard =
        request.entity().getContentLengthOption().isPresent()
            ? content
            : content.limitWeighted(IncomingUpload.MOST_PASSED_OVER, part -> (long) part.size());
    return heard.runWith(Sink.ignore(), materializer).handle((done, brokenOff) -> answer);
  }

  private CompletionStage<HttpResponse> take(String sha256, HttpRequest request) {
    OptionalLong length = request.entity().getContentLengthOption();
    long bytes = length.orElse(0);
    return blocking(() -> store.makeRoom(bytes))
        .thenCompose(
            hasRoom ->
                hasRoom
                    ? write(sha256, request, length.isPresent())
                    : refuse(sha256, request, bytes));
  }

  private CompletionStage<HttpResponse> write(
      String sha256, HttpRequest request, boolean hasLength) {
    IncomingUpload upload = new IncomingUpload(store, sha256, hasLength);
    CompletionStage<Boolean> done = upload.receive(request.entity().getDataBytes(), materializer);
    underWay.add(sha256, done);
    CompletionStage<HttpResponse> answer =
        done.thenApply(isNew -> stored(isNew ? StatusCodes.CREATED : StatusCodes.OK, sha256));
    return answer
        .handle((stored, failure) -> upload.lacksRoom() ? unlessThere(sha256, answer) : answer)
        .thenCompose(last -> last);
  }

  /**
   * Who has asked whether to send the content is told so and need not. Others hear of no answer
   * before they have sent all of it, and took the end of the connection for that of the node.
   */
  private CompletionStage<HttpResponse> refuse(String sha256, HttpRequest request, long bytes) {
    HttpResponse why = IncomingUpload.overQuota(store, bytes, 0).response();
    return unlessThere(
        sha256,
        request.getHeader("Expect").isPresent()
            ? CompletableFuture.completedFuture(why)
            : passOver(request, why));
  }

  /** What another has brought by the end of that, or is bringing, is not refused. */
  private CompletionStage<HttpResponse> unlessThere(
      String sha256, CompletionStage<HttpResponse> refusal) {
    return refusal
        .handle((refused, failure) -> underWay.ended(sha256))
        .thenCompose(ending -> ending)
        .thenCompose(ended -> blocking(() -> store.find(sha256).isPresent()))
        .thenCompose(
            there ->
                there
                    ? CompletableFuture.completedFuture(stored(StatusCodes.OK, sha256))
                    : refusal);
  }

  private static HttpResponse stored(StatusCode status, String sha256) {
    return Json.response(status, CanonicalJson.of(Map.of("sha256", sha256)));
  }
}
