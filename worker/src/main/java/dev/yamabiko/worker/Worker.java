package dev.yamabiko.worker;

import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import dev.yamabiko.job.JobFile;
import dev.yamabiko.protocol.FloatSegment;
import dev.yamabiko.protocol.Results;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.protocol.SliceMessage;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.step.Block;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;

/**
 * Takes part in one run at a time: holds the lease and the incoming weights, and whenever the
 * weights of a leased step are complete starts a {@link ShardTask} on its own compute threads. In
 * the steady state it asks nobody: weights come, contributions go.
 *
 * <p>Stale messages (another run or term, a lease or step gone by) are dropped. A task that crashes
 * is reported to the training run, which decides. All state of a run comes from {@code JoinRun} and
 * the slices, so a worker that starts anew just joins again.
 */
public final class Worker extends AbstractBehavior<Worker.Command> {

  sealed interface Command {}

  private record FromOutside(WorkerMessage message) implements Command {}

  private record ReplicaBuilt(Membership member, RunReplica replica) implements Command {}

  private record ReplicaFailed(Membership member, Throwable cause) implements Command {}

  private record TaskEnded(ShardTask.Result result) implements Command {}

  /** The run that this worker takes part in; {@code replica} is null until it is built. */
  private static final class Membership {
    final WorkerMessage.JoinRun join;
    final WeightsInbox inbox;
    final Evaluations evaluations = new Evaluations();
    RunReplica replica;
    final Leases leases = new Leases();

    /** The newest step whose weights are complete; read by compute threads. */
    volatile long newest = -1;

    /** Examples that the last task has trained on; its own until it has ended. */
    int trained;

    long examples;
    long nanos;

    Membership(WorkerMessage.JoinRun join) {
      this.join = join;
      inbox = new WeightsInbox(join.slices().size());
    }
  }

  /** Computes on one thread. */
  public static Behavior<WorkerMessage> create(
      String name, DataProvider data, long activationBytes) {
    return create(name, data, Processor.ofThreads(name, 1, activationBytes));
  }

  /**
   * @param name unique among the run's workers
   * @param processor belongs to this worker from now on
   */
  public static Behavior<WorkerMessage> create(
      String name, DataProvider data, Processor processor) {
    return Behaviors.transformMessages(
        WorkerMessage.class,
        Behaviors.<Command>setup(context -> new Worker(context, name, data, processor)),
        wrap -> wrap.match(WorkerMessage.class, FromOutside::new));
  }

  private final String name;
  private final DataProvider data;
  private final Processor processor;
  private Membership run;

  /** Whose task is under way: not the run's, if that was left or joined anew since. */
  private Membership computing;

  private Worker(
      ActorContext<Command> context, String name, DataProvider data, Processor processor) {
    super(context);
    context.setLoggerName(Worker.class);
    this.name = name;
    this.data = data;
    this.processor = processor;
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(FromOutside.class, this::onFromOutside)
        .onMessage(ReplicaBuilt.class, this::onReplicaBuilt)
        .onMessage(ReplicaFailed.class, this::onReplicaFailed)
        .onMessage(TaskEnded.class, this::onTaskEnded)
        .onSignal(PostStop.class, this::onPostStop)
        .build();
  }

  private Behavior<Command> onFromOutside(FromOutside command) {
    WorkerMessage message = command.message();
    if (message instanceof WorkerMessage.JoinRun join) {
      onJoinRun(join);
    } else if (run == null || !message.key().equals(run.join.key())) {
      getContext().getLog().debug("refused run={} worker={}", message.key(), name);
    } else if (message instanceof WorkerMessage.InstallWeights weights) {
      run.inbox.accept(weights);
      run.newest = Math.max(run.newest, run.inbox.complete().orElse(-1));
      proceed();
    } else if (message instanceof WorkerMessage.TakeLease lease) {
      run.leases.take(lease);
      proceed();
    } else if (message instanceof WorkerMessage.ComputeBlocks request) {
      run.leases.add(request);
      proceed();
    } else if (message instanceof WorkerMessage.Probe probe) {
      probe.replyTo().tell(new RunMessage.ProbeAnswered(run.join.key(), name));
    } else if (message instanceof WorkerMessage.PauseLease pause) {
      onPauseLease(pause);
    } else if (message instanceof WorkerMessage.Evaluate evaluate) {
      run.evaluations.add(evaluate).forEach(evaluate.replyTo()::tell);
      proceed();
    } else if (message instanceof WorkerMessage.LeaveRun) {
      run = null;
    } else {
      throw new IllegalStateException("no handler for " + message.getClass());
    }
    return this;
  }

  private void onJoinRun(WorkerMessage.JoinRun join) {
    RunKey key = join.key();
    if (run != null && run.join.key().run().equals(key.run())) {
      if (key.isOlderThan(run.join.key())) {
        return;
      }
      if (key.equals(run.join.key()) && join.slices().equals(run.join.slices())) {
        if (run.replica != null) {
          join.replyTo().tell(new RunMessage.WorkerReady(key, name));
        }
        return;
      }
    }
    Membership joined = new Membership(join);
    run = joined;
    Results.toSelf(
        getContext(),
        CompletableFuture.supplyAsync(
            () ->
                new RunReplica(
                    JobFile.parse(join.definition().job(), "job.conf", Path.of(""), List.of()),
                    data.open(join.definition()),
                    join.slices().size(),
                    processor),
            processor.tasks()),
        (replica, failure) ->
            failure == null
                ? new ReplicaBuilt(joined, replica)
                : new ReplicaFailed(joined, failure));
  }

