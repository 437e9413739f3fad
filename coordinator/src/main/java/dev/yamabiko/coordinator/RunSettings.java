package dev.yamabiko.coordinator;

import akka.actor.typed.ActorRef;
import dev.yamabiko.data.Targets;
import dev.yamabiko.job.Job;
import dev.yamabiko.model.Checkpoint;
import dev.yamabiko.nn.Network;
import dev.yamabiko.protocol.DataPart;
import dev.yamabiko.protocol.RunDefinition;
import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.slices.SlicePlan;
import dev.yamabiko.step.ChunkGrid;
import dev.yamabiko.step.EvaluationPlan;
import dev.yamabiko.step.SliceStep;
import dev.yamabiko.step.StepPlan;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;

/**
 * What a training run begins with.
 *
 * @param begin where the run begins: {@link #atStart} or the checkpoint that it resumes from
 * @param workers by name, in the order in which they get shards
 * @param slices of the flat vector, as {@link #cut} gives them; their number does not show in the
 *     result; none where they are to live on other nodes
 * @param places by number of the slice
 * @param hosts what slices on other nodes need; absent where all live here
 * @param elastic whether other workers may take the place of lost ones: late shards are handed out
 *     again, and a run without workers waits for some; otherwise it fails
 * @param nanoTime the clock by which steps are late and timed; it decides who computes, never what
 */
public record RunSettings(
    RunKey key,
    Job job,
    RunDefinition definition,
    Network network,
    Targets targets,
    StepPlan plan,
    Checkpoint begin,
    Optional<EvaluationPlan> validation,
    Map<String, ActorRef<WorkerMessage>> workers,
    FirstSlices slices,
    IntFunction<SlicePlace> places,
    Optional<SliceHosts> hosts,
    ActorRef<RunEvent> events,
    boolean elastic,
    LongSupplier nanoTime) {

  /** All slices live here. */
  public RunSettings(
      RunKey key,
      Job job,
      RunDefinition definition,
      Network network,
      Targets targets,
      StepPlan plan,
      Checkpoint begin,
      Optional<EvaluationPlan> validation,
      Map<String, ActorRef<WorkerMessage>> workers,
      FirstSlices slices,
      IntFunction<SlicePlace> places,
      ActorRef<RunEvent> events,
      boolean elastic,
      LongSupplier nanoTime) {
    this(
        key,
        job,
        definition,
        network,
        targets,
        plan,
        begin,
        validation,
        workers,
        slices,
        places,
        Optional.empty(),
        events,
        elastic,
        nanoTime);
  }

  public RunSettings {
    workers = Collections.unmodifiableMap(new LinkedHashMap<>(workers));
    if (workers.isEmpty()) {
      throw new IllegalArgumentException("a run needs at least one worker");
    }
  }

  /**
   * A run that begins at step 0.
   *
   * @param weights the whole flat vector
   */
  public static Checkpoint atStart(Job job, float[] weights) {
    float[][] state = new float[job.optimizer().stateVectors()][weights.length];
    Checkpoint.WayBack wayBack =
        job.rollback().isPresent() ? Checkpoint.WayBack.START : Checkpoint.WayBack.NONE;
    return new Checkpoint(Checkpoint.Position.START, weights, state, Optional.empty(), wayBack);
  }

  /** Slices for a vector of this length: more than one only where each has enough to do. */
  public static int slices(int length, int workers) {
    int chunksWorthASlice = 16;
    return Math.max(1, Math.min(workers, ChunkGrid.chunks(length) / chunksWorthASlice));
  }

  /**
   * The same where gradients and weights travel: also for few workers so many that a slice is on
   * its way, updated and sent back while the gradients of those before it are still computed.
   */
  public static int slicesOnTheWay(int length, int workers) {
    int slicesWorthOverlapping = 8;
    return slices(length, Math.max(workers, slicesWorthOverlapping));
  }

  /**
   * The flat vector and the optimizer's state, cut into slices: most of what a run allocates.
   *
   * @throws IllegalArgumentException if there are more slices than chunks of the grid
   */
  public static FirstSlices cut(
      Job job, Network network, StepPlan plan, Checkpoint begin, int slices) {
    return new FirstSlices(cut(job, network, plan, begin, slices, begin.position().rollbacks()));
  }

  private static List<SliceStep> cut(
      Job job, Network network, StepPlan plan, Checkpoint begin, int slices, int rollbacks) {
    List<SliceStep> all = new SlicePlan(job, network, plan, slices, rollbacks).all();
    all.forEach(slice -> slice.restore(begin.position().step(), begin.weights(), begin.state()));
    return all;
  }

  double rateScale(int rollbacks) {
    return SlicePlan.rateScale(job, rollbacks);
  }

  float learningRate(long step, int rollbacks) {
    return job.update().scaled(rateScale(rollbacks)).learningRate(plan, step);
  }

  /** As many slices as at first, with other weights. */
  List<SliceStep> slicesAt(Checkpoint from, int rollbacks) {
    int count = hosts.map(SliceHosts::usual).orElse(slices.count());
    return cut(job, network, plan, from, count, rollbacks);
  }

  Optional<BestEpoch> bestEpoch() {
    return job.selection().map(selection -> new BestEpoch(selection, targets.width()));
  }

  EvaluationPlan evaluationPlan(DataPart data) {
    return switch (data) {
      case TRAIN -> new EvaluationPlan(plan.examples());
      case VALIDATION -> validation.orElseThrow();
    };
  }

  SlicePlan slicePlan(int count, int rollbacks) {
    return new SlicePlan(job, network, plan, count, rollbacks);
  }
}
