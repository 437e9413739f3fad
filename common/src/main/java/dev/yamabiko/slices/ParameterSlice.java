package dev.yamabiko.slices;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import dev.yamabiko.job.HeapNeed;
import dev.yamabiko.nn.Network;
import dev.yamabiko.protocol.FloatSegment;
import dev.yamabiko.protocol.Results;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.protocol.SliceMessage;
import dev.yamabiko.step.Block;
import dev.yamabiko.step.BlockSum;
import dev.yamabiko.step.SampleLedger;
import dev.yamabiko.step.SliceStep;
import dev.yamabiko.step.Statistics;
import dev.yamabiko.step.StepPlan;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Owns one contiguous slice of the weights and of the optimizer's state. Collects the contributions
 * of the current step, finishes the tree, applies the optimizer's step, broadcasts the new weights
 * and begins the next step. The arithmetic runs on {@code compute}, which may be the dispatcher's
 * thread only where that is meant for it.
 *
 * <p>Promises: each step is applied once, whatever comes late or twice. A lost contribution leaves
 * the step open; the training run's step deadline notices, and when the run asks, what was said of
 * the step before is said again. A slice that fails tells the run, which ends; nothing is restarted
 * here.
 *
 * <p>What comes twice must have the same bits; see {@link DoubleContributions}.
 */
public final class ParameterSlice extends AbstractBehavior<ParameterSlice.Command> {

  sealed interface Command {}

  private record FromOutside(SliceMessage message) implements Command {}

  record Aggregated(Statistics statistics, double[] squares) implements Command {}

  record Unaccounted(Block block, String message) implements Command {}

  record Updated(Statistics statistics, double norm) implements Command {}

  /**
   * @param compared so many of what was not taken were compared
   */
  record EvidenceTaken(StepEvidence evidence, int compared, Optional<String> contradiction)
      implements Command {}

  record LateCompared(long step, Optional<String> contradiction) implements Command {}

  record Copied(SliceMessage.ReadSlice read) implements Command {}

  /**
   * @param found what is not finite, and in which layer
   */
  record Diverged(String found) implements Command {}

  private record ComputeFailed(Throwable cause) implements Command {}

  /**
   * What a slice is, for its whole life: slice number {@code slice}, elements from {@code from};
   * its weights are those before {@code step}. The ledger is kept by one slice of the run; the
   * clock tells how long steps take, and nothing else. Of a step that leads to weights[t] the mean
   * gradient is kept where {@code keepsGradient} holds for t.
   */
  public record Settings(
      RunKey key,
      int slice,
      int slices,
      int from,
      StepPlan plan,
      SliceStep sliceStep,
      Network network,
      ActorRef<RunMessage> run,
      Executor compute,
      LongSupplier nanoTime,
      long step,
      Optional<SampleLedger> ledger,
      LongPredicate keepsGradient) {}

  public static Behavior<SliceMessage> create(Settings settings) {
    return Behaviors.transformMessages(
        SliceMessage.class,
        Behaviors.<Command>setup(context -> new ParameterSlice(context, settings)),
        wrap -> wrap.match(SliceMessage.class, FromOutside::new));
  }

  private final Settings settings;
  private final RunKey key;
  private final int slice;
  private final SliceStep sliceStep;
  private final SliceUpdate update;
  private final SliceBroadcast broadcast;
  private final DoubleContributions doubles;
  private final NormExchange norms;
  private final LastWord lastWord = new LastWord();
  private final StepArrivals arrivals;
  private long step;
  private StepAssembly assembly;

  /** All contributions are here: every slice has closed the step before. */
  private boolean closing;

  /** How many are copying what the update changes. */
  private int copying;

