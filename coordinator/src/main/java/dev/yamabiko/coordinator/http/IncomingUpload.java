package dev.yamabiko.coordinator.http;

import akka.stream.ActorAttributes;
import akka.stream.Materializer;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.Source;
import akka.util.ByteString;
import dev.yamabiko.data.ContentHash;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * One upload on its way: counted, hashed and written as it comes in; kept if the hash is right. Of
 * one that fails midway nothing is kept from then on, but what is still to come is read and passed
 * over: a client that is still sending takes the end of the connection for that of the node.
 */
final class IncomingUpload {

  static final String BLOCKING = "akka.actor.default-blocking-io-dispatcher";

  /** Where nobody knows how much is still to come, it may be without an end. */
  static final long MOST_PASSED_OVER = 256L << 20;

  private final UploadStore store;
  private final String sha256;
  private final boolean hasLength;
  private final Path file;
  private final MessageDigest digest = ContentHash.digest();
  private FileChannel channel;

  /** Its room. */
  private long bytes;

  private long passedOver;

  /** Null while all is well. */
  private RuntimeException failure;

  private boolean lacksRoom;

  /**
   * @param hasLength whether the client has said how much it sends
   */
  IncomingUpload(UploadStore store, String sha256, boolean hasLength) {
    this.store = store;
    this.sha256 = sha256;
    this.hasLength = hasLength;
    this.file = store.newIncoming();
  }

  /** Whether the content is new; fails with a problem where there is no room or another hash. */
  CompletionStage<Boolean> receive(Source<ByteString, ?> data, Materializer materializer) {
    return data.map(this::take)
        .withAttributes(ActorAttributes.dispatcher(BLOCKING))
        .runWith(Sink.ignore(), materializer)
        .handleAsync(
            (done, brokenOff) -> finish(brokenOff),
            materializer.system().dispatchers().lookup(BLOCKING)::execute);
  }

  /** Whether that is why it has failed. */
  synchronized boolean lacksRoom() {
    return lacksRoom;
  }

  private synchronized ByteString take(ByteString chunk) {
    if (failure == null) {
      try {
        write(chunk);
      } catch (IOException e) {
        fail(new UncheckedIOException(e));
      } catch (RuntimeException e) {
        fail(e);
      }
      return chunk;
    }
    passedOver += chunk.size();
    if (!hasLength && passedOver > MOST_PASSED_OVER) {
      throw failure;
    }
    return chunk;
  }

  private void write(ByteString chunk) throws IOException {
    if (!store.reserve(chunk.size())) {
      lacksRoom = true;
      throw overQuota(store, 0, bytes).exception();
    }
    bytes += chunk.size();
    for (ByteBuffer part : chunk.getByteBuffers()) {
      digest.update(part.duplicate());
      while (part.hasRemaining()) {
        opened().write(part);
      }
    }
  }

  private FileChannel opened() throws IOException {
    if (channel == null) {
      channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }
    return channel;
  }

  private void fail(RuntimeException why) {
    failure = why;
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      failure.addSuppressed(e); // its last bytes may have failed for the same reason
    }
    try {
      store.discard(file, bytes);
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  /**
   * @param brokenOff null where all has come in
   */
  private synchronized boolean finish(Throwable brokenOff) {
    try {
      if (failure == null && brokenOff != null) {
        throw new CompletionException(brokenOff);
      } else if (failure == null) {
        opened().force(true); // also of one without a byte; all others wait while it is kept
        channel.close();
        return kept();
      }
    } catch (IOException e) {
      fail(new UncheckedIOException(e));
    } catch (RuntimeException e) {
      fail(e);
    }
    throw failure;
  }

  private boolean kept() throws IOException {
    String found = ContentHash.name(digest);
    if (!found.equals(sha256)) {
      throw Problem.badRequest("the content's SHA-256 is " + found + ", not the one of the URL")
          .exception();
    }
    return store.keep(file, sha256, bytes);
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
