package dev.yamabiko.coordinator.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import akka.http.javadsl.model.StatusCodes;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TurnsTest {

  @Test
  void shouldDoFewAtATimeAndRefuseWhatWouldWaitWithTooManyOthers() throws Exception {
    CountDownLatch begun = new CountDownLatch(2);
    CountDownLatch end = new CountDownLatch(1);
    try (Turns turns = new Turns("few", 2, 3, "too many")) {
      List<CompletableFuture<String>> taken =
          IntStream.range(0, 5).mapToObj(i -> take(turns, begun, end)).toList();
      begun.await();
      CompletionException refused =
          assertThrows(
              CompletionException.class, () -> take(turns, begun, end).getNow("it was taken"));
      Problem why = assertInstanceOf(ProblemException.class, refused.getCause()).problem();
      assertEquals(new Problem(StatusCodes.SERVICE_UNAVAILABLE, "too many"), why);
      assertEquals(0, taken.stream().filter(CompletableFuture::isDone).count());
      end.countDown();
      for (CompletableFuture<String> each : taken) {
        assertEquals("few", each.join());
      }
    }
  }

  /** The name of the thread that does it. */
  private static CompletableFuture<String> take(
      Turns turns, CountDownLatch begun, CountDownLatch end) {
    CompletionStage<String> name =
        turns.take(
            () -> {
              begun.countDown();
              try {
                end.await();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              return Thread.currentThread().getName();
            });
    return name.toCompletableFuture();
  }
}
