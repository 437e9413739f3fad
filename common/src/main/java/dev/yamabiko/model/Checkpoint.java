package dev.yamabiko.model;

import dev.yamabiko.step.Statistics;
import java.util.Optional;

/**
 * All that the steps after this one depend on, beside the job and its data: a run that goes on from
 * here gives the bits of one that never stopped. Generators and the sampler are pure functions of
 * the job's seed, the epoch and the step, so the position is their whole state; so it is the
 * schedule's.
 *
 * <p>The arrays are shared, not copied; nobody writes to them.
 *
 * @param weights the flat vector before step {@code position.step()}: parameters, then buffers
 * @param state the optimizer's vectors, each as long as the weights
 * @param best the best epoch so far, where the job selects one
 * @param rollbackTo where a diverging run goes back to, unless it is this checkpoint itself
 */
public record Checkpoint(
    Position position,
    float[] weights,
    float[][] state,
    Optional<Best> best,
    Optional<Checkpoint> rollbackTo) {

  /**
   * How far a run has come.
   *
   * @param step steps taken
   * @param epochs closed, that is, evaluated and in the metrics
   * @param samples applied
   * @param epoch sum over the open epoch's batches; empty at its beginning
   * @param rollbacks how often the run has gone back
   */
  public record Position(
      long step, int epochs, long samples, Optional<Statistics> epoch, int rollbacks) {

    public static final Position START = new Position(0, 0, 0, Optional.empty(), 0);

    /** One step on, with the statistics of its batch. */
    public Position afterStep(Statistics batch) {
      Statistics sum = epoch.map(before -> before.plus(batch)).orElse(batch);
      return new Position(
          step + 1, epochs, samples + batch.examples(), Optional.of(sum), rollbacks);
    }

    /** One epoch on. */
    public Position afterEpoch() {
      return new Position(step, epochs + 1, samples, Optional.empty(), rollbacks);
    }

    /** Here again, after so many roll-backs. */
    public Position again(int count) {
      return new Position(step, epochs, samples, epoch, count);
    }
  }

  /**
   * The best epoch so far.
   *
   * @param epoch counted from 0
   * @param step after which it ended
   * @param value of the metric
   * @param since epochs closed after it without a better one
   * @param weights the flat vector at its end; empty where they are never needed again, or are the
   *     checkpoint's own
   */
  public record Best(int epoch, long step, double value, int since, Optional<float[]> weights) {}
}
