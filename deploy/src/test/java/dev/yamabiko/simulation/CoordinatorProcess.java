package dev.yamabiko.simulation;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import dev.yamabiko.coordinator.CheckedJob;
import dev.yamabiko.coordinator.MetricsLine;
import dev.yamabiko.coordinator.RunSettings;
import dev.yamabiko.coordinator.TrainingRun;
import dev.yamabiko.model.Checkpoint;
import dev.yamabiko.protocol.RunDefinition;
import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.step.EvaluationPlan;
import dev.yamabiko.wire.MemoryBulk;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One start of the coordinator's process, with the one run that it has: registers workers and
 * offers them to the run, writes down what the run says, and keeps its checkpoints.
 */
final class CoordinatorProcess {

  private static final int SLICE_MICROS = 300;
  private static final int DISK_MICROS = 5000;

  private sealed interface Command {}

  private record Registered(WorkerProcess process) implements Command {}

  private record NodeLost(WorkerProcess process) implements Command {}

  private record Observed(RunEvent event) implements Command {}

  private record Kept(Checkpoint checkpoint, int lines) implements Command {}

  private record RunLost() implements Command {}

  private record Stop() implements Command {}

  private final Simulation simulation;
  private final RunKey key;
  private final ActorRef<Command> actor;
  private final MemoryBulk.Shared shared = new MemoryBulk.Shared();
  private final Map<String, BulkPath> paths = new HashMap<>();
  private final Map<WorkerProcess, List<BulkPath>> pathsOf = new HashMap<>();
  private final Map<String, WorkerProcess> registered = new LinkedHashMap<>();

  /** Names of those that take part or are invited; and of those that failed. */
  private final Set<String> inRun = new HashSet<>();

  private final Set<String> failed = new HashSet<>();

  /** Gone already, or as good as gone. */
  private final Set<WorkerProcess> ending = new HashSet<>();

  private boolean alive = true;
  private long openStep;

  CoordinatorProcess(Simulation simulation, int term) {
    this.simulation = simulation;
    simulation.log("start of term " + term);
    key = new RunKey("simulated-" + term, term);
    actor = simulation.spawn(Behaviors.setup(Actor::new), "coordinator");
  }

  boolean isAlive() {
    return alive;
  }

  /** The first that has not closed. */
  long openStep() {
    return openStep;
  }

  /** Whether the worker is one of the run's. */
  boolean isUsing(WorkerProcess process) {
    return alive
        && inRun.contains(process.name())
        && registered.get(process.name()) == process
        && !ending.contains(process);
  }

  /** Returns false if nobody has heard that. */
  boolean register(WorkerProcess process) {
    if (alive) {
      actor.tell(new Registered(process));
    }
    return alive;
  }

  /** The process at the other end of the cluster's connection is gone, and this notices later. */
  void nodeEnded(WorkerProcess process, long after) {
    ending.add(process);
    breakPaths(process);
    simulation.time().after(after, () -> actor.tell(new NodeLost(process)));
  }

  /** A node that does not answer is given up after some time, and its connections with it. */
  void nodeHangs(WorkerProcess process, long after) {
    simulation
        .time()
        .after(
            after,
            () -> {
              breakPaths(process);
              actor.tell(new NodeLost(process));
            });
  }

  private void breakPaths(WorkerProcess process) {
    pathsOf.getOrDefault(process, List.of()).forEach(BulkPath::broken);
  }

  /** What the bulk plane of the run shares. */
  MemoryBulk.Shared shared() {
    return shared;
  }

  BulkPath path(String token) {
    return paths.get(token);
  }

  void kill() {
    simulation.log("end of term " + key.term());
    alive = false;
    paths.values().forEach(BulkPath::broken);
    actor.tell(new Stop());
  }

  /** Stands on the coordinator's node for everything that lives in its process. */
  private final class Actor extends AbstractBehavior<Command> {

    private final MetricsLine lines;
    private Optional<ActorRef<RunMessage>> run = Optional.empty();
    private final Map<WorkerProcess, ActorRef<WorkerMessage>> remotes = new HashMap<>();

    Actor(ActorContext<Command> context) {
      super(context);
      lines = new MetricsLine(checked().data().train().targets());
    }

    private CheckedJob checked() {
      return simulation.plan().job().checked();
    }

    @Override
    public Receive<Command> createReceive() {
      return newReceiveBuilder()
          .onMessage(Registered.class, this::onRegistered)
          .onMessage(NodeLost.class, this::onNodeLost)
          .onMessage(Observed.class, this::onObserved)
          .onMessage(Kept.class, this::onKept)
          .onMessage(RunLost.class, lost -> onRunLost())
          .onMessage(Stop.class, stop -> Behaviors.stopped())
          .build();
    }

