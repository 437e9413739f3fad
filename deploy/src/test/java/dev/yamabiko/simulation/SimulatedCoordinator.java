package dev.yamabiko.simulation;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import dev.yamabiko.coordinator.CheckedJob;
import dev.yamabiko.coordinator.RunSettings;
import dev.yamabiko.coordinator.SlicePlace;
import dev.yamabiko.coordinator.TrainingRun;
import dev.yamabiko.model.Checkpoint;
import dev.yamabiko.protocol.RunDefinition;
import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.protocol.RunOutcome;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.step.EvaluationPlan;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Stands on the coordinator's node for everything there that has to do with the one job: registers
 * workers and offers them to the run, has what the run says written down, and starts the job again
 * once it was cancelled.
 */
final class SimulatedCoordinator extends AbstractBehavior<SimulatedCoordinator.Command> {

  private static final int SLICE_MICROS = 300;

  sealed interface Command {}

  record Registered(WorkerProcess process) implements Command {}

  record NodeLost(WorkerProcess process) implements Command {}

  record Cancel() implements Command {}

  /** The process has ended. */
  record Stop() implements Command {}

  private record Observed(RunEvent event) implements Command {}

  private record RunLost(ActorRef<RunMessage> run) implements Command {}

  private final Simulation simulation;
  private final CoordinatorProcess process;
  private final SimulatedDirectory directory;
  private final Map<WorkerProcess, ActorRef<WorkerMessage>> remotes = new HashMap<>();
  private Optional<ActorRef<RunMessage>> run = Optional.empty();
  private RunKey key;
  private int attempts;

  static Behavior<Command> create(Simulation simulation, CoordinatorProcess process) {
    return Behaviors.setup(context -> new SimulatedCoordinator(context, simulation, process));
  }

