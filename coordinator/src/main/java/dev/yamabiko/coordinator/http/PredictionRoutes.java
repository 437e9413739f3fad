package dev.yamabiko.coordinator.http;

import static akka.http.javadsl.server.PathMatchers.segment;

import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.StatusCodes;
import akka.http.javadsl.server.AllDirectives;
import akka.http.javadsl.server.Route;
import akka.stream.Materializer;
import dev.yamabiko.data.DataException;
import dev.yamabiko.model.ModelException;
import dev.yamabiko.model.ModelSignature;
import dev.yamabiko.model.OtherExtensionException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import scala.concurrent.duration.Duration;

/**
 * {@code /api/v1/jobs/ID/predict} and {@code .../inputs}: trying out the model that a job has left.
 * One prediction is computed at a time, on a thread of its own, so that training keeps the other
 * ones; only so many bodies are held in memory meanwhile. One model is read at a time to say what
 * it takes, and only so many requests wait for that.
 */
final class PredictionRoutes extends AllDirectives implements AutoCloseable {

  private static final int AT_ONCE = 1;
  private static final int UNDER_WAY = 8;
  private static final int FORMS = 32;
  private static final int WAITING_FOR_FORMS = 64;
  private static final long LARGEST_BODY = 8 << 20;

  /** From when a body is there to its answer. */
  private static final java.time.Duration PATIENCE = java.time.Duration.ofSeconds(20);

  /** Of an answer: the body has to come first. */
  private static final Duration DEADLINE = Duration.create(60, TimeUnit.SECONDS);

  private static final String TOO_MANY =
      "too many predictions are being made at the moment; try again";

  private static final String TOO_MANY_FORMS =
      "too many models are being read at the moment; try again";

  private final Queries queries;
  private final RequestBody body;
  private final LoadedModels models = new LoadedModels();

  /** To say what a model takes, its whole file is read, as nothing damaged is passed on. */
  private final KeptByFile<String> forms =
      new KeptByFile<>(FORMS, (file, version) -> InputsJson.of(ModelSignature.of(file)));

  private final Semaphore underWay = new Semaphore(UNDER_WAY);
  private final Turns turns = new Turns("prediction", AT_ONCE, UNDER_WAY, TOO_MANY);
  private final Turns readings = new Turns("inputs", 1, WAITING_FOR_FORMS, TOO_MANY_FORMS);

  PredictionRoutes(Queries queries, Materializer materializer) {
    this.queries = queries;
    body =
        new RequestBody(
            materializer,
            Set.of("application/json", "image/png", "image/jpeg", "image/gif", "image/bmp"),
            "application/json, image/png, image/jpeg, image/gif or image/bmp",
            LARGEST_BODY,
            "inputs of at most 8 MiB");
  }

  /** Below {@code jobs}. */
  Route route() {
    return concat(
        path(
            segment().slash("inputs"),
            id -> get(() -> completeWithFuture(inputs(JobId.checked(id))))),
        path(
            segment().slash("predict"),
            id ->
                post(
                    () ->
                        withRequestTimeout(
                            DEADLINE,
                            () ->
                                extractRequest(
                                    request ->
                                        completeWithFuture(
                                            predict(JobId.checked(id), request)))))));
  }

  private CompletionStage<HttpResponse> inputs(String id) {
    return queries
        .job(id)
        .thenApply(JobModel::of)
        .thenCompose(model -> readings.take(() -> ofModel(id, () -> Json.ok(forms.of(model)))));
  }

  private CompletionStage<HttpResponse> predict(String id, HttpRequest request) {
    if (!underWay.tryAcquire()) {
      return CompletableFuture.failedFuture(Problem.unavailable(TOO_MANY).exception());
    }
    return queries
        .job(id)
        .thenApply(JobModel::of)
        .thenCompose(
            model -> body.read(request).thenCompose(read -> turn(id, model, request, read)))
        .whenComplete((answer, e) -> underWay.release());
  }

  private CompletionStage<HttpResponse> turn(
      String id, Path model, HttpRequest request, ByteBuffer read) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    byte[] content = new byte[read.remaining()];
    read.get(content);
    return turns.take(
        () -> ofModel(id, () -> answer(id, model, RequestBody.type(request), content, deadline)));
  }

  private HttpResponse answer(String id, Path model, String type, byte[] content, long deadline) {
    LoadedModels.Loaded loaded = models.of(model);
    PredictionAnswer answer = new PredictionAnswer(loaded, deadline);
    ImageAllowance images =
        ImageAllowance.of(Runtime.getRuntime().maxMemory(), AT_ONCE, answer::requireInTime);
    new GivenInputs(loaded.model().inputs(), answer, images).read(type, content);
    return answer.finish();
  }

  private static HttpResponse ofModel(String id, Supplier<HttpResponse> answer) {
    try {
      return answer.get();
    } catch (DataException e) {
      throw Problem.badRequest(e.getMessage()).exception();
    } catch (OtherExtensionException e) {
      throw JobModel.otherExtension(id, e).exception();
    } catch (ModelException e) {
      throw JobModel.unreadable(id, e).exception();
    } catch (OutOfMemoryError e) {
      throw new CompletionException(
          new Problem(
                  StatusCodes.INSUFFICIENT_STORAGE,
                  "the coordinator has not enough memory for this prediction")
              .exception());
    }
  }

  @Override
  public void close() {
    turns.close();
    readings.close();
  }
}
