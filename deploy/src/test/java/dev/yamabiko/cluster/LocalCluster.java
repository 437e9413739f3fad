package dev.yamabiko.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.fail;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.AskPattern;
import akka.actor.typed.javadsl.Behaviors;
import akka.japi.function.Function;
import dev.yamabiko.coordinator.CoordinatorCommand;
import dev.yamabiko.coordinator.CoordinatorNode;
import dev.yamabiko.coordinator.CoordinatorSettings;
import dev.yamabiko.coordinator.JobEvent;
import dev.yamabiko.coordinator.JobEventBatch;
import dev.yamabiko.coordinator.JobView;
import dev.yamabiko.coordinator.ParametersView;
import dev.yamabiko.coordinator.TimelineView;
import dev.yamabiko.coordinator.WorkerView;
import dev.yamabiko.coordinator.access.HttpAccess;
import dev.yamabiko.coordinator.access.Tokens;
import dev.yamabiko.job.Job;
import dev.yamabiko.job.JobFile;
import dev.yamabiko.wire.tls.TlsFiles;
import dev.yamabiko.worker.NodeSettings;
import dev.yamabiko.worker.ParametersNode;
import dev.yamabiko.worker.WorkerNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** A coordinator's and some workers' nodes in one JVM, over real sockets on loopback. */
final class LocalCluster implements AutoCloseable {

  static final String HOST = "127.0.0.1";

  /** For whatever ought to happen soon; a busy machine is slow. */
  private static final long LIMIT_SECONDS = 180;

  private static final Duration ANSWER = Duration.ofSeconds(LIMIT_SECONDS);

  private record Running(Runnable leave, Thread thread) {}

  private final Path directory;
  private final Optional<TlsFiles> tls;
  private final CoordinatorNode coordinator;
  private final Map<String, Running> workers = new LinkedHashMap<>();
  private final Map<String, Running> parameters = new LinkedHashMap<>();
  private final AtomicInteger followers = new AtomicInteger();

  LocalCluster(Path directory) throws IOException {
    this(directory, List.of());
  }

  LocalCluster(Path directory, List<Path> dataRoots) throws IOException {
    this(directory, dataRoots, Optional.empty());
  }

  /** Whose nodes all show the same certificate. */
  LocalCluster(Path directory, Optional<TlsFiles> tls) throws IOException {
    this(directory, List.of(), tls);
  }

  private LocalCluster(Path directory, List<Path> dataRoots, Optional<TlsFiles> tls)
      throws IOException {
    this.directory = directory;
    this.tls = tls;
    coordinator = coordinator(directory, dataRoots, HttpAccess.open().with(tls));
  }

  /** One by itself, for those who have a token of this file. */
  static CoordinatorNode coordinator(Path directory, Path tokens) throws IOException {
    HttpAccess access =
        new HttpAccess(Optional.of(Tokens.of(tokens)), Optional.empty(), false, List.of());
    return coordinator(directory, List.of(), access);
  }

  private static CoordinatorNode coordinator(
      Path directory, List<Path> dataRoots, HttpAccess access) throws IOException {
    return CoordinatorNode.start(
        new CoordinatorSettings(
            HOST,
            HOST,
            0,
            0,
            0,
            directory.resolve("data"),
            dataRoots,
            20L << 30,
            20L << 30,
            false,
            access));
  }

  CoordinatorNode coordinator() {
    return coordinator;
  }

  NodeSettings settings(String worker) {
    return new NodeSettings(
        worker,
        List.of(new NodeSettings.Peer(HOST, coordinator.port())),
        HOST,
        0,
        1,
        directory.resolve("cache-" + worker),
        1L << 30,
        tls);
  }

  /** Starts them and waits until they have joined. */
  void join(String... names) {
    for (String name : names) {
      start(name, new WorkerNode(settings(name)));
    }
    awaitAll();
  }

  /** Starts a node that is made for a test, with {@link #settings} of that name. */
  void join(String name, WorkerNode node) {
    start(name, node);
    awaitAll();
  }

  private void start(String name, WorkerNode node) {
    workers.put(name, running(name, node::run, node::leave));
  }

  private static Running running(String name, Runnable run, Runnable leave) {
    Thread thread = new Thread(run, "node-" + name);
    thread.start();
    return new Running(leave, thread);
  }

