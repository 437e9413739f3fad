package dev.yamabiko.slices;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import dev.yamabiko.nn.Network;
import dev.yamabiko.protocol.FloatSegment;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.protocol.SliceMessage;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.step.Block;
import dev.yamabiko.step.BlockSum;
import dev.yamabiko.step.DivergenceException;
import dev.yamabiko.step.SampleLedger;
import dev.yamabiko.step.SliceStep;
import dev.yamabiko.step.Statistics;
import dev.yamabiko.step.StepPlan;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
 * <p>What comes twice must have the same bits, also after its step has closed; if it has not, the
 * run is told who disagree. Nobody who computed rightly must be blamed, so floats are compared only
 * while they are what their worker computed: until the step closes, and after that only those that
 * were given, because a worker uses its arrays again, and so does its link. Within one process none
 * are: a worker that is late may even have read weights that its slice was overwriting.
 */
public final class ParameterSlice extends AbstractBehavior<ParameterSlice.Command> {

  sealed interface Command {}

  private record FromOutside(SliceMessage message) implements Command {}

  private record Aggregated(Statistics statistics, double[] squares) implements Command {}

  private record Unaccounted(Block block, String message) implements Command {}

  private record Updated(Statistics statistics, double norm) implements Command {}

  /**
   * @param compared so many of what was not taken were compared
   */
  private record EvidenceTaken(StepEvidence evidence, int compared, Optional<String> contradiction)
      implements Command {}

  private record LateCompared(long step, Optional<String> contradiction) implements Command {}

  private record Copied(SliceMessage.ReadSlice read) implements Command {}

  private record Diverged(String message) implements Command {}

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
  private final Map<String, ActorRef<WorkerMessage>> workers = new LinkedHashMap<>();
  private List<ActorRef<SliceMessage>> peers = List.of();
  private long step;
  private StepAssembly assembly;
  private Statistics statistics;
  private NormShares shares;
  private boolean updating;

  /** What it lacks was asked for: that is late, and is handed out twice. */
  private boolean reported;

  private final ContestedSteps contested = new ContestedSteps();
  private final LastWord lastWord = new LastWord();
  private final StepArrivals arrivals;

  /** Of the update that is under way; from one compute task to the next. */
  private SliceUpdateEvent recorded;

  /** The last one that was kept; of the compute thread. */
  private float[] gradient;

  /** All contributions are here: every slice has closed the step before. */
  private boolean closing;

  /** How many are copying what the update changes. */
  private int copying;

  private ParameterSlice(ActorContext<Command> context, Settings settings) {
    super(context);
    this.settings = settings;
    this.key = settings.key();
    this.slice = settings.slice();
    this.sliceStep = settings.sliceStep();
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
      workers.remove(remove.worker());
    } else if (message instanceof SliceMessage.MeetPeers meet) {
      peers = meet.slices();
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
    reported = true;
    lastWord.normFrom(report.step()).forEach(part -> peers.forEach(peer -> peer.tell(part)));
    lastWord.updatesFrom(report.step()).forEach(settings.run()::tell);
    List<Integer> shards = assembly.missing().stream().boxed().toList();
    report.replyTo().tell(new RunMessage.ShardsMissing(key, step, slice, shards));
  }

  /**
   * Also the newest weights: they may have been sent before it was added, or on a connection that
   * was lost. They go first, since newer ones take the place of older ones that are still waiting.
   */
  private void onAddWorker(SliceMessage.AddWorker add) {
    workers.put(add.worker(), add.ref());
    // First: nobody can have begun before, nor answer earlier.
    arrivals.sent();
    add.ref().tell(weights(step));
    if (add.open() < step && holds(add.open())) {
      add.ref().tell(weights(add.open()));
    }
  }

  private void onContribute(SliceMessage.Contribute contribute) {
    if (contribute.step() != step || contribute.slice() != slice) {
      getContext().getLog().debug("stale run={} step={} now={}", key, contribute.step(), step);
      compareLate(contribute);
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
      case COVERED ->
          // If it is still to be taken, the evidence is held against this, too.
          contested
              .of(step)
              .flatMap(e -> e.contradiction(witness(contribute)))
              .ifPresent(this::blame);
      case CONFLICT ->
          blame(
              StepEvidence.conflict(
                  assembly.contributor(contribute.block()).orElse("?"),
                  contribute.worker(),
                  contribute.block(),
                  step));
      case INVALID ->
          fail(
              "worker %s contributed shards %s, which are no block of step %d"
                  .formatted(contribute.worker(), contribute.block(), step));
    }
  }

