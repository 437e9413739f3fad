package dev.yamabiko.simulation;

import akka.actor.BootstrapSetup;
import akka.actor.setup.ActorSystemSetup;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Adapter;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.yamabiko.model.Checkpoint;
import dev.yamabiko.model.Checkpoint.Position;
import dev.yamabiko.protocol.RunOutcome;
import dev.yamabiko.simulation.Fault.Kind;
import dev.yamabiko.simulation.Fault.Place;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import scala.concurrent.ExecutionContext;

/**
 * A cluster in one thread: the real actors of a run and its workers, in an actor system whose
 * executor follows a seed and whose time is virtual, joined by paths on which the faults of a plan
 * happen. The same plan gives the same events, one by one.
 */
final class Simulation {

  /**
   * How a plan went.
   *
   * @param outcome absent if the run never ended
   * @param metrics lines of {@code metrics.jsonl}
   * @param blamed who computed different bits, as the run said
   * @param pending faults that have not happened
   * @param violations of what must hold on the way
   * @param log of all that happened, a line each
   */
  record Result(
      Optional<RunOutcome> outcome,
      List<String> metrics,
      List<String> blamed,
      List<Fault> pending,
      List<String> violations,
      List<String> log) {}

  private static final Config CONFIG = ConfigFactory.load("simulation");
  private static final Duration LONGEST = Duration.ofHours(12);
  private static final long MOST_TASKS = 2_000_000;

  /** How long a coordinator lives at least that another one has taken over from. */
  private static final Duration ZOMBIE = Duration.ofMillis(100);

  /** When workers turn to the other one. */
  private static final int SOONEST_TURN_MILLIS = 10;

  private static final int LATEST_TURN_MILLIS = 2000;

  static final String CANCELLED = "cancelled by a user";

  /** When the failure detector gives a node up that does not answer. */
  static final Duration DETECTION = Duration.ofSeconds(10);

  private final FaultPlan plan;
  private final PlannedFaults faults;
  private final SplittableRandom random;
  private final SeededExecutor executor;
  private final ActorSystem<Void> system;
  private final VirtualTime time;
  private final List<String> log = new ArrayList<>();
  private final List<String> blamed = new ArrayList<>();
  private final List<WorkerProcess> processes = new ArrayList<>();
  private final List<String> violations = new ArrayList<>();
  private final Disk disk;

  /** All that live, the newest last. */
  private final List<CoordinatorProcess> coordinators = new ArrayList<>();

  /** The newest, alive or not. */
  private CoordinatorProcess coordinator;

  private Optional<RunOutcome> outcome = Optional.empty();
  private long tasks;
  private int actors;
  private int names;
  private int terms;

  /** Until it has left the run, nobody else is disturbed: it is not to be the last worker. */
  private Optional<WorkerProcess> failing = Optional.empty();

  /** Started so that a worker may fail. */
  private Optional<WorkerProcess> substitute = Optional.empty();

  /** Until the run has ended as cancelled. */
  private Optional<Fault> cancelling = Optional.empty();

  private Simulation(FaultPlan plan) {
    this.plan = plan;
    faults = new PlannedFaults(plan);
    random = new SplittableRandom(plan.seed());
    executor = new SeededExecutor(random.split());
    disk = new Disk(plan.job().checked().start());
    ActorSystemSetup setup =
        ActorSystemSetup.create(
            BootstrapSetup.create(CONFIG)
                .withDefaultExecutionContext(ExecutionContext.fromExecutor(executor)));
    system = ActorSystem.create(Behaviors.<Void>empty(), "simulation", setup);
    executor.start();
    time = (VirtualTime) Adapter.toClassic(system).scheduler();
  }

  static Result run(FaultPlan plan) {
    return new Simulation(plan).run();
  }

  private Result run() {
    startCoordinator();
    for (int i = 0; i < plan.workers(); i++) {
      startWorker(i, "w" + names++);
    }
    while (outcome.isEmpty()
        && tasks < MOST_TASKS
        && time.now() < LONGEST.toNanos()
        && runNext()) {}
    if (outcome.isEmpty()) {
      log("no end in sight");
    }
    List<String> metrics = disk.metrics();
    Result result =
        new Result(
            outcome,
            metrics,
            List.copyOf(blamed),
            faults.pending(),
            List.copyOf(violations),
            List.copyOf(log));
    system.terminate();
    while (!system.getWhenTerminated().toCompletableFuture().isDone() && runNext()) {}
    return result;
  }

