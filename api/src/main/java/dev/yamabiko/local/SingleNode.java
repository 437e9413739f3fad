package dev.yamabiko.local;

import akka.Done;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.event.Logging;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigValue;
import dev.yamabiko.coordinator.CheckedJob;
import dev.yamabiko.coordinator.FirstSlices;
import dev.yamabiko.coordinator.RunListener;
import dev.yamabiko.coordinator.RunSettings;
import dev.yamabiko.coordinator.SlicePlace;
import dev.yamabiko.coordinator.TrainingRun;
import dev.yamabiko.data.LoadedData;
import dev.yamabiko.job.Job;
import dev.yamabiko.model.Checkpoint;
import dev.yamabiko.protocol.Results;
import dev.yamabiko.protocol.RunDefinition;
import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.protocol.RunOutcome;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.step.EvaluationPlan;
import dev.yamabiko.step.StepPlan;
import dev.yamabiko.wire.AkkaResources;
import dev.yamabiko.worker.Processor;
import dev.yamabiko.worker.TrainingData;
import dev.yamabiko.worker.Worker;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntFunction;

/**
 * One run in one JVM: the same actors as on a cluster, in one ActorSystem, arrays passed by
 * reference.
 *
 * <p>A step of a small model takes a millisecond, and to wake a thread takes a good part of that;
 * so does the way of weights and gradients from one core's caches to another's. So each worker
 * shares a thread with a slice, actors and arithmetic: whoever brings the last contribution goes on
 * with the update, and whoever has updated with the next step. The run, events and files have
 * threads of their own.
 */
public final class SingleNode {

  /** Lets another thread end a run after its current step. */
  public static final class Cancellation {
    private final CompletableFuture<String> reason = new CompletableFuture<>();

    public void cancel(String why) {
      reason.complete(why);
    }
  }

  private sealed interface Command {}

  private record Observed(RunEvent event) implements Command {}

  private record Settled() implements Command {}

  private record RunLost() implements Command {}

  /** Until whoever waits for a run goes on all the same, with its threads left as they are. */
  private static final Duration BROKEN_END = Duration.ofSeconds(10);

  private SingleNode() {}

  /**
   * Blocks until the run has ended.
   *
   * @param begin the start of the run, or the checkpoint that it resumes from
   */
  public static RunOutcome run(
      CheckedJob checked,
      Checkpoint begin,
      int workers,
      List<RunListener> listeners,
      Cancellation cancellation) {
    int slices = RunSettings.slices(checked.network().length(), workers);
    return run(checked, begin, workers, slices, listeners, cancellation);
  }

  public static RunOutcome run(
      CheckedJob checked,
      Checkpoint begin,
      int workers,
      int slices,
      List<RunListener> listeners,
      Cancellation cancellation) {
    Job job = checked.job();
    StepPlan plan = checked.plan(workers).steps();
    Thread warmUp = WarmUp.begin(checked, begin, workers);
    // Here and not in an actor, so that too little memory ends the command with a message.
    FirstSlices initial = RunSettings.cut(job, checked.network(), plan, begin, slices);
    CompletableFuture<RunOutcome> outcome = new CompletableFuture<>();
    CompletableFuture<ActorRef<RunMessage>> begun = new CompletableFuture<>();
    Behavior<Command> guardian =
        Behaviors.setup(
            context -> {
              WarmUp.await(warmUp, WarmUp.HEAD_START);
              ActorRef<RunMessage> run = spawnRun(context, checked, begin, plan, workers, initial);
              // Its last event comes before it stops, unless it failed itself.
              context.watchWith(run, new RunLost());
              begun.complete(run);
              return guard(context, run, job, listeners, outcome);
            });
    ActorSystem<Command> system =
        ActorSystem.apply(
            guardian,
            "yamabiko",
            AkkaResources.ofActors(
                "dev/yamabiko/local/single-node", all -> withStepThreads(all, workers)),
            DispatcherSelector.blocking());
    // Not by way of the guardian, where all that its listeners have not heard yet comes before.
    cancellation.reason.thenAcceptBoth(
        begun, (reason, run) -> run.tell(new RunMessage.CancelRun(key(job), reason)));
    system
        .getWhenTerminated()
        .thenRun(
            () ->
                outcome.completeExceptionally(
                    new IllegalStateException("the actor system ended before the run")));
    FatalErrors errors = HeardScheduler.errorsOf(system.classicSystem().scheduler());
    try {
      errors.await(outcome);
      boolean hasOutcome = outcome.isDone() && !outcome.isCompletedExceptionally();
      if (!hasOutcome && errors.first().isPresent()) {
        throw errors.first().get();
      }
      return outcome.join();
    } finally {
      end(system, errors);
      WarmUp.await(warmUp, WarmUp.END);
    }
  }