  private SimulatedCoordinator(
      ActorContext<Command> context, Simulation simulation, CoordinatorProcess process) {
    super(context);
    this.simulation = simulation;
    this.process = process;
    directory = new SimulatedDirectory(simulation, process);
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Registered.class, this::onRegistered)
        .onMessage(NodeLost.class, this::onNodeLost)
        .onMessage(Cancel.class, cancel -> onCancel())
        .onMessage(Observed.class, this::onObserved)
        .onMessage(RunLost.class, this::onRunLost)
        .onMessage(Stop.class, stop -> Behaviors.stopped())
        .build();
  }

  private Behavior<Command> onRegistered(Registered message) {
    process.roll().add(message.process());
    startOrOffer();
    return this;
  }

  private void startOrOffer() {
    if (run.isPresent()) {
      offerIdle();
    } else if (process.isCurrent() && process.roll().idle() >= simulation.plan().job().least()) {
      start();
    }
  }

  private void start() {
    key = new RunKey("simulated-%d-%d".formatted(process.term(), ++attempts), process.term());
    Checkpoint begin = simulation.disk().resume();
    process.openStep(begin.position().step());
    CheckedJob checked = simulation.plan().job().checked();
    Map<String, ActorRef<WorkerMessage>> workers = new LinkedHashMap<>();
    process.roll().takeIdle().forEach(worker -> workers.put(worker.name(), spawnRemote(worker)));
    simulation.log("start of %s with %s".formatted(key, workers.keySet()));
    RunSettings settings =
        new RunSettings(
            key,
            checked.job(),
            new RunDefinition(checked.job().resolved(), checked.dataSha256(), Optional.empty()),
            checked.network(),
            checked.data().train().targets(),
            simulation.plan().job().plan(),
            begin,
            checked.data().validation().map(data -> new EvaluationPlan(data.size())),
            workers,
            RunSettings.cut(
                checked.job(),
                checked.network(),
                simulation.plan().job().plan(),
                begin,
                simulation.plan().slices()),
            SlicePlace.onDefaultDispatcher(this::compute),
            getContext().messageAdapter(RunEvent.class, Observed::new),
            true,
            simulation.time()::now);
    ActorRef<RunMessage> started =
        getContext().spawn(TrainingRun.create(settings), "run-" + attempts);
    run = Optional.of(started);
    process.hasRun(true);
    getContext().watchWith(started, new RunLost(started));
  }

  /** Where slices do their arithmetic. */
  private void compute(Runnable task) {
    simulation
        .time()
        .after(
            simulation.around(SLICE_MICROS),
            () -> {
              if (process.isAlive()) {
                task.run();
              }
            });
  }

  private ActorRef<WorkerMessage> spawnRemote(WorkerProcess worker) {
    RemoteEnd receiver = new RemoteEnd(key, worker.name());
    String token = process.openPath(worker, key, receiver);
    ActorRef<WorkerMessage> remote =
        getContext()
            .spawnAnonymous(
                SimulatedRemote.create(process, worker, key, token, process.path(token), receiver));
    remotes.put(worker, remote);
    return remote;
  }

  private void offerIdle() {
    for (WorkerProcess worker : process.roll().takeIdle()) {
      simulation.log("offer of " + worker.name());
      run.orElseThrow().tell(new RunMessage.OfferWorker(key, worker.name(), spawnRemote(worker)));
    }
  }

  private Behavior<Command> onNodeLost(NodeLost lost) {
    WorkerProcess worker = lost.process();
    simulation.log("node lost: " + worker.name());
    Optional.ofNullable(remotes.remove(worker)).ifPresent(this::stop);
    process.roll().remove(worker);
    return this;
  }

  /** As it does by itself, where it watches the node, or the run that it is for. */
  private void stop(ActorRef<WorkerMessage> remote) {
    remote.tell(new WorkerMessage.LeaveRun(key));
  }

  private Behavior<Command> onCancel() {
    run.ifPresent(to -> to.tell(new RunMessage.CancelRun(key, Simulation.CANCELLED)));
    return this;
  }

  private Behavior<Command> onObserved(Observed observed) {
    if (process.isAlive()) {
      RunEvent event = observed.event();
      ActorRef<RunMessage> of = run.orElseThrow();
      RunKey ofKey = key;
      simulation.log(text(event));
      directory.onEvent(event, () -> of.tell(new RunMessage.CheckpointKept(ofKey)));
      if (process.isCurrent()) {
        follow(event);
      }
    }
    return this;
  }

  private static String text(RunEvent event) {
    if (event instanceof RunEvent.CheckpointTaken taken) {
      return "checkpoint at " + taken.checkpoint().position().step();
    } else if (event instanceof RunEvent.RolledBack back) {
      return "rolled back from %d to %d: %s"
          .formatted(back.step(), back.to().step(), back.reason());
    } else if (event instanceof RunEvent.RunEnded ended) {
      return "ended " + ended.outcome().status() + " " + ended.outcome().message();
    } else if (event instanceof RunEvent.WorkerLeft left) {
      // Its reference has a number that no seed gives.
      return "%s %s, %d left".formatted(left.worker(), left.why(), left.workers());
    }
    return event.toString();
  }

  private void follow(RunEvent event) {
    if (event instanceof RunEvent.StepClosed closed) {
      process.openStep(closed.step() + 1);
    } else if (event instanceof RunEvent.RolledBack back) {
      process.openStep(back.to().step());
      simulation.beganAnew();
    } else if (event instanceof RunEvent.WorkerLeft left) {
      process.roll().left(left.worker(), left.failed());
      simulation.left(left.worker());
      offerIdle();
    } else if (event instanceof RunEvent.WorkersDisagreed disagreed) {
      simulation.blamed(disagreed.message());
    } else if (event instanceof RunEvent.Waiting) {
      process.waits();
    } else if (event instanceof RunEvent.WentOn) {
      process.goesOn();
    } else if (event instanceof RunEvent.RunEnded ended) {
      onEnded(ended.outcome());
    }
  }

  private void onEnded(RunOutcome outcome) {
    if (outcome.status() == RunOutcome.Status.CANCELLED) {
      simulation.cancelled(outcome);
      resume();
    } else {
      simulation.ended(outcome);
    }
  }

  /** As a user does, at once. */
  private void resume() {
    remotes.values().forEach(this::stop);
    remotes.clear();
    process.roll().release();
    process.goesOn();
    process.hasRun(false);
    run = Optional.empty();
    startOrOffer();
  }

  private Behavior<Command> onRunLost(RunLost lost) {
    if (process.isCurrent() && run.filter(lost.run()::equals).isPresent()) {
      simulation.endedWithoutAWord();
    }
    return this;
  }
}