  private boolean runNext() {
    tasks++;
    return executor.runOne() || time.advance();
  }

  FaultPlan plan() {
    return plan;
  }

  VirtualTime time() {
    return time;
  }

  Disk disk() {
    return disk;
  }

  CoordinatorProcess coordinator() {
    return coordinator;
  }

  List<CoordinatorProcess> coordinators() {
    return List.copyOf(coordinators);
  }

  Optional<WorkerProcess> startedInPlaceOf(WorkerProcess process) {
    return processes.stream()
        .filter(p -> p.isAlive() && p.isStarted() && p.name().equals(process.name()))
        .findFirst();
  }

  void violated(String what) {
    log("VIOLATION " + what);
    violations.add(what);
  }

  void log(String what) {
    log.add("%d %d %s".formatted(time.now(), tasks, what));
  }

  <T> ActorRef<T> spawn(Behavior<T> behavior, String name) {
    return system.systemActorOf(behavior, name + "-" + actors++, Props.empty());
  }

  /** Something like so many microseconds, in nanoseconds. */
  long around(long micros) {
    return 1 + random.nextLong(2 * micros * 1000);
  }

  int random(int below) {
    return random.nextInt(below);
  }

  void ended(RunOutcome last) {
    outcome = Optional.of(last);
  }

  void blamed(String message) {
    blamed.add(message);
  }

  boolean isCancelling() {
    return cancelling.isPresent();
  }

  /** What it has left must be all that a run needs that goes on from there. */
  void cancelled(RunOutcome end) {
    if (cancelling.isEmpty()) {
      violated("cancelled, but by nobody");
    }
    Checkpoint kept = disk.checkpoint();
    Position at = kept.position();
    String ways = "%d steps, %d epochs, %d samples, %d roll-backs";
    String expected = ways.formatted(at.step(), at.epochs(), at.samples(), at.rollbacks());
    String found = ways.formatted(end.steps(), end.epochs(), end.samplesApplied(), end.rollbacks());
    if (!expected.equals(found)) {
      violated("cancelled after %s, but kept are %s".formatted(found, expected));
    }
    // Before the first step there may be no model.
    if (!end.weights().map(w -> Arrays.equals(w, kept.weights())).orElse(at.step() == 0)) {
      violated("cancelled with other weights than those of the checkpoint");
    }
    cancelledNow();
  }

  private void cancelledNow() {
    cancelling.ifPresent(faults::happened);
    cancelling = Optional.empty();
    failing = Optional.empty();
  }

  /** The run said its last word without one. */
  void endedWithoutAWord() {
    if (outcome.isEmpty()) {
      log("the run ended without a word");
      tasks = MOST_TASKS;
    }
  }

  private void startCoordinator() {
    // A job that was being cancelled is taken up as one that has been.
    cancelledNow();
    coordinator = new CoordinatorProcess(this, ++terms);
    coordinators.add(coordinator);
  }

  private WorkerProcess startWorker(int number, String name) {
    processes.removeIf(process -> !process.isAlive());
    log("start of " + name);
    WorkerProcess started = new WorkerProcess(this, number, name);
    processes.add(started);
    return started;
  }

  /** Nodes start anew when they hear of another term. */
  void startAgain(WorkerProcess process, long after) {
    process.kill();
    time.after(after, () -> startWorker(process.number(), process.name()));
  }

  // --- Faults -----------------------------------------------------------------------------------

  /**
   * What happens to a message; what happens to nodes, happens here.
   *
   * @param slice only of messages with floats
   */
  Optional<Fault> meet(Place place, WorkerProcess process, long step, int slice) {
    if (outcome.isPresent()) {
      return Optional.empty();
    }
    Optional<Fault> fault =
        faults.take(place, process.number(), step, slice, f -> isPossible(f, process));
    fault.ifPresent(
        f -> {
          log("FAULT %s: %s, step %d, slice %d".formatted(f, process.name(), step, slice));
          if (!f.kind().isOfMessage()) {
            happen(f, process);
          }
        });
    return fault.filter(f -> f.kind().isOfMessage());
  }

  /** Whether the worker is to compute a wrong bit here. */
  boolean isWrong(WorkerProcess process, long step, int slice) {
    Optional<Fault> fault =
        faults.take(
            Place.CONTRIBUTION, process.number(), step, slice, f -> f.kind() == Kind.WRONG_BIT);
    fault.ifPresent(
        f -> log("FAULT %s: %s, step %d, slice %d".formatted(f, process.name(), step, slice)));
    return fault.isPresent();
  }

