package dev.yamabiko.coordinator.http;

import akka.NotUsed;
import akka.actor.typed.ActorSystem;
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
import dev.yamabiko.coordinator.JobEvent;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * A job's events as server-sent events: {@code id} is the event's number, {@code event} its kind,
 * {@code data} its JSON. Ends after the last event; in between, comments keep the connection alive.
 *
 * <p>A client that reads too slowly for the events to fit the buffer is cut off; it comes back with
 * {@code Last-Event-ID} and goes on with what the coordinator still has.
 */
record JobEventStream(ActorSystem<CoordinatorCommand> coordinator, Duration keepAlive) {

  static final MediaType.WithFixedCharset MEDIA_TYPE =
      MediaTypes.customWithFixedCharset(
          "text", "event-stream", HttpCharsets.UTF_8, Map.of(), false);

  /** Twice what the coordinator keeps, and sends at once to whoever begins to follow. */
  private static final int BUFFER = 8_192;

  private static final ByteString COMMENT = ByteString.fromString(": alive\n\n");

  /**
   * @param after number of the last event that the client has seen; 0 for none
   */
  HttpResponse response(String id, long after) {
    return HttpResponse.create()
        .addHeader(CacheControl.create(CacheDirectives.NO_STORE))
        .withEntity(HttpEntities.createChunked(ContentTypes.create(MEDIA_TYPE), events(id, after)));
  }

  private Source<ByteString, NotUsed> events(String id, long after) {
    return ActorSource.<JobEvent>actorRef(
            event -> false, event -> Optional.empty(), BUFFER, OverflowStrategy.fail())
        .mapMaterializedValue(
            listener -> {
              coordinator.tell(new CoordinatorCommand.FollowJob(id, after, listener));
              return NotUsed.getInstance();
            })
        .addAttributes(
            Attributes.createLogLevels(
                Attributes.logLevelOff(), Attributes.logLevelOff(), Attributes.logLevelDebug()))
        // The end of the stream, without the last event, tells the client to come back.
        .recoverWithRetries(1, BufferOverflowException.class, Source::empty)
        .takeWhile(event -> !event.isLast(), true)
        .map(JobEventStream::render)
        // The client sees at once that it is connected.
        .prepend(Source.single(COMMENT))
        .keepAlive(keepAlive, () -> COMMENT);
  }

  /** The JSON holds no line breaks. */
  private static ByteString render(JobEvent event) {
    return ByteString.fromString(
        "id: %d\nevent: %s\ndata: %s\n\n".formatted(event.number(), event.kind(), event.json()));
  }
}
