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

  /** In the configuration. */
  private static final String DEADLINE = "yamabiko.http.answer-timeout";

  <T> CompletionStage<T> ask(Function<ActorRef<T>, CoordinatorCommand> question) {
    Duration deadline = coordinator.settings().config().getDuration(DEADLINE);
    return AskPattern.ask(coordinator, question, deadline, coordinator.scheduler());
  }

  /** Fails with a problem where the job is unknown. */
  CompletionStage<JobView> job(String id) {
    return this.<Optional<JobView>>ask(replyTo -> new CoordinatorCommand.GetJob(id, replyTo))
        .thenApply(view -> view.orElseThrow(() -> JobId.unknown(id).exception()));
  }
}
