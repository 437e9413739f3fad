package dev.yamabiko.slices;

import dev.yamabiko.protocol.SliceMessage;
import dev.yamabiko.slices.ParameterSlice.Command;
import dev.yamabiko.slices.ParameterSlice.Settings;
import dev.yamabiko.step.BlockSum;
import dev.yamabiko.step.DivergenceException;
import dev.yamabiko.step.SliceStep;
import dev.yamabiko.step.Statistics;
import java.util.List;
import java.util.Optional;

/**
 * What a slice's compute thread does: finishes the tree, takes the optimizer's step, copies what
 * that has led to. Closing and updating never overlap, nor does a copy with them; what comes of it
 * is the slice's next message.
 */
final class SliceUpdate {

  private final Settings settings;
  private final SliceStep sliceStep;

  /** Of the update that is under way; from one compute task to the next. */
  private SliceUpdateEvent recorded;

  /** The last one that was kept. */
  private float[] gradient;

  SliceUpdate(Settings settings) {
    this.settings = settings;
    sliceStep = settings.sliceStep();
  }

  /** All contributions are here; still on the slice's thread. */
  void begin() {
    recorded = new SliceUpdateEvent();
    recorded.begin();
  }

  /**
   * The step's sum, and its update unless that waits for the global norm. A step whose samples are
   * not those that the job says is not applied.
   *
   * @param compare before the sum takes the place of what it is made of
   */
  Command close(long step, List<BlockSum.Part> parts, Runnable compare) {
    Optional<ParameterSlice.Unaccounted> wrong = unaccounted(step, parts);
    if (wrong.isPresent()) {
      return wrong.get();
    }
    compare.run();
    Statistics sum = sliceStep.aggregate(step, parts);
    if (sliceStep.needsNorm()) {
      return new ParameterSlice.Aggregated(sum, sliceStep.squares());
    }
    return update(step, sum, Double.NaN);
  }

  private Optional<ParameterSlice.Unaccounted> unaccounted(long step, List<BlockSum.Part> parts) {
    if (settings.ledger().isEmpty()) {
      return Optional.empty();
    }
    for (BlockSum.Part part : parts) {
      Optional<String> wrong = settings.ledger().get().check(step, part.block(), part.statistics());
      if (wrong.isPresent()) {
        return Optional.of(new ParameterSlice.Unaccounted(part.block(), wrong.get()));
      }
    }
    return Optional.empty();
  }

  /**
   * weights[step + 1], from the step's sum.
   *
   * @param norm of all slices' gradient; NaN where no update asks for it
   */
  Command update(long step, Statistics sum, double norm) {
    if (settings.keepsGradient().test(step + 1)) {
      if (gradient == null) {
        gradient = new float[sliceStep.length()];
      }
      sliceStep.meanGradient(step, gradient);
    }
    Optional<SliceStep.NonFinite> wrong = sliceStep.update(step, norm);
    recorded.done(settings.slice(), step, sliceStep.length());
    return wrong
        .<Command>map(bad -> new ParameterSlice.Diverged(explain(bad)))
        .orElseGet(() -> new ParameterSlice.Updated(sum, norm));
  }

  private String explain(SliceStep.NonFinite bad) {
    int layer = settings.network().layerOfParameter(settings.from() + bad.index());
    return "%s not finite, first in %s"
        .formatted(bad.what(), settings.network().describeLayer(layer));
  }

  /**
   * What the run hears: of all slices that find something one is heard, and what each finds, and
   * where, depends on how many there are.
   */
  static String divergence(long step) {
    return DivergenceException.BEGINNING
        + "the update of step %d is not finite (gradient, weights or optimizer's state); %s"
            .formatted(step, DivergenceException.ADVICE);
  }

  /** Weights, state and gradient as they are asked for; no update is under way. */
  Command copy(SliceMessage.ReadSlice read) {
    int to = settings.from() - read.origin();
    copy(sliceStep.weights(read.step()), sliceStep.weightsAt(), read.weights(), to);
    for (int i = 0; i < read.state().length; i++) {
      copy(sliceStep.state()[i], sliceStep.weightsAt(), read.state()[i], to);
    }
    read.gradient().ifPresent(into -> copy(gradient, 0, into, to));
    return new ParameterSlice.Copied(read);
  }

  private void copy(float[] part, int at, float[] into, int to) {
    System.arraycopy(part, at, into, to, sliceStep.length());
  }
}
