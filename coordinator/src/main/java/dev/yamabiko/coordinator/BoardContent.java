package dev.yamabiko.coordinator;

import dev.yamabiko.job.TensorBoard;
import dev.yamabiko.nn.Network;
import dev.yamabiko.step.StepPlan;
import java.util.List;
import java.util.OptionalLong;

/**
 * What a run writes for TensorBoard.
 *
 * @param scalars whether there are losses and what belongs to them
 * @param histogramSteps after every so many steps there are histograms
 * @param weights their places in the flat vector
 * @param gradients places of those whose gradients there are histograms of
 */
public record BoardContent(
    boolean scalars,
    OptionalLong histogramSteps,
    List<Network.Place> weights,
    List<Network.Place> gradients) {

  public static final BoardContent NONE =
      new BoardContent(false, OptionalLong.empty(), List.of(), List.of());

  public BoardContent {
    weights = List.copyOf(weights);
    gradients = List.copyOf(gradients);
  }

  static BoardContent of(TensorBoard wanted, StepPlan plan, Network network) {
    return new BoardContent(
        wanted.scalars(),
        wanted.everySteps(plan),
        network.places(),
        wanted.gradients() ? network.trainedPlaces() : List.of());
  }

  boolean isNothing() {
    return !scalars && histogramSteps.isEmpty();
  }

  boolean hasHistogramsAfter(long steps) {
    return histogramSteps.isPresent() && steps % histogramSteps.getAsLong() == 0;
  }
}