  private static void end(ActorSystem<Command> system, FatalErrors errors) {
    if (errors.first().isPresent()) {
      // What its actors meet with now, they would not have met with otherwise.
      system.classicSystem().eventStream().setLogLevel(Logging.levelFor("off").get().asInt());
    }
    system.terminate();
    CompletableFuture<Done> terminated = system.getWhenTerminated().toCompletableFuture();
    errors.await(terminated);
    try {
      terminated.get(BROKEN_END.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      // A thread has died, and actors that it has left may never end.
    }
  }

  /** One for each worker. */
  private static Config withStepThreads(Config config, int workers) {
    ConfigValue stepThread = config.getValue("step-thread");
    Config all = config;
    for (int w = 0; w < workers; w++) {
      all = all.withValue(stepThreadName(w), stepThread);
    }
    return all;
  }

  private static String stepThreadName(int number) {
    return "step-thread-" + number;
  }

  /** Of the worker with this number from 0 on, and of the slice. */
  private static DispatcherSelector stepThread(int number) {
    return DispatcherSelector.fromConfig(stepThreadName(number));
  }

  private static ActorRef<RunMessage> spawnRun(
      ActorContext<Command> context,
      CheckedJob checked,
      Checkpoint begin,
      StepPlan plan,
      int workers,
      FirstSlices slices) {
    Job job = checked.job();
    LoadedData data = checked.data();
    long activationBytes = Runtime.getRuntime().maxMemory() / 2 / workers;
    // Their dispatcher is the step's thread already.
    IntFunction<SlicePlace> places =
        number -> new SlicePlace(stepThread(number % workers), Runnable::run);
    TrainingData trainingData = new TrainingData(data.train(), data.validation());
    Map<String, ActorRef<WorkerMessage>> refs = new LinkedHashMap<>();
    for (int w = 0; w < workers; w++) {
      String name = "worker-" + (w + 1);
      DispatcherSelector thread = stepThread(w);
      Executor compute = context.getSystem().dispatchers().lookup(thread);
      refs.put(
          name,
          context.spawn(
              Worker.create(
                  name,
                  definition -> trainingData,
                  Processor.besideSlices(compute, activationBytes)),
              name,
              thread));
    }
    RunSettings settings =
        new RunSettings(
            key(job),
            job,
            new RunDefinition(job.resolved(), checked.dataSha256(), Optional.empty()),
            checked.network(),
            data.train().targets(),
            plan,
            begin,
            data.validation().map(validation -> new EvaluationPlan(validation.size())),
            refs,
            slices,
            places,
            context.messageAdapter(RunEvent.class, Observed::new),
            false,
            System::nanoTime);
    // Out of the steps' way: workers and slices drive each other.
    return context.spawn(TrainingRun.create(settings), "run", DispatcherSelector.blocking());
  }

  private static RunKey key(Job job) {
    return new RunKey(job.name(), 1);
  }

  private static Behavior<Command> guard(
      ActorContext<Command> context,
      ActorRef<RunMessage> run,
      Job job,
      List<RunListener> listeners,
      CompletableFuture<RunOutcome> outcome) {
    return Behaviors.receive(Command.class)
        .onMessage(
            Observed.class,
            observed -> {
              try {
                listeners.forEach(listener -> listener.onEvent(observed.event()));
              } catch (RuntimeException e) {
                outcome.completeExceptionally(e);
              }
              if (observed.event() instanceof RunEvent.CheckpointTaken
                  || observed.event() instanceof RunEvent.WeightsCopied) {
                Results.toSelf(
                    context,
                    CompletableFuture.allOf(
                        listeners.stream()
                            .map(RunListener::settled)
                            .toArray(CompletableFuture[]::new)),
                    (settled, failure) -> new Settled());
              }
              if (observed.event() instanceof RunEvent.RunEnded ended) {
                outcome.complete(ended.outcome());
              }
              return Behaviors.same();
            })
        .onMessage(
            Settled.class,
            settled -> {
              run.tell(new RunMessage.CheckpointKept(key(job)));
              return Behaviors.same();
            })
        .onMessage(
            RunLost.class,
            lost -> {
              outcome.completeExceptionally(
                  new IllegalStateException("the training run ended without a word"));
              return Behaviors.same();
            })
        .build();
  }
}
