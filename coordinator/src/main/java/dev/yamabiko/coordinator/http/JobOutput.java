package dev.yamabiko.coordinator.http;

import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpCharsets;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.MediaTypes;
import akka.japi.Pair;
import akka.stream.ActorAttributes;
import akka.stream.javadsl.Source;
import akka.util.ByteString;
import dev.yamabiko.coordinator.JobView;
import dev.yamabiko.coordinator.RunDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** What a job's run has written, streamed. */
final class JobOutput {

  private static final ContentType NDJSON =
      ContentTypes.create(
          MediaTypes.customWithFixedCharset(
              "application", "x-ndjson", HttpCharsets.UTF_8, Map.of(), false));

  private JobOutput() {}

  /** The metrics as far as they have been written; nothing before the first. */
  static HttpResponse metrics(JobView job) {
    Source<ByteString, ?> lines =
        Source.unfold(0L, from -> next(job.directory(), from))
            .withAttributes(
                ActorAttributes.dispatcher("akka.actor.default-blocking-io-dispatcher"));
    return HttpResponse.create().withEntity(HttpEntities.createChunked(NDJSON, lines));
  }

  private static Optional<Pair<Long, ByteString>> next(Path directory, long from)
      throws IOException {
    ByteBuffer bytes;
    try {
      bytes = RunDirectory.metricsOf(directory, from);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    long to = from + bytes.remaining();
    return bytes.hasRemaining()
        ? Optional.of(Pair.create(to, ByteString.fromByteBuffer(bytes)))
        : Optional.empty();
  }
}
