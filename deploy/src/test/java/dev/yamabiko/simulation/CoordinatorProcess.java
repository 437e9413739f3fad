package dev.yamabiko.simulation;

import akka.actor.typed.ActorRef;
import dev.yamabiko.protocol.NodeMessage;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.simulation.SimulatedCoordinator.Command;
import dev.yamabiko.wire.MemoryBulk;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One start of the coordinator's process, which has one term: its actors, and its ends of the bulk
 * connections. It may end at any moment, with all it has; and it may live on when another one has
 * taken over.
 */
final class CoordinatorProcess {

  private final Simulation simulation;
  private final int term;
  private final ActorRef<Command> actor;
  private final Roll roll = new Roll();

  /** What the bulk plane of each run shares. */
  private final Map<RunKey, MemoryBulk.Shared> shared = new HashMap<>();

  private final Map<String, BulkPath> paths = new HashMap<>();
  private final Map<WorkerProcess, List<BulkPath>> pathsOf = new HashMap<>();

  private final Map<WorkerProcess, WorkerMessage> last = new LinkedHashMap<>();

  /** Gone already, or as good as gone. */
  private final Set<WorkerProcess> ending = new HashSet<>();

  private boolean alive = true;
  private boolean hasRun;

  /** For workers; negative where it does not wait. */
  private long waitingSince = -1;

  private boolean acted;
  private Runnable whenItActs = () -> {};
  private long openStep;

  CoordinatorProcess(Simulation simulation, int term) {
    this.simulation = simulation;
    this.term = term;
    simulation.log("start of term " + term);
    simulation.disk().beginTerm(term);
    actor = simulation.spawn(SimulatedCoordinator.create(simulation, this), "coordinator");
  }

  boolean isAlive() {
    return alive;
  }

  int term() {
    return term;
  }

  /** Whether it has not ended and no other one has taken over. */
  boolean isCurrent() {
    return alive && simulation.coordinator() == this;
  }

  /**
   * Another one has taken over.
   *
   * @param shown is called when this one does anything from now on
   */
  void superseded(Runnable shown) {
    whenItActs = shown;
  }

  /** It sends or writes something. */
  void acts() {
    if (alive && !isCurrent() && !acted) {
      acted = true;
      whenItActs.run();
    }
  }

  /** Whether it has done anything since another one took over. */
  boolean hasActed() {
    return acted;
  }

  /** The first that has not closed. */
  long openStep() {
    return openStep;
  }

  void openStep(long step) {
    openStep = step;
  }

  /** Whether the worker is one of the run's. */
  boolean isUsing(WorkerProcess process) {
    return alive && roll.isInRun(process) && !ending.contains(process);
  }

  Roll roll() {
    return roll;
  }

  /** Whether there is a run that can be cancelled. */
  boolean hasRun() {
    return alive && hasRun;
  }

  void hasRun(boolean now) {
    hasRun = now;
  }

  /** The run says that it waits for workers: nothing is handed out until it goes on. */
  void waits() {
    waitingSince = simulation.time().now();
  }

  void goesOn() {
    waitingSince = -1;
  }

  /** What the run says of one moment may come in any order. */
  private void checkThatItMay(WorkerMessage message) {
    long since = waitingSince;
    boolean isWork =
        message instanceof WorkerMessage.TakeLease
            || message instanceof WorkerMessage.ComputeBlocks
            || message instanceof WorkerMessage.Evaluate;
    if (isWork && since >= 0 && simulation.time().now() > since) {
      simulation
          .time()
          .after(
              1,
              () -> {
                if (waitingSince == since && isCurrent() && !simulation.isCancelling()) {
                  simulation.violated("handed out while it waited: " + message);
                }
              });
    }
  }

  /** Returns false if nobody has heard that. */
  boolean register(WorkerProcess process) {
    if (alive) {
      actor.tell(new SimulatedCoordinator.Registered(process));
    }
    return alive;
  }

  void cancel() {
    actor.tell(new SimulatedCoordinator.Cancel());
  }

  /** The process at the other end of the cluster's connection is gone, and this notices later. */
  void nodeEnded(WorkerProcess process, long after) {
    ending.add(process);
    breakPaths(process);
    simulation.time().after(after, () -> actor.tell(new SimulatedCoordinator.NodeLost(process)));
  }

  /** A node that does not answer is given up after some time, and its connections with it. */
  void nodeHangs(WorkerProcess process, long after) {
    simulation
        .time()
        .after(
            after,
            () -> {
              breakPaths(process);
              actor.tell(new SimulatedCoordinator.NodeLost(process));
            });
  }

  private void breakPaths(WorkerProcess process) {
    pathsOf.getOrDefault(process, List.of()).forEach(BulkPath::broken);
  }

  MemoryBulk.Shared shared(RunKey key) {
    return shared.computeIfAbsent(key, run -> new MemoryBulk.Shared());
  }

  /** Returns the token that admits the worker to it. */
  String openPath(WorkerProcess process, RunKey key, RemoteEnd receiver) {
    String token = "token-" + paths.size();
    BulkPath path = new BulkPath(simulation, process, this, key, receiver);
    paths.put(token, path);
    pathsOf.computeIfAbsent(process, p -> new ArrayList<>()).add(path);
    return token;
  }

  BulkPath path(String token) {
    return paths.get(token);
  }

  void tell(WorkerProcess process, WorkerMessage message) {
    if (alive) {
      acts();
      checkThatItMay(message);
      last.put(process, message);
      addressee(process).tell(this, message);
    }
  }

  void tell(WorkerProcess process, NodeMessage message) {
    if (alive) {
      acts();
      addressee(process).tell(this, message);
    }
  }

  /** Tells each worker once more what it told it last. */
  void repeatLast() {
    List.copyOf(last.keySet()).forEach(process -> tell(process, last.get(process)));
  }

  /**
   * Of a coordinator whose term is over, also what has started in the worker's place: no network
   * would let that through, but nothing may come of it either.
   */
  private WorkerProcess addressee(WorkerProcess process) {
    return process.isAlive() || isCurrent()
        ? process
        : simulation.startedInPlaceOf(process).orElse(process);
  }

  void kill() {
    simulation.log("end of term " + term);
    alive = false;
    paths.values().forEach(BulkPath::broken);
    actor.tell(new SimulatedCoordinator.Stop());
  }
}
