package dev.yamabiko.coordinator.http;

import akka.NotUsed;
import akka.actor.typed.ActorSystem;
import akka.event.Logging;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpCharsets;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.MediaType;
import akka.http.javadsl.model.MediaTypes;
import akka.http.javadsl.model.headers.CacheControl;
import akka.http.javadsl.model.headers.CacheDirectives;
import akka.stream.Attributes;
import akka.stream.BufferOverflowException;
import akka.stream.OverflowStrategy;
import akka.stream.javadsl.Source;
import akka.stream.typed.javadsl.ActorSource;
import akka.util.ByteString;
import dev.yamabiko.coordinator.CoordinatorCommand;
import dev.yamabiko.coordinator.JobEventBatch;
import dev.yamabiko.coordinator.JobView;
import dev.yamabiko.coordinator.KeptEvaluation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * A job's events as server-sent events: {@code id} is the event's number, {@code event} its kind,
 * {@code data} its JSON. Ends after the last event; in between, comments keep the connection alive.
 *
 * <p>The connection of a client that reads too slowly for the batches of events to fit the buffer
 * is cut; it comes back with {@code Last-Event-ID} and goes on with what the coordinator still has.
 * Batches and their text are shared, so that many who do not read hold no more than one.
 */
record JobEventStream(
    ActorSystem<CoordinatorCommand> coordinator, Duration keepAlive, Executor blocking) {

  static final MediaType.WithFixedCharset MEDIA_TYPE =
      MediaTypes.customWithFixedCharset(
          "text", "event-stream", HttpCharsets.UTF_8, Map.of(), false);

  /** Batches: what the coordinator keeps, and sends at once to whoever begins, and 10 s of more. */
  private static final int BUFFER = 128;

  private static final ByteString COMMENT = ByteString.fromString(": alive\n\n");

  /** No fault: {@link ConnectionLog} keeps it out of the log. */
  static final class NotRead extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotRead() {
      super("the client does not read", null, false, false);
    }
  }

  /**
   * @param job as it is now
   * @param after number of the last event that the client has seen; 0 for none
   * @param fromStep the first step that it does not know
   */
  HttpResponse response(JobView job, long after, long fromStep) {
    return HttpResponse.create()
        .addHeader(CacheControl.create(CacheDirectives.NO_STORE))
        .withEntity(
            HttpEntities.createChunked(
                ContentTypes.create(MEDIA_TYPE), events(job, after, fromStep)));
  }

  private Source<ByteString, NotUsed> events(JobView job, long after, long fromStep) {
    return ActorSource.<JobEventBatch>actorRef(
            batch -> false,
            batch -> Optional.empty(),
            BUFFER,
            OverflowStrategy.fail().withLogLevel(Logging.DebugLevel()))
        .mapMaterializedValue(
            listener -> {
              coordinator.tell(new CoordinatorCommand.FollowJob(job.id(), after, listener));
              return NotUsed.getInstance();
            })
        .addAttributes(
            Attributes.createLogLevels(
                Attributes.logLevelOff(), Attributes.logLevelOff(), Attributes.logLevelDebug()))
        // Ends the connection, and with it all that is kept for it.
        .mapError(BufferOverflowException.class, full -> new NotRead())
        .takeWhile(batch -> !batch.isLast(), true)
        .mapAsync(1, batch -> whole(batch, job.directory()))
        .statefulMapConcat(() -> new FromStep(fromStep)::text)
        // The client sees at once that it is connected.
        .prepend(Source.single(COMMENT))
        .keepAlive(keepAlive, () -> COMMENT);
  }

  /** Who comes when the job has ended is told of its end without the evaluation. */
  private CompletionStage<JobEventBatch> whole(JobEventBatch batch, Path directory) {
    return batch.isLast()
        ? CompletableFuture.supplyAsync(
            () -> batch.endingWith(end -> KeptEvaluation.addedTo(end, directory)), blocking)
        : CompletableFuture.completedFuture(batch);
  }
}
