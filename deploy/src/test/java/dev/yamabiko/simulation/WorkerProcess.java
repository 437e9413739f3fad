package dev.yamabiko.simulation;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import dev.yamabiko.data.Dataset;
import dev.yamabiko.data.LoadedData;
import dev.yamabiko.data.Targets;
import dev.yamabiko.protocol.NodeMessage;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.simulation.Fault.Place;
import dev.yamabiko.tensor.Shape;
import dev.yamabiko.worker.Processor;
import dev.yamabiko.worker.TrainingData;
import dev.yamabiko.worker.Worker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * One start of a worker's process: its actors, its processor, and the control plane between it and
 * the coordinator. It may stand still for a while, and it may end at any moment, with all it has.
 */
final class WorkerProcess {

  private static final int TASK_MICROS = 2000;
  private static final int REGISTER_MICROS = 2000;

  private final Simulation simulation;
  private final int number;
  private final String name;
  private final ControlPath down;
  private final ControlPath up;
  private final ActorRef<SimulatedAgent.Command> agent;
  private final Map<ActorRef<RunMessage>, ActorRef<RunMessage>> runs = new HashMap<>();
  private final List<Runnable> held = new ArrayList<>();
  private ActorRef<WorkerMessage> worker;

  /** Of the coordinator that it has registered with. */
  private int term;

  private Optional<RunKey> joined = Optional.empty();
  private Optional<RunKey> ready = Optional.empty();
  private boolean alive = true;
  private boolean hangs;
  private boolean givenUp;
  private long busyUntil;
  private long clock;

  WorkerProcess(Simulation simulation, int number, String name) {
    this.simulation = simulation;
    this.number = number;
    this.name = name;
    down = new ControlPath(simulation, this, Place.CONTROL);
    up = new ControlPath(simulation, this, Place.ANSWER);
    agent = simulation.spawn(SimulatedAgent.create(this), name);
  }

  Simulation simulation() {
    return simulation;
  }

  int number() {
    return number;
  }

  String name() {
    return name;
  }

  boolean isAlive() {
    return alive;
  }

  /** Whether there is anybody to hear what it is told. */
  boolean isStarted() {
    return worker != null;
  }

  int term() {
    return term;
  }

  boolean isAwake() {
    return alive && !hangs;
  }

  /** The actors are there. */
  void started(ActorRef<WorkerMessage> of) {
    worker = of;
    simulation.time().after(simulation.around(1000), () -> whenAwake(this::register));
  }

  /** Until there is a coordinator that hears it. */
  private void register() {
    if (simulation.coordinator().register(this)) {
      term = simulation.coordinator().term();
    } else {
      simulation.time().after(simulation.around(REGISTER_MICROS), () -> whenAwake(this::register));
    }
  }

  /** Now, or when the process goes on; never if it has ended. */
  void whenAwake(Runnable what) {
    if (hangs) {
      held.add(what);
    } else if (alive) {
      what.run();
    }
  }

  void kill() {
    if (alive) {
      simulation.log("end of " + name);
      alive = false;
      simulation.left(name);
      held.clear();
      down.lost();
      up.lost();
      agent.tell(new SimulatedAgent.Stop());
      simulation.coordinators().forEach(c -> c.nodeEnded(this, Simulation.DETECTION.toNanos()));
    }
  }

  void hang(long nanos) {
    hangs = true;
    simulation.time().after(nanos, this::goOn);
    if (nanos > Simulation.DETECTION.toNanos()) {
      givenUp = true;
      simulation.coordinators().forEach(c -> c.nodeHangs(this, Simulation.DETECTION.toNanos()));
    }
  }

  private void goOn() {
    hangs = false;
    if (!alive) {
      return;
    }
    simulation.log(name + " goes on");
    if (givenUp) {
      // The cluster wants no more of it, so that it has to begin anew.
      simulation.time().after(simulation.around(100_000), this::beginAnew);
    }
    List<Runnable> all = List.copyOf(held);
    held.clear();
    all.forEach(this::whenAwake);
  }

  private void beginAnew() {
    if (alive) {
      simulation.startAgain(this, simulation.around(100_000));
    }
  }

  void joins(RunKey key) {
    joined = Optional.of(key);
  }

  // --- Control plane ----------------------------------------------------------------------------