  /** Nodes that own slices; waits until they have joined. */
  void joinParameters(String... names) throws IOException {
    for (String name : names) {
      ParametersNode node = ParametersNode.open(settings(name), 0);
      parameters.put(name, running(name, node::run, node::leave));
    }
    await("all parameters nodes have joined", () -> parameters().size() == parameters.size());
  }

  /** Returns when the node has ended. */
  void leaveParameters(String name) {
    Running running = parameters.remove(name);
    running.leave().run();
    await("the node of " + name + " has ended", () -> !running.thread().isAlive());
  }

  List<ParametersView> parameters() {
    return ask(CoordinatorCommand.ListParameters::new);
  }

  private void awaitAll() {
    await("all workers have joined", () -> workers().size() == workers.size());
  }

  /** Returns when the node has ended. */
  void leave(String name) {
    Running running = workers.remove(name);
    running.leave().run();
    await("the node of " + name + " has ended", () -> !running.thread().isAlive());
  }

  String submit(String text) {
    Job job = JobFile.parse(text, "test.conf", Path.of(""), List.of());
    JobView view =
        ask(
            (ActorRef<JobView> replyTo) ->
                new CoordinatorCommand.SubmitJob(job, Optional.empty(), replyTo));
    assertEquals("", view.status().hasEnded() ? view.reason() : "");
    return view.id();
  }

  JobView view(String id) {
    return ask((ActorRef<Optional<JobView>> replyTo) -> new CoordinatorCommand.GetJob(id, replyTo))
        .orElseThrow();
  }

  TimelineView timeline(String id) {
    return ask((ActorRef<Optional<TimelineView>> replyTo) ->
            new CoordinatorCommand.GetTimeline(id, replyTo))
        .orElseThrow();
  }

  List<WorkerView> workers() {
    return ask(CoordinatorCommand.ListWorkers::new);
  }

  CoordinatorCommand.Answer cancel(String id) {
    return ask(
        (ActorRef<CoordinatorCommand.Answer> replyTo) ->
            new CoordinatorCommand.CancelJob(id, replyTo));
  }

  CoordinatorCommand.Answer resume(String id) {
    return ask(
        (ActorRef<CoordinatorCommand.Answer> replyTo) ->
            new CoordinatorCommand.ResumeJob(id, replyTo));
  }

  /** The job's events, from the first on. */
  BlockingQueue<JobEvent> follow(String id) {
    BlockingQueue<JobEvent> events = new LinkedBlockingQueue<>();
    ActorSystem<CoordinatorCommand> system = coordinator.system();
    ActorRef<JobEventBatch> listener =
        system.systemActorOf(
            Behaviors.receiveMessage(
                batch -> {
                  events.addAll(batch.events());
                  return batch.isLast() ? Behaviors.stopped() : Behaviors.same();
                }),
            "follower-" + followers.incrementAndGet(),
            Props.empty());
    system.tell(new CoordinatorCommand.FollowJob(id, 0, listener));
    return events;
  }

  /** The next event of this kind; the job must not end before it. */
  static JobEvent next(BlockingQueue<JobEvent> events, String kind) {
    try {
      while (true) {
        JobEvent event = events.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
        assertNotNull(event, "no event of kind " + kind + " within " + LIMIT_SECONDS + " s");
        if (event.kind().equals(kind)) {
          return event;
        }
        if (event.isLast()) {
          fail("no event of kind " + kind + " before the end: " + event.json());
        }
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  JobView finished(String id) {
    next(follow(id), JobEvent.END);
    return view(id);
  }

  static void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        fail("not within " + LIMIT_SECONDS + " s: " + what);
      }
      LockSupport.parkNanos(20_000_000);
    }
  }

  private <T> T ask(Function<ActorRef<T>, CoordinatorCommand> question) {
    ActorSystem<CoordinatorCommand> system = coordinator.system();
    return AskPattern.ask(system, question, ANSWER, system.scheduler())
        .toCompletableFuture()
        .join();
  }

  @Override
  public void close() {
    List<Running> all = new ArrayList<>(workers.values());
    all.addAll(parameters.values());
    all.forEach(running -> running.leave().run());
    all.forEach(running -> await("a node has ended", () -> !running.thread().isAlive()));
    coordinator.close();
  }
}