  /** The worker takes part no more, or has ended. */
  void left(String worker) {
    failing = failing.filter(process -> !process.name().equals(worker));
  }

  /** It shows only now. */
  void happened(Fault fault) {
    log("shown " + fault);
    faults.happened(fault);
  }

  /** Of what a worker did before, the run will not hear. */
  void beganAnew() {
    failing = Optional.empty();
  }

  void putBack(Fault fault) {
    log("not yet " + fault);
    faults.putBack(fault);
  }

  private boolean isPossible(Fault fault, WorkerProcess process) {
    return switch (fault.kind()) {
      case CRASH, REPLACE, LEAVE, HANG -> failing.isEmpty() && process.isAwake();
      case COORDINATOR_CRASH, ZOMBIE ->
          failing.isEmpty() && process.isAwake() && coordinator.isAlive();
      case CANCEL -> cancelling.isEmpty() && coordinator.hasRun();
      case TASK_FAILURE -> failing.isEmpty() && process.isAwake() && hasSubstitute(process);
      case CORRUPT -> process.isAwake();
      case WRONG_BIT -> false;
      default -> true;
    };
  }

  /** Else a failure would be the end of the run; and then one is started. */
  private boolean hasSubstitute(WorkerProcess process) {
    List<WorkerProcess> others =
        processes.stream()
            .filter(other -> other != process && other.isAwake() && coordinator.isUsing(other))
            .toList();
    boolean oneComes =
        substitute.filter(other -> other.isAlive() && !coordinator.isUsing(other)).isPresent();
    if (others.size() < plan.job().least() && !oneComes) {
      substitute = Optional.of(startWorker(names, "w" + names++));
    }
    return coordinator.isUsing(process) && !others.isEmpty();
  }

  private void happen(Fault fault, WorkerProcess process) {
    long millis = Duration.ofMillis(fault.millis()).toNanos();
    switch (fault.kind()) {
      case CRASH -> startAgain(process, millis);
      case REPLACE -> {
        process.kill();
        time.after(millis, () -> startWorker(process.number(), "w" + names++));
      }
      case HANG -> process.hang(millis);
      case LEAVE -> {
        coordinators().forEach(c -> c.nodeEnded(process, around(1000)));
        time.after(around(5000), () -> startAgain(process, millis));
      }
      case JOIN -> startWorker(names, "w" + names++);
      case TASK_FAILURE -> {
        failing = Optional.of(process);
        throw new IllegalStateException("an example cannot be read");
      }
      case COORDINATOR_CRASH -> {
        kill(coordinator);
        time.after(millis, this::startCoordinator);
        turnWorkers(20_000);
      }
      case ZOMBIE -> takeOver(fault, millis);
      case CANCEL -> {
        cancelling = Optional.of(fault);
        coordinator.cancel();
      }
      default -> throw new IllegalStateException(fault.kind() + " is of a message");
    }
  }

  private void kill(CoordinatorProcess process) {
    coordinators.remove(process);
    process.kill();
  }

  /** Some workers still listen to the old one, for a while. */
  private void takeOver(Fault fault, long nanos) {
    CoordinatorProcess old = coordinator;
    old.superseded(() -> happened(fault));
    startCoordinator();
    int turn = Math.max(SOONEST_TURN_MILLIS, Math.min(fault.millis(), LATEST_TURN_MILLIS));
    turnWorkers(1000L * turn);
    repeatLast(old, around(2500));
    time.after(
        ZOMBIE.toNanos() + nanos,
        () -> {
          kill(old);
          if (!old.hasActed()) {
            putBack(fault);
          }
        });
  }

  /** Ever more rarely, for as long as it lives. */
  private void repeatLast(CoordinatorProcess old, long after) {
    time.after(
        after,
        () -> {
          if (old.isAlive()) {
            old.repeatLast();
            repeatLast(old, 2 * after);
          }
        });
  }

  /** To the new coordinator, in about so many microseconds: as new processes, of a new term. */
  private void turnWorkers(long micros) {
    failing = Optional.empty();
    for (WorkerProcess living : List.copyOf(processes)) {
      time.after(
          around(micros),
          () -> {
            if (living.isAlive()) {
              startAgain(living, around(50_000));
            }
          });
    }
  }
}