  /** From the coordinator to the worker. */
  void tell(CoordinatorProcess from, WorkerMessage message) {
    WorkerMessage here = withAnswersHere(from, message);
    down.send(from, message, () -> whenAwake(() -> worker.tell(here)));
  }

  /** From the coordinator to the node. */
  void tell(CoordinatorProcess from, NodeMessage message) {
    SimulatedAgent.Command here = new SimulatedAgent.FromCoordinator(from, message);
    down.send(from, message, () -> whenAwake(() -> agent.tell(here)));
  }

  /** The run as this process knows it: what it is told goes over the control plane. */
  ActorRef<RunMessage> here(CoordinatorProcess of, ActorRef<RunMessage> run) {
    return runs.computeIfAbsent(
        run,
        there ->
            simulation.spawn(
                Behaviors.<RunMessage>receive(
                    (context, message) -> {
                      if (message instanceof RunMessage.WorkerReady) {
                        ready = Optional.of(message.key());
                      }
                      up.send(
                          of,
                          message,
                          () -> {
                            if (of.isAlive()) {
                              there.tell(message);
                            }
                          });
                      return Behaviors.same();
                    }),
                "run-of-" + name));
  }

  private WorkerMessage withAnswersHere(CoordinatorProcess from, WorkerMessage message) {
    if (message instanceof WorkerMessage.Probe probe) {
      return new WorkerMessage.Probe(probe.key(), here(from, probe.replyTo()));
    } else if (message instanceof WorkerMessage.PauseLease pause) {
      return new WorkerMessage.PauseLease(pause.key(), pause.lease(), here(from, pause.replyTo()));
    } else if (message instanceof WorkerMessage.Evaluate evaluate) {
      return new WorkerMessage.Evaluate(
          evaluate.key(),
          evaluate.step(),
          evaluate.data(),
          evaluate.all(),
          evaluate.fromPart(),
          evaluate.toPart(),
          here(from, evaluate.replyTo()));
    }
    return message;
  }

  // --- What it computes on ----------------------------------------------------------------------

  Behavior<WorkerMessage> workerBehavior() {
    LoadedData data = simulation.plan().job().checked().data();
    TrainingData mine = new TrainingData(new Examples(data.train()), data.validation());
    Tasks tasks = new Tasks();
    Processor processor = new Processor(tasks, tasks, 1, Long.MAX_VALUE, this::nanoTime);
    return Worker.create(name, definition -> mine, processor);
  }

  /** Time passes between one look at it and the next, more of it on some workers. */
  private long nanoTime() {
    clock += simulation.around(200L * (1 + number % 3));
    return clock;
  }

  /** One task after the other, each some time after the one before. */
  private final class Tasks extends AbstractExecutorService {

    private boolean shutdown;

    @Override
    public void execute(Runnable task) {
      long now = simulation.time().now();
      busyUntil =
          Math.max(busyUntil, now) + simulation.around((long) TASK_MICROS * (1 + number % 3));
      simulation.time().after(busyUntil - now, () -> begin(task));
    }

    /** After it stood still a process's threads go on in no certain order. */
    private void begin(Runnable task) {
      if (hangs) {
        whenAwake(() -> execute(task));
      } else if (alive && !shutdown) {
        task.run();
      }
    }

    @Override
    public void shutdown() {
      shutdown = true;
    }

    @Override
    public List<Runnable> shutdownNow() {
      shutdown = true;
      return List.of();
    }

    @Override
    public boolean isShutdown() {
      return shutdown;
    }

    @Override
    public boolean isTerminated() {
      return shutdown;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return shutdown;
    }
  }

  /** The data, with the faults at reading it. */
  private final class Examples implements Dataset {

    private final Dataset data;

    Examples(Dataset data) {
      this.data = data;
    }

    @Override
    public int size() {
      return data.size();
    }

    @Override
    public Shape inputShape() {
      return data.inputShape();
    }

    @Override
    public Targets targets() {
      return data.targets();
    }

    @Override
    public void readInput(int index, float[] into, int at) {
      // What it still does for a run that it has left, nobody hears of.
      if (ready.isPresent() && ready.equals(joined)) {
        simulation.meet(Place.TASK, WorkerProcess.this, simulation.coordinator().openStep(), 0);
      }
      data.readInput(index, into, at);
    }

    @Override
    public void readTarget(int index, float[] into, int at) {
      data.readTarget(index, into, at);
    }
  }
}
