package dev.yamabiko.slices;

import akka.actor.typed.ActorRef;
import dev.yamabiko.job.Job;
import dev.yamabiko.nn.Network;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.step.ChunkGrid;
import dev.yamabiko.step.Rounding;
import dev.yamabiko.step.SampleLedger;
import dev.yamabiko.step.SliceStep;
import dev.yamabiko.step.StepPlan;
import dev.yamabiko.step.UpdateRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * What all slices of a lineage have in common, on whichever node they live.
 *
 * @param slices into how many the flat vector is cut; does not show in the result
 * @param rollbacks how often the run has gone back: what its learning rate is multiplied by
 */
public record SlicePlan(Job job, Network network, StepPlan plan, int slices, int rollbacks) {

  public SlicePlan {
    if (slices < 1 || slices > ChunkGrid.chunks(network.length())) {
      throw new IllegalArgumentException(
          "slices: expected 1 to %d but found %d"
              .formatted(ChunkGrid.chunks(network.length()), slices));
    }
  }

  /** Where slice k begins in the flat vector; slice K is its end. */
  public int from(int slice) {
    return ChunkGrid.sliceFrom(network.length(), slices, slice);
  }

  /** Whether slices keep the mean gradient of the step that leads to weights[step]. */
  boolean keepsGradientOf(long step) {
    return job.tensorBoard().gradients() && job.tensorBoard().isDue(step, plan);
  }

  /** All slices, side by side in whole vectors; all zeros yet. */
  public List<SliceStep> all() {
    UpdateRule rule = rule();
    Rounding rounding = rounding();
    float[][] weights = new float[2][network.length()];
    float[][] state = new float[job.optimizer().stateVectors()][network.length()];
    List<SliceStep> all = new ArrayList<>();
    for (int k = 0; k < slices; k++) {
      all.add(
          new SliceStep(
              from(k), from(k + 1), plan, rule, network.regions(), rounding, weights, state));
    }
    return all;
  }

  /** One of them, alone; all zeros yet. */
  SliceStep alone(int slice) {
    return new SliceStep(from(slice), from(slice + 1), plan, rule(), network.regions(), rounding());
  }

  private UpdateRule rule() {
    return job.update().scaled(rateScale(job, rollbacks));
  }

  private Rounding rounding() {
    return job.objective(network).rounding();
  }

  /** What the learning rate is multiplied by after so many roll-backs. */
  public static double rateScale(Job job, int rollbacks) {
    double scale = 1;
    for (int i = 0; i < rollbacks; i++) {
      scale *= job.rollback().orElseThrow().factor();
    }
    return scale;
  }

  /** What a slice of a run is told for its whole life; the first one keeps the ledger. */
  public ParameterSlice.Settings settings(
      RunKey key,
      int slice,
      SliceStep part,
      long step,
      ActorRef<RunMessage> run,
      Executor compute,
      LongSupplier nanoTime) {
    Optional<SampleLedger> ledger =
        slice == 0 ? Optional.of(new SampleLedger(plan, job.seed())) : Optional.empty();
    return new ParameterSlice.Settings(
        key,
        slice,
        slices,
        from(slice),
        plan,
        part,
        network,
        run,
        compute,
        nanoTime,
        step,
        ledger,
        this::keepsGradientOf);
  }
}
