package dev.yamabiko.step;

import dev.yamabiko.tensor.TreeOrder;
import java.util.List;

/**
 * What is known of some examples beside their gradient; added along the same trees.
 *
 * @param examples how many
 * @param loss sum of the examples' E
 * @param correct how many were classified right (0 for regression)
 * @param squaredError sum over examples and outputs of (y - t)^2 in the targets' own units (0 for
 *     classification)
 * @param sampleHash which examples: {@link SampleHash} of the sample numbers that were read
 */
public record Statistics(
    long examples, double loss, long correct, double squaredError, long sampleHash) {

  /** Of examples whose numbers nobody asks for. */
  public Statistics(long examples, double loss, long correct, double squaredError) {
    this(examples, loss, correct, squaredError, 0);
  }

  public Statistics plus(Statistics right) {
    return new Statistics(
        examples + right.examples,
        loss + right.loss,
        correct + right.correct,
        squaredError + right.squaredError,
        sampleHash + right.sampleHash);
  }

  public double meanLoss() {
    return loss / examples;
  }

  public double accuracy() {
    return (double) correct / examples;
  }

  /** Root mean squared error per output. */
  public double rmse(int outputs) {
    return Math.sqrt(squaredError / ((double) examples * outputs));
  }

  /** The sum along the tree over the list's indexes; null entries are absent, null if all are. */
  public static Statistics sum(List<Statistics> leaves) {
    return TreeOrder.sum(leaves, Statistics::plus);
  }
}