  /** Of no use any more, but it tells whether somebody computes wrongly. */
  private void compareLate(SliceMessage.Contribute late) {
    if (late.floats() == SliceMessage.Floats.GIVEN
        && late.slice() == slice
        && late.gradient().length() == sliceStep.length()) {
      contested
          .of(late.step())
          .ifPresent(
              evidence ->
                  compute(
                      () -> new LateCompared(late.step(), evidence.contradiction(witness(late)))));
    }
  }

  private static StepEvidence.Witness witness(SliceMessage.Contribute of) {
    return new StepEvidence.Witness(of.block(), of.gradient(), of.statistics(), of.worker());
  }

  private Behavior<Command> onLateCompared(LateCompared compared) {
    compared.contradiction().ifPresent(message -> blame(compared.step(), message));
    return this;
  }

  private void blame(String contradiction) {
    blame(step, contradiction);
  }

  private void blame(long ofStep, String contradiction) {
    settings.run().tell(new RunMessage.WorkersDisagree(key, ofStep, slice, contradiction));
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
    Runnable compare = comparison();
    recorded = new SliceUpdateEvent();
    recorded.begin();
    compute(
        () -> {
          Optional<Unaccounted> wrong = unaccounted(closed, parts);
          if (wrong.isPresent()) {
            return wrong.get();
          }
          compare.run();
          Statistics sum = sliceStep.aggregate(closed, parts);
          if (sliceStep.needsNorm()) {
            return new Aggregated(sum, sliceStep.squares());
          }
          return update(closed, sum, Double.NaN);
        });
  }

  /** On the compute thread. */
  private Optional<Unaccounted> unaccounted(long closed, List<BlockSum.Part> parts) {
    if (settings.ledger().isEmpty()) {
      return Optional.empty();
    }
    for (BlockSum.Part part : parts) {
      Optional<String> wrong =
          settings.ledger().get().check(closed, part.block(), part.statistics());
      if (wrong.isPresent()) {
        return Optional.of(new Unaccounted(part.block(), wrong.get()));
      }
    }
    return Optional.empty();
  }

  /** The step is not applied. */
  private Behavior<Command> onUnaccounted(Unaccounted unaccounted) {
    String worker = assembly.contributor(unaccounted.block()).orElse("?");
    fail("worker %s read the wrong samples: %s".formatted(worker, unaccounted.message()));
    return this;
  }

  /** Of what was handed out twice; for the compute thread, as long as the floats are there. */
  private Runnable comparison() {
    if (!reported && assembly.covered().isEmpty()) {
      return () -> {};
    }
    long closed = step;
    List<StepEvidence.Witness> witnesses = assembly.witnesses();
    List<StepEvidence.Witness> covered = assembly.covered();
    ActorRef<Command> self = getContext().getSelf();
    return () -> {
      StepEvidence evidence =
          new StepEvidence(
              closed, settings.plan().shards(), witnesses, sliceStep.rounding(), settings.from());
      self.tell(new EvidenceTaken(evidence, covered.size(), evidence.contradiction(covered)));
    };
  }

  /** The step has not closed yet, so what it did not take is whole, also what came meanwhile. */
  private Behavior<Command> onEvidenceTaken(EvidenceTaken taken) {
    contested.add(taken.evidence());
    List<StepEvidence.Witness> covered = assembly.covered();
    taken
        .contradiction()
        .or(() -> taken.evidence().contradiction(covered.subList(taken.compared(), covered.size())))
        .ifPresent(this::blame);
    return this;
  }

  private Behavior<Command> onAggregated(Aggregated aggregated) {
    statistics = aggregated.statistics();
    List<SliceMessage.ShareNorm> parts =
        NormShares.parts(new SliceMessage.ShareNorm(key, step, slice, aggregated.squares()));
    lastWord.shared(parts);
    parts.forEach(part -> peers.forEach(peer -> peer.tell(part)));
    return this;
  }