  private ParameterSlice(ActorContext<Command> context, Settings settings) {
    super(context);
    context.setLoggerName(ParameterSlice.class);
    this.settings = settings;
    this.key = settings.key();
    this.slice = settings.slice();
    this.sliceStep = settings.sliceStep();
    update = new SliceUpdate(settings);
    broadcast = new SliceBroadcast(settings);
    doubles = new DoubleContributions(settings, context.getSelf()::tell);
    norms = new NormExchange(settings);
    arrivals = new StepArrivals(settings.nanoTime());
    begin(settings.step());
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(FromOutside.class, this::onFromOutside)
        .onMessage(Aggregated.class, this::onAggregated)
        .onMessage(Unaccounted.class, this::onUnaccounted)
        .onMessage(Updated.class, this::onUpdated)
        .onMessage(EvidenceTaken.class, this::onEvidenceTaken)
        .onMessage(LateCompared.class, this::onLateCompared)
        .onMessage(Copied.class, this::onCopied)
        .onMessage(Diverged.class, this::onDiverged)
        .onMessage(ComputeFailed.class, this::onComputeFailed)
        .build();
  }

  private Behavior<Command> onFromOutside(FromOutside command) {
    SliceMessage message = command.message();
    if (!message.key().equals(key)) {
      getContext().getLog().debug("refused run={} of={}", message.key(), key);
    } else if (message instanceof SliceMessage.Contribute contribute) {
      onContribute(contribute);
    } else if (message instanceof SliceMessage.ShareNorm share) {
      onShareNorm(share);
    } else if (message instanceof SliceMessage.AddWorker add) {
      onAddWorker(add);
    } else if (message instanceof SliceMessage.RemoveWorker remove) {
      broadcast.remove(remove.worker());
    } else if (message instanceof SliceMessage.MeetPeers meet) {
      norms.meet(meet.slices());
    } else if (message instanceof SliceMessage.ReportMissing report) {
      onReportMissing(report);
    } else if (message instanceof SliceMessage.ReadSlice read) {
      onReadSlice(read);
    } else {
      throw new IllegalStateException("no handler for " + message.getClass());
    }
    return this;
  }

  /** The step that the run waits for may be open because what was said of it is lost. */
  private void onReportMissing(SliceMessage.ReportMissing report) {
    doubles.expect();
    norms.tell(lastWord.normFrom(report.step()));
    lastWord.updatesFrom(report.step()).forEach(settings.run()::tell);
    List<Integer> shards = assembly.missing().stream().boxed().toList();
    report.replyTo().tell(new RunMessage.ShardsMissing(key, step, slice, shards));
  }

  /**
   * Also the newest weights: they may have been sent before it was added, or on a connection that
   * was lost. They go first, since newer ones take the place of older ones that are still waiting.
   */
  private void onAddWorker(SliceMessage.AddWorker add) {
    broadcast.add(add.worker(), add.ref());
    // First: nobody can have begun before, nor answer earlier.
    arrivals.sent();
    add.ref().tell(broadcast.weights(step));
    if (add.open() < step && holds(add.open())) {
      add.ref().tell(broadcast.weights(add.open()));
    }
  }

  private void onContribute(SliceMessage.Contribute contribute) {
    if (contribute.step() != step || contribute.slice() != slice) {
      getContext().getLog().debug("stale run={} step={} now={}", key, contribute.step(), step);
      // Of no use any more, but it tells whether somebody computes wrongly.
      doubles.late(contribute).ifPresent(this::compute);
      return;
    }
    FloatSegment gradient = contribute.gradient();
    if (gradient.length() != sliceStep.length()) {
      fail(
          "worker %s sent %d floats to slice %d, which has %d"
              .formatted(contribute.worker(), gradient.length(), slice, sliceStep.length()));
      return;
    }
    BlockSum.Part part =
        new BlockSum.Part(
            contribute.block(), gradient.values(), gradient.at(), contribute.statistics());
    switch (assembly.offer(part, contribute.worker())) {
      case TAKEN -> {
        arrivals.taken(contribute.worker(), contribute.computeNanos());
        closeIfComplete();
      }
      case DUPLICATE ->
          getContext().getLog().debug("double run={} step={}", key, contribute.step());
      case COVERED -> doubles.covered(contribute);
      case CONFLICT ->
          doubles.conflict(contribute, assembly.contributor(contribute.block()).orElse("?"));
      case INVALID ->
          fail(
              "worker %s contributed shards %s, which are no block of step %d"
                  .formatted(contribute.worker(), contribute.block(), step));
    }
  }

