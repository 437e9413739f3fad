package dev.yamabiko.coordinator.http;

import static akka.http.javadsl.server.PathMatchers.segment;

import akka.NotUsed;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.StatusCodes;
import akka.http.javadsl.model.headers.ContentDisposition;
import akka.http.javadsl.model.headers.ContentDispositionTypes;
import akka.http.javadsl.server.AllDirectives;
import akka.http.javadsl.server.Route;
import akka.stream.javadsl.Source;
import akka.util.ByteString;
import dev.yamabiko.coordinator.JobView;
import dev.yamabiko.model.ModelException;
import dev.yamabiko.model.ModelFormat;
import dev.yamabiko.model.OtherExtensionException;
import dev.yamabiko.model.TrainedModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import scala.concurrent.duration.Duration;

/** {@code /api/v1/jobs/ID/model}: a job's model, as a file. */
final class ModelRoutes extends AllDirectives implements AutoCloseable {

  private static final String FORMAT = "format";

  /** While one is made it is in memory twice. */
  private static final int AT_ONCE = 1;

  private static final int WAITING = 16;

  /** Of the memory, that a model may take while it is converted. */
  private static final int PART = 8;

  /** The largest take seconds, and others may come first. */
  private static final Duration DEADLINE = Duration.create(5, TimeUnit.MINUTES);

  private static final Executor LATER =
      CompletableFuture.delayedExecutor(OnnxDownload.UNREAD.toSeconds(), TimeUnit.SECONDS);

  private final Queries queries;
  private final Path uploads;
  private final Turns conversions =
      new Turns(
          "onnx",
          AT_ONCE,
          WAITING,
          "too many models are being made to ONNX at the moment; try again");

  /**
   * @param uploads where they lie
   */
  ModelRoutes(Queries queries, Path uploads) {
    this.queries = queries;
    this.uploads = uploads;
  }

  /** Below {@code jobs}. */
  Route route() {
    return path(
        segment().slash("model"),
        id ->
            get(
                () ->
                    withRequestTimeout(
                        DEADLINE,
                        () -> extractRequest(request -> completeWithFuture(model(id, request))))));
  }

  private CompletionStage<HttpResponse> model(String id, HttpRequest request) {
    ModelFormat format = format(request);
    return queries.job(JobId.checked(id)).thenCompose(job -> model(job, format));
  }

  private static ModelFormat format(HttpRequest request) {
    String key =
        Query.of(request, List.of(FORMAT)).text(FORMAT).orElseGet(ModelFormat.SAFETENSORS::key);
    return ModelFormat.of(key)
        .orElseThrow(
            () ->
                Problem.badRequest(
                        "%s: expected %s but found \"%s\""
                            .formatted(FORMAT, String.join(" or ", ModelFormat.keys()), key))
                    .exception());
  }

  private CompletionStage<HttpResponse> model(JobView job, ModelFormat format) {
    Path model = JobModel.of(job);
    return switch (format) {
      case SAFETENSORS -> CompletableFuture.completedFuture(safetensors(job, model));
      case ONNX -> conversions.take(() -> withinMemory(job, model));
    };
  }

  private HttpResponse safetensors(JobView job, Path model) {
    try {
      ModelDownload download = ModelDownload.of(model, uploads);
      return file(job, ModelFormat.SAFETENSORS, download.bytes(), download.content());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A model and its copy for the file have to fit beside what runs need. */
  private static HttpResponse withinMemory(JobView job, Path model) {
    try {
      if (Files.size(model) > Runtime.getRuntime().maxMemory() / PART) {
        return tooLarge(job);
      }
      return onnx(job, model);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (OutOfMemoryError e) {
      return tooLarge(job);
    }
  }

  private static HttpResponse tooLarge(JobView job) {
    return new Problem(
            StatusCodes.INSUFFICIENT_STORAGE,
            "the model of job %s is too large for this coordinator's memory; download it and use yamabiko export"
                .formatted(job.id()))
        .response();
  }

  private static HttpResponse onnx(JobView job, Path model) throws IOException {
    TrainedModel trained;
    try {
      trained = TrainedModel.load(model);
    } catch (OtherExtensionException e) {
      return JobModel.otherExtension(job.id(), e).response();
    } catch (ModelException e) {
      return JobModel.unreadable(job.id(), e).response();
    }
    try {
      OnnxDownload download = OnnxDownload.of(trained, job.directory(), LATER);
      return file(job, ModelFormat.ONNX, download.bytes(), download.content());
    } catch (ModelException e) {
      return Problem.conflict("job %s: %s".formatted(job.id(), e.getMessage())).response();
    }
  }

  private static HttpResponse file(
      JobView job, ModelFormat format, long bytes, Source<ByteString, NotUsed> content) {
    return HttpResponse.create()
        .addHeaders(JobModel.isEarlier(job) ? List.of(JobModel.EARLIER) : List.of())
        .addHeader(
            ContentDisposition.create(
                ContentDispositionTypes.ATTACHMENT,
                Map.of("filename", job.id() + "." + format.key())))
        .withEntity(HttpEntities.create(ContentTypes.APPLICATION_OCTET_STREAM, bytes, content));
  }

  @Override
  public void close() {
    conversions.close();
  }
}