  /** Once every slice's part is here, its own among them, the norm is known and the update runs. */
  private void onShareNorm(SliceMessage.ShareNorm share) {
    if (share.step() != step || updating) {
      return;
    }
    if (!shares.fits(share)) {
      getContext()
          .getLog()
          .warn("dropped a share of the norm that fits no slice run={}", key.run());
      return;
    }
    shares.accept(share).ifPresent(this::updateWith);
  }

  private void updateWith(double norm) {
    updating = true;
    long closing = step;
    Statistics sum = statistics;
    compute(() -> update(closing, sum, norm));
  }

  /** On the compute thread. */
  private Command update(long closing, Statistics sum, double norm) {
    if (settings.keepsGradient().test(closing + 1)) {
      if (gradient == null) {
        gradient = new float[sliceStep.length()];
      }
      sliceStep.meanGradient(closing, gradient);
    }
    Optional<SliceStep.NonFinite> wrong = sliceStep.update(closing, norm);
    recorded.done(slice, closing, sliceStep.length());
    return wrong
        .<Command>map(bad -> new Diverged(explain(bad)))
        .orElseGet(() -> new Updated(sum, norm));
  }

  private String explain(SliceStep.NonFinite bad) {
    int layer = settings.network().layerOfParameter(settings.from() + bad.index());
    return "the run diverged: %s not finite, first in %s; %s"
        .formatted(bad.what(), settings.network().describeLayer(layer), DivergenceException.ADVICE);
  }

  private Behavior<Command> onDiverged(Diverged diverged) {
    settings.run().tell(new RunMessage.Diverged(key, step, diverged.message()));
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
    WorkerMessage weights = weights(step);
    BroadcastEvent broadcast = new BroadcastEvent();
    broadcast.begin();
    workers.values().forEach(worker -> worker.tell(weights));
    broadcast.done(slice, step, workers.size(), sliceStep.length());
    return this;
  }

  private void begin(long next) {
    step = next;
    assembly = new StepAssembly(settings.plan(), step, sliceStep.length());
    shares = new NormShares(settings.network().length(), settings.slices());
    updating = false;
    closing = false;
    reported = false;
  }

  /** Weights of the step before stay whole until the current step's update begins. */
  private boolean holds(long earlier) {
    return earlier == step - 1 && earlier >= settings.step() && !closing;
  }

  private WorkerMessage weights(long ofStep) {
    FloatSegment segment =
        new FloatSegment(
            sliceStep.weights(ofStep),
            sliceStep.weightsAt(),
            sliceStep.length(),
            sliceStep.narrowWeights(ofStep));
    return new WorkerMessage.InstallWeights(key, ofStep, slice, segment);
  }

  private void onReadSlice(SliceMessage.ReadSlice read) {
    if (read.step() != step || closing) {
      fail(
          "weights[%d] were asked for but slice %d %s weights[%d]"
              .formatted(read.step(), slice, closing ? "is changing" : "holds", step));
      return;
    }
    copying++;
    compute(
        () -> {
          int to = settings.from() - read.origin();
          copy(sliceStep.weights(read.step()), sliceStep.weightsAt(), read.weights(), to);
          for (int i = 0; i < read.state().length; i++) {
            copy(sliceStep.state()[i], sliceStep.weightsAt(), read.state()[i], to);
          }
          read.gradient().ifPresent(into -> copy(gradient, 0, into, to));
          return new Copied(read);
        });
  }

  private void copy(float[] part, int at, float[] into, int to) {
    System.arraycopy(part, at, into, to, sliceStep.length());
  }

  private Behavior<Command> onCopied(Copied copied) {
    copying--;
    SliceMessage.ReadSlice read = copied.read();
    read.replyTo().tell(new RunMessage.SliceRead(key, read.step(), slice, settings.from()));
    closeIfComplete();
    return this;
  }

  private Behavior<Command> onComputeFailed(ComputeFailed failed) {
    fail("slice %d failed in step %d: %s".formatted(slice, step, failed.cause()));
    return this;
  }

  private void fail(String cause) {
    settings.run().tell(new RunMessage.SliceFailed(key, slice, cause));
  }

  private void compute(Supplier<Command> work) {
    getContext()
        .pipeToSelf(
            CompletableFuture.supplyAsync(work, settings.compute()),
            (done, failure) -> failure == null ? done : new ComputeFailed(failure));
  }
}
