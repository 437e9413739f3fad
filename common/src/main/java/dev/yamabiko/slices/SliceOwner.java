package dev.yamabiko.slices;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import dev.yamabiko.job.HeapNeed;
import dev.yamabiko.job.JobException;
import dev.yamabiko.protocol.NodeMessage;
import dev.yamabiko.protocol.NodeMessage.OwnSlices;
import dev.yamabiko.protocol.OwnerEvent;
import dev.yamabiko.protocol.OwnerMessage;
import dev.yamabiko.protocol.Results;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.protocol.SliceMessage;
import dev.yamabiko.protocol.SliceRange;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.step.SliceStep;
import dev.yamabiko.wire.BulkException;
import dev.yamabiko.wire.BulkLink;
import dev.yamabiko.wire.BulkServer;
import dev.yamabiko.wire.BulkToken;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Owns some slices of a run during one lineage, on a parameters node. Fetches their beginning from
 * the coordinator, gives each a {@link ParameterSlice}, and connects the run's workers to them.
 *
 * <p>Nothing is restarted here: what fails, and the loss of this node, ends the lineage, and all
 * slices return to the last checkpoint. Ends with its run, or when the node is told so.
 */
public final class SliceOwner extends AbstractBehavior<SliceOwner.Command> {

  /** What an owner is told. */
  public sealed interface Command {}

  private record FromCoordinator(OwnerMessage message) implements Command {}

  /** For each of the slices. */
  private record ForSlices(SliceMessage message) implements Command {}

  private record Fetched(OwnedSlices slices) implements Command {}

  private record Failed(String cause) implements Command {}

  private record FromSlice(RunMessage message) implements Command {}

  /** A worker has contributed for the first time. */
  private record Contributed(String worker) implements Command {}

  /** What may be lost is said again, and what went over the connections. */
  private record Tick() implements Command {}

  private record RunGone() implements Command {}

  private static final Duration INTERVAL = Duration.ofSeconds(1);

  /** By then workers that have died are known to have. */
  private static final int MOST_LONELY = 20;

  /** Who fetches staged pieces. */
  public static final String READER = "coordinator";

  private final OwnSlices task;
  private final RunKey key;
  private final SliceRange range;
  private final String name;
  private final BulkServer bulk;
  private final String bulkHost;
  private final ExecutorService compute;
  private final ActorRef<Command> self;
  private final ActorRef<RunMessage> reads;
  private final Map<String, LinkedWorker> workers = new TreeMap<>();
  private final Map<String, ActorRef<WorkerMessage>> weights = new HashMap<>();
  private final Set<String> contributors = ConcurrentHashMap.newKeySet();

  /** By slice, while they are copied. */
  private final Map<Integer, SliceMessage.ReadSlice> copying = new HashMap<>();

  /** By name; read by network threads. */
  private final Map<String, SlicePieces> staged = new ConcurrentHashMap<>();

  private SlicePlan plan;

  /** Replaced as a whole; read by network threads. */
  private volatile List<ActorRef<SliceMessage>> slices = List.of();

  private BulkLink pieces;

  /** Ticks since the last worker was connected of those who are to be. */
  private int lonely;

