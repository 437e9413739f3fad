package dev.yamabiko.model;

import dev.yamabiko.step.Statistics;
import java.util.List;
import java.util.Optional;

/**
 * All that the steps after this one depend on, beside the job and its data: a run that goes on from
 * here gives the bits of one that never stopped. Generators and the sampler are pure functions of
 * the job's seed, the epoch and the step, so the position is their whole state. So it is the
 * schedule's, as long as the job keeps its epochs: a cosine spans them all, and with more of them
 * goes on as the longer run's, which had other rates in the steps before.
 *
 * <p>The arrays are shared, not copied; nobody writes to them.
 *
 * @param weights the flat vector before step {@code position.step()}: parameters, then buffers
 * @param state the optimizer's vectors, each as long as the weights
 * @param best the best epoch so far, where the job selects one
 * @param wayBack where a diverging run goes back to
 * @param cuts where each of the slices begins that it was taken from, the first at 0: it is written
 *     as it is cut, and read for any other number of slices
 */
public record Checkpoint(
    Position position,
    float[] weights,
    float[][] state,
    Optional<Best> best,
    WayBack wayBack,
    List<Integer> cuts) {

  public Checkpoint {
    cuts = List.copyOf(cuts);
  }

  /** In one slice. */
  public Checkpoint(
      Position position, float[] weights, float[][] state, Optional<Best> best, WayBack wayBack) {
    this(position, weights, state, best, wayBack, List.of(0));
  }

  /** This one, without the earlier ones. */
  public Checkpoint alone() {
    return with(new WayBack(wayBack.here, List.of(), wayBack.last));
  }

  /** This one, with another way back. */
  public Checkpoint with(WayBack other) {
    return new Checkpoint(position, weights, state, best, other, cuts);
  }

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

  /**
   * All that decides where a diverging run goes back to.
   *
   * @param here whether the checkpoint itself is a place to go back to
   * @param earlier such places before it, by step; each of them is {@link #alone}
   * @param last the last roll-back, until the run has got past the step in which it diverged
   */
  public record WayBack(boolean here, List<Checkpoint> earlier, Optional<Turn> last) {

    /** Of a run that never goes back. */
    public static final WayBack NONE = new WayBack(false, List.of(), Optional.empty());

    /** Of the beginning of a run that goes back. */
    public static final WayBack START = new WayBack(true, List.of(), Optional.empty());

    public WayBack {
      earlier = List.copyOf(earlier);
    }
  }

  /**
   * One roll-back.
   *
   * @param diverged the step in which the run diverged
   * @param to how many steps were taken where it went on
   */
  public record Turn(long diverged, long to) {}
}