  private Behavior<Command> onLateCompared(LateCompared compared) {
    compared.contradiction().ifPresent(message -> doubles.blame(compared.step(), message));
    return this;
  }

  /** Not while weights and state are copied: what is late waits until that is done. */
  private void closeIfComplete() {
    if (assembly.isComplete() && copying == 0) {
      close();
    }
  }

  private void close() {
    closing = true;
    long closed = step;
    List<BlockSum.Part> parts = assembly.parts();
    Runnable compare = doubles.comparison(step, assembly);
    update.begin();
    compute(() -> update.close(closed, parts, compare));
  }

  /** The step is not applied. */
  private Behavior<Command> onUnaccounted(Unaccounted unaccounted) {
    String worker = assembly.contributor(unaccounted.block()).orElse("?");
    fail("worker %s read the wrong samples: %s".formatted(worker, unaccounted.message()));
    return this;
  }

  private Behavior<Command> onEvidenceTaken(EvidenceTaken taken) {
    doubles.taken(taken, assembly);
    return this;
  }

  private Behavior<Command> onAggregated(Aggregated aggregated) {
    lastWord.shared(norms.share(step, aggregated));
    return this;
  }

  /** Once every slice's part is here, its own among them, the norm is known and the update runs. */
  private void onShareNorm(SliceMessage.ShareNorm share) {
    if (share.step() != step || norms.isKnown()) {
      return;
    }
    if (!norms.fits(share)) {
      getContext()
          .getLog()
          .warn("dropped a share of the norm that fits no slice run={}", key.run());
      return;
    }
    norms.accept(share).ifPresent(this::updateWith);
  }

  private void updateWith(double norm) {
    long closing = step;
    Statistics sum = norms.statistics();
    compute(() -> update.update(closing, sum, norm));
  }

  private Behavior<Command> onDiverged(Diverged diverged) {
    getContext().getLog().info("diverged run={} {}", key.run(), diverged.found());
    settings.run().tell(new RunMessage.Diverged(key, step, SliceUpdate.divergence(step)));
    return this;
  }

  private Behavior<Command> onUpdated(Updated updated) {
    long closed = step;
    begin(closed + 1);
    // First the run: what workers say of later steps must not overtake it.
    RunMessage.SliceUpdated word =
        new RunMessage.SliceUpdated(
            key, closed, slice, updated.statistics(), updated.norm(), arrivals.close());
    // Before anybody hears of it, and answers.
    arrivals.begin();
    lastWord.updated(word);
    settings.run().tell(word);
    broadcast.send(step);
    return this;
  }

  private void begin(long next) {
    step = next;
    assembly = new StepAssembly(settings.plan(), step, sliceStep.length());
    norms.begin();
    closing = false;
    doubles.begin();
  }

  /** Weights of the step before stay whole until the current step's update begins. */
  private boolean holds(long earlier) {
    return earlier == step - 1 && earlier >= settings.step() && !closing;
  }

  private void onReadSlice(SliceMessage.ReadSlice read) {
    if (read.step() != step || closing) {
      fail(
          "weights[%d] were asked for but slice %d %s weights[%d]"
              .formatted(read.step(), slice, closing ? "is changing" : "holds", step));
      return;
    }
    copying++;
    compute(() -> update.copy(read));
  }

  private Behavior<Command> onCopied(Copied copied) {
    copying--;
    SliceMessage.ReadSlice read = copied.read();
    read.replyTo().tell(new RunMessage.SliceRead(key, read.step(), slice, settings.from()));
    closeIfComplete();
    return this;
  }

  private Behavior<Command> onComputeFailed(ComputeFailed failed) {
    Object cause = HeapNeed.isOutOfMemory(failed.cause()) ? HeapNeed.outOfMemory() : failed.cause();
    fail("slice %d failed in step %d: %s".formatted(slice, step, cause));
    return this;
  }

  private void fail(String cause) {
    settings.run().tell(new RunMessage.SliceFailed(key, slice, cause));
  }

  private void compute(Supplier<Command> work) {
    Results.toSelf(
        getContext(),
        CompletableFuture.supplyAsync(work, settings.compute()),
        (done, failure) -> failure == null ? done : new ComputeFailed(failure));
  }
}