  /**
   * @param name of the node
   * @param bulk its bulk plane
   * @param threads that do the slices' arithmetic
   */
  public static Behavior<Command> create(
      OwnSlices task, String name, BulkServer bulk, String bulkHost, int threads) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> new SliceOwner(context, timers, task, name, bulk, bulkHost, threads)));
  }

  private SliceOwner(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      OwnSlices task,
      String name,
      BulkServer bulk,
      String bulkHost,
      int threads) {
    super(context);
    this.task = task;
    this.name = name;
    this.bulk = bulk;
    this.bulkHost = bulkHost;
    key = task.key();
    self = context.getSelf();
    range = task.slices();
    reads = context.messageAdapter(RunMessage.class, FromSlice::new);
    compute =
        Executors.newFixedThreadPool(
            Math.min(threads, range.size()),
            work -> {
              Thread thread = new Thread(work, "slices-" + key.run());
              thread.setDaemon(true);
              return thread;
            });
    context.watchWith(task.run(), new RunGone());
    timers.startTimerWithFixedDelay(new Tick(), INTERVAL);
    Results.toSelf(
        context,
        CompletableFuture.supplyAsync(this::fetch, compute),
        (fetched, failure) -> failure == null ? new Fetched(fetched) : failed(failure));
  }

  private OwnedSlices fetch() {
    try {
      return OwnedSlices.fetch(task, name, bulk.settings());
    } catch (BulkException e) {
      throw new CompletionException(e);
    }
  }

  private static Failed failed(Throwable failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    if (HeapNeed.isOutOfMemory(cause)) {
      return new Failed(HeapNeed.outOfMemory());
    }
    boolean told = cause instanceof BulkException || cause instanceof JobException;
    return new Failed(told ? cause.getMessage() : cause.toString());
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(FromCoordinator.class, this::onFromCoordinator)
        .onMessage(ForSlices.class, this::onForSlices)
        .onMessage(Fetched.class, this::onFetched)
        .onMessage(Failed.class, this::onFailed)
        .onMessage(FromSlice.class, this::onFromSlice)
        .onMessage(Contributed.class, this::onContributed)
        .onMessage(Tick.class, tick -> onTick())
        .onMessage(RunGone.class, gone -> Behaviors.stopped())
        .onSignal(PostStop.class, this::onPostStop)
        .build();
  }

  private Behavior<Command> onFetched(Fetched fetched) {
    plan = fetched.slices().plan();
    List<ActorRef<SliceMessage>> spawned = new ArrayList<>();
    for (int i = 0; i < range.size(); i++) {
      int slice = range.from() + i;
      SliceStep part = fetched.slices().parts().get(i);
      ActorRef<SliceMessage> ref =
          getContext()
              .spawn(
                  ParameterSlice.create(
                      plan.settings(
                          key, slice, part, task.step(), task.run(), compute, System::nanoTime)),
                  "slice-" + slice);
      getContext().watchWith(ref, new Failed("slice %d ended".formatted(slice)));
      spawned.add(ref);
    }
    slices = List.copyOf(spawned);
    String token = BulkToken.random();
    pieces = bulk.admit(SlicePieces.key(key), READER, token, new StagedPieces());
    task.replyTo()
        .tell(
            new OwnerEvent.SlicesTaken(
                key,
                getContext().messageAdapter(OwnerMessage.class, FromCoordinator::new),
                getContext().messageAdapter(SliceMessage.class, ForSlices::new),
                token));
    getContext().getLog().info("owns slices={} run={} step={}", range, key, task.step());
    return this;
  }

  private Behavior<Command> onFailed(Failed failed) {
    getContext().getLog().warn("lost slices={} run={} cause={}", range, key, failed.cause());
    task.replyTo().tell(new OwnerEvent.OwnerFailed(key, failed.cause()));
    return Behaviors.stopped();
  }

  private Behavior<Command> onFromCoordinator(FromCoordinator command) {
    OwnerMessage message = command.message();
    if (!message.key().equals(key)) {
      getContext().getLog().debug("refused run={} of={}", message.key(), key);
    } else if (message instanceof OwnerMessage.AdmitWorker admit) {
      onAdmitWorker(admit);
    } else if (message instanceof OwnerMessage.StageSlices stage) {
      onStageSlices(stage);
    } else if (message instanceof OwnerMessage.DropStaged) {
      staged.clear();
    } else {
      throw new IllegalStateException("no handler for " + message.getClass());
    }
    return this;
  }

  /** The weights that are sent at once are lost if it is not connected; it is added again then. */
  private void onAdmitWorker(OwnerMessage.AdmitWorker admit) {
    String worker = admit.worker();
    LinkedWorker known = workers.get(worker);
    if (known == null || !known.node().equals(admit.node())) {
      disconnect(worker);
      known =
          new LinkedWorker(key, worker, admit.node(), name, bulk, this::contributed, task.run());
      workers.put(worker, known);
      weights.put(worker, getContext().spawnAnonymous(known.weights()));
    }
    tellSlices(new SliceMessage.AddWorker(key, worker, weights.get(worker), admit.open()));
    connect(known);
  }

  private void connect(LinkedWorker worker) {
    if (!worker.isConnected()) {
      worker
          .node()
          .tell(
              new NodeMessage.ConnectSlices(
                  key, range.from(), range.to(), bulkHost, bulk.port(), worker.token()));
    }
  }

  private void disconnect(String worker) {
    LinkedWorker gone = workers.remove(worker);
    if (gone != null) {
      gone.close();
      getContext().stop(weights.remove(worker));
    }
  }

  /** On network threads. */
  private void contributed(SliceMessage.Contribute contribution) {
    if (contribution.key().equals(key) && range.contains(contribution.slice())) {
      slices.get(contribution.slice() - range.from()).tell(contribution);
      if (contributors.add(contribution.worker())) {
        self.tell(new Contributed(contribution.worker()));
      }
    }
  }

  private Behavior<Command> onContributed(Contributed contributed) {
    report(workers.get(contributed.worker()));
    return this;
  }

  private void report(LinkedWorker worker) {
    if (worker != null) {
      task.replyTo().tell(worker.traffic());
    }
  }

  private Behavior<Command> onTick() {
    workers.values().forEach(this::connect);
    workers.values().forEach(this::report);
    boolean alone = workers.values().stream().noneMatch(LinkedWorker::isConnected);
    lonely = alone && !workers.isEmpty() ? lonely + 1 : 0;
    return lonely < MOST_LONELY
        ? this
        : onFailed(
            new Failed("no worker has reached it at %s:%d".formatted(bulkHost, bulk.port())));
  }

  private Behavior<Command> onForSlices(ForSlices command) {
    SliceMessage message = command.message();
    if (message instanceof SliceMessage.RemoveWorker remove && remove.key().equals(key)) {
      disconnect(remove.worker());
    }
    tellSlices(message);
    return this;
  }

  private void tellSlices(SliceMessage message) {
    slices.forEach(slice -> slice.tell(message));
  }

  private void onStageSlices(OwnerMessage.StageSlices stage) {
    staged.clear();
    int state = stage.state() ? plan.job().optimizer().stateVectors() : 0;
    for (int i = 0; i < slices.size(); i++) {
      int slice = range.from() + i;
      int from = plan.from(slice);
      int length = plan.from(slice + 1) - from;
      SliceMessage.ReadSlice read =
          new SliceMessage.ReadSlice(
              key,
              stage.step(),
              new float[length],
              new float[state][length],
              stage.gradient() ? Optional.of(new float[length]) : Optional.empty(),
              from,
              reads);
      copying.put(slice, read);
      slices.get(i).tell(read);
    }
  }

  private Behavior<Command> onFromSlice(FromSlice command) {
    if (command.message() instanceof RunMessage.SliceRead read) {
      SliceMessage.ReadSlice copy = copying.remove(read.slice());
      staged.put(
          SlicePieces.staged(read.step(), read.slice()),
          SlicePieces.of(copy, 0, copy.weights().length));
      task.replyTo().tell(new OwnerEvent.SliceStaged(key, read.step(), read.slice()));
    }
    return this;
  }

  private Behavior<Command> onPostStop(PostStop signal) {
    // To nobody, where this was asked for.
    task.replyTo().tell(new OwnerEvent.OwnerFailed(key, "it has ended"));
    workers.values().forEach(LinkedWorker::close);
    if (pieces != null) {
      pieces.close();
    }
    staged.clear();
    compute.shutdownNow();
    return this;
  }

  /** Of the connection that fetches copies for checkpoints. */
  private final class StagedPieces implements BulkLink.Receiver {

    @Override
    public void contributed(SliceMessage.Contribute contribution) {}

    @Override
    public ByteBuffer datasetBlock(String piecesName, int index) {
      SlicePieces found = staged.get(piecesName);
      return found == null ? null : found.read(index);
    }

    @Override
    public void connected() {}

    @Override
    public void disconnected(String cause) {}
  }
}
