package dev.yamabiko.step;

import dev.yamabiko.tensor.Bfloat16;
import dev.yamabiko.tensor.Kernels;
import dev.yamabiko.tensor.KernelsFactory;
import dev.yamabiko.tensor.StochasticRounding;

/**
 * What a job's {@link Communication} makes of gradients and weights; nothing, unless the job says
 * so. May be used from any number of threads.
 *
 * <p>Gradients: the value of every node of the tree, leaf, inner node or root, is rounded to
 * bfloat16 once, when it has been summed, by {@link StochasticRounding} keyed by (seed, step,
 * {@link Block#number}, index in the flat vector). A node with one absent child is that child and
 * is not rounded again. So a node has one value, whoever has computed it and however the blocks
 * were cut, and it is a bfloat16. Infinities and NaN stay what they are; a finite sum stays finite.
 *
 * <p>Weights: workers compute the gradient of step t at weights[t] rounded to the nearest bfloat16,
 * while the slices keep and update weights[t] themselves. Evaluations are of the weights
 * themselves. They are due at the borders of epochs ({@link StepPlan#isBorder}), so there the whole
 * weights are sent, and a worker rounds them itself to train on.
 *
 * <p>Parameters only, frozen ones too. The buffers behind them are moments of batches and running
 * averages of these, few beside the parameters: a variance is a difference of moments that nearly
 * cancel, and an average that moves by less than 2^-8 of itself would stand still. They stay as
 * they are, and travel so.
 */
public final class Rounding {

  /** None at all. */
  public static final Rounding NONE = new Rounding(Communication.EXACT, 0, 0);

  private final boolean gradients;
  private final boolean weights;
  private final long seed;
  private final int parameters;
  private final Kernels kernels;

  /**
   * @param parameters how many elements of the flat vector are parameters, and not buffers
   */
  public Rounding(Communication communication, long seed, int parameters) {
    gradients = communication.gradients() == Communication.Format.BFLOAT16;
    weights = communication.weights() == Communication.Format.BFLOAT16;
    this.seed = seed;
    this.parameters = parameters;
    kernels = gradients ? KernelsFactory.create() : null;
  }

  public boolean ofGradients() {
    return gradients;
  }

  /**
   * Rounds a node's sum, once it is known, if gradients are rounded.
   *
   * @param from of the flat vector's elements [from, to), which lie at {@code sum[at]} on
   */
  public void gradient(long step, Block node, float[] sum, int at, int from, int to) {
    if (gradients) {
      int end = Math.min(to, parameters);
      if (from < end) {
        kernels.roundStochastically(seed, step, node.number(), sum, at, from, end);
      }
    }
  }

  /**
   * Rounds weights to compute gradients at, if weights are rounded.
   *
   * @param vector the whole flat vector
   */
  public void weights(float[] vector) {
    if (weights) {
      Bfloat16.nearest(vector, 0, parameters);
    }
  }

  public boolean ofWeights() {
    return weights;
  }

  /** Whether weights[step] reach workers rounded, so that they are not to be evaluated. */
  public boolean ofWeights(StepPlan plan, long step) {
    return weights && !plan.isBorder(step);
  }

  /** How many of the flat vector's elements [from, to) travel as bfloat16 in a contribution. */
  public int narrowGradients(int from, int to) {
    return gradients ? parametersIn(from, to) : 0;
  }

  /** How many of weights[step]'s elements [from, to) travel as bfloat16: the first of them. */
  public int narrowWeights(StepPlan plan, long step, int from, int to) {
    return ofWeights(plan, step) ? parametersIn(from, to) : 0;
  }

  private int parametersIn(int from, int to) {
    return Math.max(0, Math.min(to, parameters) - from);
  }
}