  private Behavior<Command> onReplicaBuilt(ReplicaBuilt built) {
    if (built.member() == run) {
      run.replica = built.replica();
      run.join.replyTo().tell(new RunMessage.WorkerReady(run.join.key(), name));
      proceed();
    }
    return this;
  }

  private Behavior<Command> onReplicaFailed(ReplicaFailed failed) {
    if (failed.member() == run) {
      RunKey key = run.join.key();
      String cause = ShardTask.told(ShardTask.cause(failed.cause()));
      getContext().getLog().warn("cannot take part run={} cause={}", key.run(), cause);
      run.join.replyTo().tell(new RunMessage.WorkerFailed(key, name, -1, List.of(), cause));
      run = null;
    }
    return this;
  }

  private void onPauseLease(WorkerMessage.PauseLease pause) {
    if (run.leases.pause(pause.lease())) {
      RunMessage paused =
          new RunMessage.LeasePaused(run.join.key(), pause.lease(), run.leases.nextStep(), name);
      pause.replyTo().tell(paused);
    }
  }

  /** Starts the next piece of work if there is one and the compute thread is free. */
  private void proceed() {
    if (computing != null || run.replica == null || run.inbox.complete().isEmpty()) {
      return;
    }
    long step = run.inbox.complete().getAsLong();
    Optional<WorkerMessage.Evaluate> next = run.evaluations.next(step);
    if (next.isPresent()) {
      start(step, List.of(), evaluation(next.get()));
      return;
    }
    List<Block> blocks = run.leases.next(step);
    if (!blocks.isEmpty()) {
      start(step, blocks, training(step, blocks));
    }
  }

  private LongConsumer training(long step, List<Block> blocks) {
    Membership member = run;
    RunReplica replica = run.replica;
    RunKey key = run.join.key();
    return began -> {
      ShardComputeEvent recorded = new ShardComputeEvent();
      recorded.begin();
      member.trained =
          replica.train(
              step,
              blocks,
              (block, slice, gradient, statistics) -> {
                // Late: the next step begins right after this, and in the same arrays.
                boolean late = member.newest > step;
                member
                    .join
                    .slices()
                    .get(slice)
                    .tell(
                        new SliceMessage.Contribute(
                            key,
                            step,
                            slice,
                            block,
                            late ? gradient.copy() : gradient,
                            statistics,
                            name,
                            late ? SliceMessage.Floats.COPIED : SliceMessage.Floats.LENT,
                            processor.nanoTime().getAsLong() - began));
              });
      recorded.done(name, step, blocks, member.trained);
    };
  }

  private LongConsumer evaluation(WorkerMessage.Evaluate request) {
    RunReplica replica = run.replica;
    Evaluations evaluations = run.evaluations;
    return began ->
        replica.evaluate(
            request.data(),
            request.all(),
            request.fromPart(),
            request.toPart(),
            (part, measures) -> {
              List<RunMessage> answer = PartAnswer.of(request, part, measures);
              evaluations.done(request, part, answer);
              answer.forEach(request.replyTo()::tell);
            });
  }

  /**
   * @param work is told when it began, by the processor's clock
   */
  private void start(long step, List<Block> blocks, LongConsumer work) {
    computing = run;
    RunReplica replica = run.replica;
    List<FloatSegment> weights = run.inbox.slices(step);
    Runnable task =
        () -> {
          long began = processor.nanoTime().getAsLong();
          replica.install(step, weights);
          work.accept(began);
        };
    RunKey key = run.join.key();
    Results.toSelf(
        getContext(),
        ShardTask.run(key, step, blocks, task, processor),
        (result, failure) ->
            new TaskEnded(
                failure == null ? result : ShardTask.failure(key, step, blocks, failure)));
  }

  private Behavior<Command> onTaskEnded(TaskEnded ended) {
    boolean isCurrent = computing == run;
    computing = null;
    if (!isCurrent) {
      if (run != null) {
        proceed();
      }
      return this;
    }
    run.leases.ended();
    ShardTask.Result result = ended.result();
    if (result instanceof ShardTask.Result.Diverged diverged) {
      // Of a step that has closed without it, it may have read weights that newer ones replaced.
      if (run.newest <= diverged.step()) {
        run.join
            .replyTo()
            .tell(new RunMessage.Diverged(result.key(), diverged.step(), diverged.message()));
      }
      proceed();
    } else if (result instanceof ShardTask.Result.Crashed crashed) {
      String cause = "in step " + crashed.step() + ": " + crashed.cause();
      run.join
          .replyTo()
          .tell(
              crashed.own()
                  ? new RunMessage.WorkerFailed(result.key(), name, -1, List.of(), cause)
                  : new RunMessage.WorkerFailed(
                      result.key(), name, crashed.step(), crashed.blocks(), cause));
    } else if (result instanceof ShardTask.Result.Finished finished) {
      measure(finished);
      proceed();
    }
    return this;
  }

  /** At the end of a lease the run hears how fast it went. */
  private void measure(ShardTask.Result.Finished finished) {
    if (finished.blocks().isEmpty() || run.trained == 0) {
      return;
    }
    run.examples += run.trained;
    run.nanos += finished.nanos();
    if (run.leases.isLastOfLease(finished.step())) {
      run.join
          .replyTo()
          .tell(new RunMessage.SpeedMeasured(run.join.key(), name, run.examples, run.nanos));
      run.examples = 0;
      run.nanos = 0;
    }
  }

  private Behavior<Command> onPostStop(PostStop signal) {
    processor.shutdownNow();
    return this;
  }
}
