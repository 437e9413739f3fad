package dev.yamabiko.coordinator;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import dev.yamabiko.coordinator.shared.TermFence;
import dev.yamabiko.data.blocks.PreparedDatasets;
import dev.yamabiko.job.HeapNeed;
import dev.yamabiko.job.Job;
import dev.yamabiko.model.CanonicalJson;
import dev.yamabiko.protocol.Results;
import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.protocol.RunOutcome;
import dev.yamabiko.wire.BulkServer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * One execution of a job: has its data and directory prepared, starts the training run on its
 * workers, writes down what the run says and tells the coordinator. Writes to the disk, so it lives
 * on a dispatcher for blocking.
 *
 * <p>Tells the coordinator exactly once how it ended, whatever goes wrong, and stops; or that it
 * could not begin, because the disk is full.
 */
final class JobRun extends AbstractBehavior<JobRun.Command> {

  sealed interface Command {}

  record Cancel(String reason) implements Command {}

  /** Another worker may take part. */
  record Offer(RegisteredWorker worker) implements Command {}

  /** A worker that may take part has said that it leaves. */
  record Leaving(String worker) implements Command {}

  private record Prepared(PreparedJob job) implements Command {}

  private record PreparationFailed(Throwable cause) implements Command {}

  private record Observed(RunEvent event) implements Command {}

  private record CannotWrite(String why) implements Command {}

  /**
   * @param warning as long as something cannot be written
   * @param text about what has changed
   */
  private record DiskChanged(Optional<String> warning, String text) implements Command {}

  /**
   * Nothing is being written any more.
   *
   * @param taker who waits for it
   */
  private record Settled(ActorRef<RunMessage> taker) implements Command {}

  private record RunLost() implements Command {}

  /**
   * @param key its run's name is another one at each start
   * @param fence of what the run writes
   * @param workers that take part, in order
   * @param parameters nodes that slices can live on now
   * @param metrics hear what the coordinator hears, and the checkpoints
   * @param preparing reads the data
   * @param fetching what checkpoints need of other nodes
   */
  record Settings(
      String id,
      RunKey key,
      Job job,
      Path directory,
      TermFence fence,
      List<RegisteredWorker> workers,
      Supplier<List<ParametersNode>> parameters,
      BulkServer bulk,
      String bulkHost,
      PreparedDatasets datasets,
      RunMetrics metrics,
      Executor preparing,
      Executor fetching,
      ActorRef<RunNews> coordinator) {}

  private final Settings settings;
  private final String id;
  private final Preparation preparation = new Preparation();
  private final CompletableFuture<PreparedJob> preparing;
  private final RunNotices notices;
  private final TrainingClock clock = new TrainingClock(System::nanoTime);
  private final TrainingSetup setup;
  private Optional<String> cancelled = Optional.empty();
  private PreparedJob prepared;
  private boolean closed;
  private final WireVolume wire = new WireVolume();
  private final WorkerPaces paces = new WorkerPaces();
  private long stepsOnWire;
  private ActorRef<RunMessage> run;

  static Behavior<Command> create(Settings settings) {
    return Behaviors.setup(context -> new JobRun(context, settings));
  }

  private JobRun(ActorContext<Command> context, Settings settings) {
    super(context);
    this.settings = settings;
    id = settings.id();
    setup = new TrainingSetup(settings, context, wire);
    settings.metrics().begin(wire::total);
    NoticeFile file = new NoticeFile(settings.directory(), settings.fence());
    notices =
        new RunNotices(
            Clock.systemUTC(),
            notice -> {
              file.add(notice);
              tell(new RunNews.Noticed(id, notice));
            });
    DiskWatch watch = watch(context.getSelf());
    preparing =
        CompletableFuture.supplyAsync(
            () ->
                PreparedJob.of(
                    preparation,
                    settings.job(),
                    settings.directory(),
                    settings.workers().size(),
                    settings.parameters().get().isEmpty(),
                    settings.datasets(),
                    settings.fence(),
                    watch),
            settings.preparing());
    Results.toSelf(
        context,
        preparing,
        (job, failure) -> failure == null ? new Prepared(job) : new PreparationFailed(failure));
  }

