package dev.yamabiko.slices;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.javadsl.Behaviors;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ResultsTest {

  private static final ActorTestKit KIT = ActorTestKit.create();

  private final TestProbe<String> told = KIT.createTestProbe();

  @AfterAll
  static void shutdown() {
    KIT.shutdownTestKit();
  }

  /** An actor to which the result goes, and which passes on what it is told of it. */
  private void await(
      CompletableFuture<Integer> result, BiFunction<Integer, Throwable, String> message) {
    TestProbe<String> begun = KIT.createTestProbe();
    KIT.spawn(
        Behaviors.<String>setup(
            context -> {
              Results.toSelf(context, result, message);
              begun.ref().tell("begun");
              return Behaviors.receiveMessage(
                  text -> {
                    told.ref().tell(text);
                    return Behaviors.same();
                  });
            }));
    begun.expectMessage("begun");
  }

  @Test
  void shouldTellResultsAndFailures() {
    CompletableFuture<Integer> one = new CompletableFuture<>();
    await(one, (value, failure) -> value + " " + failure);
    one.complete(1);
    assertEquals("1 null", told.receiveMessage());
    CompletableFuture<Integer> none = new CompletableFuture<>();
    await(none, (value, failure) -> value + " " + failure.getMessage());
    none.completeExceptionally(new IllegalStateException("boom"));
    assertEquals("null boom", told.receiveMessage());
  }

  @Test
  void shouldEndTheThreadThatHasNoMemoryToTell() throws Exception {
    Error error = new OutOfMemoryError("Java heap space");
    CompletableFuture<Integer> result = new CompletableFuture<>();
    await(
        result,
        (value, failure) -> {
          throw error;
        });
    CompletableFuture<Throwable> died = new CompletableFuture<>();
    Thread thread = new Thread(() -> result.complete(1));
    thread.setUncaughtExceptionHandler((which, thrown) -> died.complete(thrown));
    thread.start();
    assertSame(error, died.get(30, TimeUnit.SECONDS));
  }
}
