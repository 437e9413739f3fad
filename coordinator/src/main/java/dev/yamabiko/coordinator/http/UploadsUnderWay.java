package dev.yamabiko.coordinator.http;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Uploads that are coming in. Whoever has no room left for a content may find that another one is
 * about to bring the same, in the room that he lacks. Thread-safe.
 */
final class UploadsUnderWay {

  /** Shorter than an HTTP connection may be silent. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private record Upload(String sha256, CompletableFuture<?> done) {}

  private final Set<Upload> uploads = ConcurrentHashMap.newKeySet();
  private final Duration patience;

  UploadsUnderWay() {
    this(PATIENCE);
  }

  UploadsUnderWay(Duration patience) {
    this.patience = patience;
  }

  /**
   * @param done however it ends; must not wait for others
   */
  void add(String sha256, CompletionStage<?> done) {
    Upload upload = new Upload(sha256, done.toCompletableFuture());
    uploads.add(upload);
    done.whenComplete((kept, failure) -> uploads.remove(upload));
  }

  /** Completes when all have ended that bring this now, or after some time. */
  CompletionStage<Void> ended(String sha256) {
    CompletableFuture<?>[] same =
        uploads.stream()
            .filter(upload -> upload.sha256().equals(sha256))
            .map(Upload::done)
            .toArray(CompletableFuture[]::new);
    return CompletableFuture.allOf(same)
        .<Void>handle((done, failure) -> null)
        .completeOnTimeout(null, patience.toMillis(), TimeUnit.MILLISECONDS);
  }
}
