package dev.yamabiko.coordinator.http;

import akka.stream.ActorAttributes;
import akka.stream.IOResult;
import akka.stream.Materializer;
import akka.stream.javadsl.FileIO;
import akka.stream.javadsl.Source;
import akka.util.ByteString;
import dev.yamabiko.data.ContentHash;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.concurrent.CompletionStage;

/** One upload on its way: counted, hashed and written as it comes in; kept if the hash is right. */
final class IncomingUpload {

  static final String BLOCKING = "akka.actor.default-blocking-io-dispatcher";

  private final UploadStore store;
  private final String sha256;
  private final Path file;
  private final MessageDigest digest = ContentHash.digest();

  /** Its room; none is taken once the upload has failed, which the source may hear of late. */
  private long bytes;

  private boolean failed;

  IncomingUpload(UploadStore store, String sha256) {
    this.store = store;
    this.sha256 = sha256;
    this.file = store.newIncoming();
  }

  /** Whether the content is new; fails with a problem where there is no room or another hash. */
  CompletionStage<Boolean> receive(Source<ByteString, ?> data, Materializer materializer) {
    CompletionStage<IOResult> written =
        data.map(this::take)
            .withAttributes(ActorAttributes.dispatcher(BLOCKING))
            .runWith(FileIO.toPath(file), materializer);
    return written
        .thenApplyAsync(
            done -> finish(), materializer.system().dispatchers().lookup(BLOCKING)::execute)
        .whenComplete(
            (done, failure) -> {
              if (failure != null) {
                discard();
              }
            });
  }

  private synchronized void discard() {
    failed = true;
    store.discard(file, bytes);
  }

  private synchronized ByteString take(ByteString chunk) {
    if (failed || !store.reserve(chunk.size())) {
      throw overQuota(store, 0, bytes).exception();
    }
    bytes += chunk.size();
    for (ByteBuffer part : chunk.getByteBuffers()) {
      digest.update(part);
    }
    return chunk;
  }

  private synchronized boolean finish() {
    String found = ContentHash.name(digest);
    if (!found.equals(sha256)) {
      throw Problem.badRequest("the content's SHA-256 is " + found + ", not the one of the URL")
          .exception();
    }
    try {
      return store.keep(file, sha256, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * @param bytes of it, where that is known
   * @param taken by itself so far
   */
  static Problem overQuota(UploadStore store, long bytes, long taken) {
    String why =
        bytes > store.limit()
            ? "its %,d never fit: allow more, or let jobs read it below a data root"
                .formatted(bytes)
            : "the others belong to jobs that have not completed, or were used within the last hour";
    return Problem.tooLarge(
        "there is no room for this upload: %,d bytes are left of the coordinator's upload-bytes, %,d; %s"
            .formatted(store.left() + taken, store.limit(), why));
  }
}