    private Behavior<Command> onRegistered(Registered message) {
      WorkerProcess process = message.process();
      if (registered.put(process.name(), process) != null) {
        inRun.remove(process.name());
      }
      if (alive && run.isEmpty()) {
        start(process);
      }
      offerIdle();
      return this;
    }

    private void start(WorkerProcess process) {
      Checkpoint begin = simulation.disk().resume();
      openStep = begin.position().step();
      CheckedJob checked = checked();
      inRun.add(process.name());
      RunSettings settings =
          new RunSettings(
              key,
              checked.job(),
              new RunDefinition(checked.job().resolved(), checked.dataSha256(), Optional.empty()),
              checked.network(),
              simulation.plan().job().plan(),
              begin,
              checked.data().validation().map(data -> new EvaluationPlan(data.size())),
              Map.of(process.name(), spawnRemote(process)),
              RunSettings.cut(
                  checked.job(),
                  checked.network(),
                  simulation.plan().job().plan(),
                  begin,
                  simulation.plan().slices()),
              this::compute,
              getContext().messageAdapter(RunEvent.class, Observed::new),
              true,
              simulation.time()::now);
      run = Optional.of(getContext().spawn(TrainingRun.create(settings), "run"));
      getContext().watchWith(run.get(), new RunLost());
    }

    /** Where slices do their arithmetic. */
    private void compute(Runnable task) {
      simulation
          .time()
          .after(
              simulation.around(SLICE_MICROS),
              () -> {
                if (alive) {
                  task.run();
                }
              });
    }

    private ActorRef<WorkerMessage> spawnRemote(WorkerProcess process) {
      String token = "token-" + paths.size();
      RemoteEnd receiver = new RemoteEnd(key, process.name());
      BulkPath path = new BulkPath(simulation, process, CoordinatorProcess.this, key, receiver);
      paths.put(token, path);
      pathsOf.computeIfAbsent(process, p -> new ArrayList<>()).add(path);
      ActorRef<WorkerMessage> remote =
          getContext()
              .spawnAnonymous(
                  SimulatedRemote.create(
                      CoordinatorProcess.this, process, key, token, path, receiver));
      remotes.put(process, remote);
      return remote;
    }

    private void offerIdle() {
      if (run.isEmpty()) {
        return;
      }
      for (WorkerProcess process : registered.values()) {
        if (!inRun.contains(process.name()) && !failed.contains(process.name())) {
          inRun.add(process.name());
          simulation.log("offer of " + process.name());
          run.get().tell(new RunMessage.OfferWorker(key, process.name(), spawnRemote(process)));
        }
      }
    }

    private Behavior<Command> onNodeLost(NodeLost lost) {
      WorkerProcess process = lost.process();
      simulation.log("node lost: " + process.name());
      ActorRef<WorkerMessage> remote = remotes.remove(process);
      if (remote != null) {
        // As it watches the node.
        remote.tell(new WorkerMessage.LeaveRun(key));
      }
      if (registered.remove(process.name(), process)) {
        inRun.remove(process.name());
      }
      return this;
    }

    private Behavior<Command> onObserved(Observed observed) {
      RunEvent event = observed.event();
      if (!alive) {
        return this;
      }
      if (event instanceof RunEvent.CheckpointTaken taken) {
        simulation.log("checkpoint at " + taken.checkpoint().position().step());
        int before = simulation.disk().lines();
        simulation
            .time()
            .after(
                simulation.around(DISK_MICROS),
                () -> actor.tell(new Kept(taken.checkpoint(), before)));
        return this;
      } else if (event instanceof RunEvent.RunEnded ended) {
        simulation.log("ended " + ended.outcome().status() + " " + ended.outcome().message());
        simulation.ended(ended.outcome());
        return this;
      }
      simulation.log(event.toString());
      if (event instanceof RunEvent.StepClosed closed) {
        openStep = closed.step() + 1;
        simulation.disk().write(lines.of(closed));
      } else if (event instanceof RunEvent.EpochClosed closed) {
        simulation.disk().write(lines.of(closed));
      } else if (event instanceof RunEvent.WorkersDisagreed disagreed) {
        simulation.blamed(disagreed.message());
      } else if (event instanceof RunEvent.WorkerLeft left) {
        inRun.remove(left.worker());
        simulation.left(left.worker());
        if (left.failed()) {
          failed.add(left.worker());
        }
        offerIdle();
      }
      return this;
    }

    private Behavior<Command> onKept(Kept kept) {
      if (alive) {
        simulation.disk().keep(kept.checkpoint(), kept.lines());
        run.orElseThrow().tell(new RunMessage.CheckpointKept(key));
      }
      return this;
    }

    private Behavior<Command> onRunLost() {
      if (alive) {
        simulation.endedWithoutAWord();
      }
      return this;
    }
  }
}
