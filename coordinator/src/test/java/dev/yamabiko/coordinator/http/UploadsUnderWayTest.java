package dev.yamabiko.coordinator.http;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class UploadsUnderWayTest {

  private final UploadsUnderWay underWay = new UploadsUnderWay(Duration.ofHours(1));
  private final CompletableFuture<Void> first = new CompletableFuture<>();
  private final CompletableFuture<Void> second = new CompletableFuture<>();

  private static boolean isDone(UploadsUnderWay underWay, String sha256) {
    return underWay.ended(sha256).toCompletableFuture().isDone();
  }

  @Test
  void shouldWaitForAllThatBringTheSameHoweverTheyEnd() {
    underWay.add("a", first);
    underWay.add("a", second);
    CompletableFuture<Void> ended = underWay.ended("a").toCompletableFuture();
    assertTrue(isDone(underWay, "b"));
    first.completeExceptionally(new IllegalStateException("cut off"));
    assertFalse(ended.isDone());
    second.complete(null);
    assertTrue(ended.isDone());
    assertFalse(ended.isCompletedExceptionally());
    assertTrue(isDone(underWay, "a"));
  }

  @Test
  void shouldWaitForOneThatDoesNotEndOnlySoLong() throws Exception {
    UploadsUnderWay impatient = new UploadsUnderWay(Duration.ofMillis(1));
    impatient.add("a", first);
    impatient.ended("a").toCompletableFuture().get(30, TimeUnit.SECONDS);
    assertFalse(first.isDone());
    assertFalse(isDone(underWay(first), "a"));
  }

  /** With the patience of a user's. */
  private static UploadsUnderWay underWay(CompletableFuture<Void> upload) {
    UploadsUnderWay underWay = new UploadsUnderWay();
    underWay.add("a", upload);
    return underWay;
  }
}
