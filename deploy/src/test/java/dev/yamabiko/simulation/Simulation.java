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
import dev.yamabiko.protocol.RunOutcome;
import dev.yamabiko.simulation.Fault.Kind;
import dev.yamabiko.simulation.Fault.Place;
import java.time.Duration;
import java.util.ArrayList;
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
   * @param log of all that happened, a line each
   */
  record Result(
      Optional<RunOutcome> outcome,
      List<String> metrics,
      List<String> blamed,
      List<Fault> pending,
      List<String> log) {}

  private static final Config CONFIG = ConfigFactory.load("simulation");
  private static final Duration LONGEST = Duration.ofHours(12);
  private static final long MOST_TASKS = 2_000_000;

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
  private final Disk disk;
  private CoordinatorProcess coordinator;
  private Optional<RunOutcome> outcome = Optional.empty();
  private long tasks;
  private int actors;
  private int names;
  private int terms;

  /** Until it has left the run, nobody else is disturbed: it is not to be the last worker. */
  private Optional<WorkerProcess> failing = Optional.empty();

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
    Result result = new Result(outcome, metrics, blamed, faults.pending(), List.copyOf(log));
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

  /** The run said its last word without one. */
  void endedWithoutAWord() {
    if (outcome.isEmpty()) {
      log("the run ended without a word");
      tasks = MOST_TASKS;
    }
  }

  private void startCoordinator() {
    coordinator = new CoordinatorProcess(this, ++terms);
  }

  private void startWorker(int number, String name) {
    processes.removeIf(process -> !process.isAlive());
    log("start of " + name);
    processes.add(new WorkerProcess(this, number, name));
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

  void putBack(Fault fault) {
    log("not yet " + fault);
    faults.putBack(fault);
  }

  private boolean isPossible(Fault fault, WorkerProcess process) {
    return switch (fault.kind()) {
      case CRASH, REPLACE, LEAVE, HANG, COORDINATOR_CRASH -> failing.isEmpty() && process.isAwake();
      case TASK_FAILURE -> failing.isEmpty() && process.isAwake() && hasSubstitute(process);
      case CORRUPT -> process.isAwake();
      case WRONG_BIT -> false;
      default -> true;
    };
  }

  /** Else a failure would be the end of the run; and then one is started. */
  private boolean hasSubstitute(WorkerProcess process) {
    List<WorkerProcess> others =
        processes.stream().filter(other -> other != process && other.isAwake()).toList();
    if (others.isEmpty()) {
      startWorker(names, "w" + names++);
    }
    return coordinator.isUsing(process) && others.stream().anyMatch(coordinator::isUsing);
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
        coordinator.nodeEnded(process, around(1000));
        time.after(around(5000), () -> startAgain(process, millis));
      }
      case JOIN -> startWorker(names, "w" + names++);
      case TASK_FAILURE -> {
        failing = Optional.of(process);
        throw new IllegalStateException("an example cannot be read");
      }
      case COORDINATOR_CRASH -> {
        failing = Optional.empty();
        coordinator.kill();
        time.after(millis, this::startCoordinator);
        for (WorkerProcess living : List.copyOf(processes)) {
          time.after(
              around(20_000),
              () -> {
                if (living.isAlive()) {
                  startAgain(living, around(50_000));
                }
              });
        }
      }
      default -> throw new IllegalStateException(fault.kind() + " is of a message");
    }
  }
}
