package dev.yamabiko.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class ResultsTest {

  private static final ActorTestKit KIT = ActorTestKit.create();

  /** Else the process would end. */
  private static final Config FATAL =
      ConfigFactory.parseString("akka { jvm-exit-on-fatal-error = off, log-dead-letters = off }");

  private final TestProbe<String> told = KIT.createTestProbe();

  @AfterAll
  static void shutdown() {
    KIT.shutdownTestKit();
  }

  /** An actor to which the result goes, and which passes on what it is told of it. */
  private void await(
      ActorTestKit kit,
      CompletableFuture<Integer> result,
      BiFunction<Integer, Throwable, String> message) {
    TestProbe<String> begun = kit.createTestProbe();
    kit.spawn(
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
    await(KIT, one, (value, failure) -> value + " " + failure);
    one.complete(1);
    assertEquals("1 null", told.receiveMessage());
    CompletableFuture<Integer> none = new CompletableFuture<>();
    await(KIT, none, (value, failure) -> value + " " + failure.getMessage());
    none.completeExceptionally(new IllegalStateException("boom"));
    assertEquals("null boom", told.receiveMessage());
  }

  @Test
  void shouldEndTheActorSystemWhereMemoryDoesNotSufficeToTell() {
    ActorTestKit own = ActorTestKit.create(FATAL);
    CompletableFuture<Integer> result = new CompletableFuture<>();
    await(
        own,
        result,
        (value, failure) -> {
          throw new OutOfMemoryError("Java heap space");
        });
    result.complete(1);
    own.system().getWhenTerminated().toCompletableFuture().join();
  }
}
