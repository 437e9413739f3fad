package dev.yamabiko.coordinator.http;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.AskPattern;
import akka.japi.function.Function;
import dev.yamabiko.coordinator.CoordinatorCommand;
import dev.yamabiko.coordinator.JobView;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Asks the coordinator's actor; a missing answer fails the stage after a while. */
record Queries(ActorSystem<CoordinatorCommand> coordinator) {

  private static final Duration DEADLINE = Duration.ofSeconds(10);

  <T> CompletionStage<T> ask(Function<ActorRef<T>, CoordinatorCommand> question) {
    return AskPattern.ask(coordinator, question, DEADLINE, coordinator.scheduler());
  }

  /** Fails with a problem where the job is unknown. */
  CompletionStage<JobView> job(String id) {
    return this.<Optional<JobView>>ask(replyTo -> new CoordinatorCommand.GetJob(id, replyTo))
        .thenApply(view -> view.orElseThrow(() -> JobId.unknown(id).exception()));
  }
}