  private DiskWatch watch(ActorRef<Command> self) {
    return new DiskWatch() {
      @Override
      public void failed(String why) {
        self.tell(new CannotWrite(why));
      }

      @Override
      public void warned(String why) {
        self.tell(new DiskChanged(Optional.of(why), why));
      }

      /** Not by way of this actor, which may have come to its end by then. */
      @Override
      public void kept(long step) {
        settings.metrics().checkpointWritten();
        notices.kept(step);
      }

      @Override
      public void recovered(String how) {
        self.tell(new DiskChanged(Optional.empty(), how));
      }
    };
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Prepared.class, this::onPrepared)
        .onMessage(PreparationFailed.class, this::onPreparationFailed)
        .onMessage(Observed.class, this::onObserved)
        .onMessage(Settled.class, this::onSettled)
        .onMessage(Cancel.class, cancel -> cancel(cancel.reason()))
        .onMessage(Offer.class, this::onOffer)
        .onMessage(Leaving.class, this::onLeaving)
        .onMessage(CannotWrite.class, cannot -> cancel(cannot.why()))
        .onMessage(DiskChanged.class, this::onDiskChanged)
        .onMessage(RunLost.class, lost -> onRunLost())
        .onSignal(PostStop.class, this::onPostStop)
        .build();
  }

  private Behavior<Command> onPrepared(Prepared ready) {
    prepared = ready.job();
    if (cancelled.isPresent()) {
      return end(JobStatus.CANCELLED, cancelled.get(), Optional.empty());
    }
    CheckedJob checked = prepared.checked();
    MetricsLine lines = new MetricsLine(checked.data().train().targets());
    tell(new RunNews.DataRead(id, lines, prepared.plan().steps(), checked.network()));
    prepared.notices().forEach(text -> notices.say(Notice.Kind.RUN, text));
    return beginWithWorkers();
  }

  /** All may have left meanwhile; then with the next one. */
  private Behavior<Command> beginWithWorkers() {
    if (prepared != null && setup.hasWorkers()) {
      RunSettings training =
          setup.begin(prepared, getContext().messageAdapter(RunEvent.class, Observed::new));
      run = getContext().spawn(TrainingRun.create(training), "training");
      getContext().watchWith(run, new RunLost());
    }
    return this;
  }

  private Behavior<Command> onOffer(Offer offer) {
    RegisteredWorker worker = offer.worker();
    if (run == null) {
      setup.add(worker);
      return beginWithWorkers();
    }
    run.tell(new RunMessage.OfferWorker(settings.key(), worker.name(), setup.standIn(worker)));
    return this;
  }

  private Behavior<Command> onLeaving(Leaving leaving) {
    if (run == null) {
      setup.remove(leaving.worker());
    } else {
      run.tell(new RunMessage.WorkerLeaving(settings.key(), leaving.worker()));
    }
    return this;
  }

  private Behavior<Command> onPreparationFailed(PreparationFailed failed) {
    Throwable cause =
        failed.cause() instanceof CompletionException wrapped && wrapped.getCause() != null
            ? wrapped.getCause()
            : failed.cause();
    if (HeapNeed.isOutOfMemory(cause)) {
      String why = "on the coordinator: " + HeapNeed.outOfMemory();
      return end(JobStatus.FAILED, why, Optional.empty());
    }
    boolean inputs = cause instanceof RuntimeException && cause.getMessage() != null;
    String why = inputs ? cause.getMessage() : cause.toString();
    if (cancelled.isEmpty() && WriteFailure.isNoRoom(cause)) {
      tell(new RunNews.Postponed(id, why));
      return Behaviors.stopped();
    }
    return end(JobStatus.FAILED, why, Optional.empty());
  }

  private Behavior<Command> onObserved(Observed observed) {
    RunEvent event = observed.event();
    clock.onEvent(event);
    settings.metrics().onEvent(event);
    prepared.directory().onEvent(event);
    paces.observe(event);
    if (event instanceof RunEvent.StepClosed) {
      stepsOnWire++;
    } else if (event instanceof RunEvent.EpochClosed closed) {
      prepared.directory().wrote(closed.epoch(), stepsOnWire, wire.sinceLast(), paces.sinceLast());
      stepsOnWire = 0;
    }
    if (event instanceof RunEvent.CheckpointTaken || event instanceof RunEvent.WeightsCopied) {
      ActorRef<RunMessage> taker = run;
      Results.toSelf(
          getContext(), prepared.directory().settled(), (none, failure) -> new Settled(taker));
    } else if (event instanceof RunEvent.RunEnded ended) {
      return keep(ended.outcome());
    } else {
      tell(new RunNews.Advanced(id, event));
      notices.observe(event);
    }
    return this;
  }

  private Behavior<Command> onSettled(Settled settled) {
    settled.taker().tell(new RunMessage.CheckpointKept(settings.key()));
    return this;
  }

  /** Those count who have computed a part of this run; before its first step nobody has. */
  private Behavior<Command> keep(RunOutcome ended) {
    List<String> contributors = wire.contributors();
    RunOutcome outcome = ended.by(contributors.size());
    RunDirectory directory = prepared.directory();
    CheckedJob checked = prepared.checked();
    RunResult result =
        directory.keep(
            checked.network(), outcome, checked.result(outcome, clock, directory.path()));
    JobStatus status =
        switch (result.status()) {
          case COMPLETED -> JobStatus.COMPLETED;
          case FAILED -> JobStatus.FAILED;
          case CANCELLED -> JobStatus.CANCELLED;
        };
    Map<String, Object> json = new LinkedHashMap<>(CanonicalJson.object(result.toJson()));
    json.put("worker_names", contributors);
    return end(status, result.error().orElse(""), Optional.of(CanonicalJson.of(json)));
  }

  private Behavior<Command> cancel(String reason) {
    if (cancelled.isEmpty()) {
      cancelled = Optional.of(reason);
      if (run != null) {
        run.tell(new RunMessage.CancelRun(settings.key(), reason));
      } else if (prepared != null || preparation.giveUp()) {
        return end(JobStatus.CANCELLED, reason, Optional.empty());
      }
    }
    return this;
  }

  private Behavior<Command> onDiskChanged(DiskChanged changed) {
    tell(new RunNews.DiskChanged(id, changed.warning(), changed.text()));
    notices.say(Notice.Kind.DISK, changed.text());
    return this;
  }

  private Behavior<Command> onRunLost() {
    return end(JobStatus.FAILED, "the training run ended without a word", Optional.empty());
  }

  private Behavior<Command> end(JobStatus status, String reason, Optional<String> result) {
    if (prepared != null) {
      closed = true;
      try {
        prepared.close();
      } catch (RuntimeException e) {
        getContext().getLog().warn("closing job={} cause={}", id, e.toString());
      }
    }
    tell(new RunNews.Ended(id, status, reason, result));
    return Behaviors.stopped();
  }

  private void tell(RunNews news) {
    settings.coordinator().tell(news);
  }

  private Behavior<Command> onPostStop(PostStop signal) {
    // Also when the coordinator ends, in whatever state the run is; the next one takes it up.
    if (!closed) {
      preparation.giveUp();
      preparing.thenAccept(PreparedJob::close);
    }
    setup.close();
    return this;
  }
}
