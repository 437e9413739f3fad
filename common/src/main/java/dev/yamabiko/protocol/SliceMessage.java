package dev.yamabiko.protocol;

import akka.actor.typed.ActorRef;
import dev.yamabiko.step.Block;
import dev.yamabiko.step.Statistics;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** What a parameter slice is told. */
public sealed interface SliceMessage {

  /** Which run, in which term. */
  RunKey key();

  /**
   * Send this worker the current weights, and from then on the weights of each step.
   *
   * @param open a step that other slices may not have closed: weights[open] are what the worker
   *     needs first, even if this slice has gone on
   */
  record AddWorker(RunKey key, String worker, ActorRef<WorkerMessage> ref, long open)
      implements SliceMessage {}

  /** This worker takes part no more. */
  record RemoveWorker(RunKey key, String worker) implements SliceMessage {}

  /** For how long the floats of a contribution stay as they are. */
  enum Floats {
    /** Until the slice has closed the step. */
    LENT,
    /** For good, at the worker: it was late, and goes on to a later step at once. */
    COPIED,
    /**
     * For good, at the slice, and of weights that were whole: they came over the bulk plane, which
     * neither sends nor takes any that may be overwritten.
     */
    GIVEN
  }

  /**
   * The gradient sum of one block for this slice, from weights[step]; keyed by (run, term, step,
   * slice, block), so that a second one does no harm.
   *
   * @param computeNanos what it took the worker, by its own clock; see {@link WorkerTiming}
   */
  record Contribute(
      RunKey key,
      long step,
      int slice,
      Block block,
      FloatSegment gradient,
      Statistics statistics,
      String worker,
      Floats floats,
      long computeNanos)
      implements SliceMessage {

    /** Lent, and not timed. */
    public Contribute(
        RunKey key,
        long step,
        int slice,
        Block block,
        FloatSegment gradient,
        Statistics statistics,
        String worker) {
      this(key, step, slice, block, gradient, statistics, worker, Floats.LENT, 0);
    }
  }

  /**
   * Sums of squares of another slice's chunks, for the global norm of the step's gradient.
   *
   * @param at number of the first of these chunks in the slice; those of a large slice come in
   *     parts
   * @param of how many chunks the slice has
   */
  record ShareNorm(RunKey key, long step, int slice, int at, int of, double[] squares)
      implements SliceMessage {

    /** All at once. */
    public ShareNorm(RunKey key, long step, int slice, double[] squares) {
      this(key, step, slice, 0, squares.length, squares);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof ShareNorm share
          && key.equals(share.key)
          && step == share.step
          && slice == share.slice
          && at == share.at
          && of == share.of
          && Arrays.equals(squares, share.squares);
    }

    @Override
    public int hashCode() {
      return Objects.hash(key, step, slice, at, of, Arrays.hashCode(squares));
    }
  }

  /** The slices of this run, or who passes on to them; each once, before the first worker. */
  record MeetPeers(RunKey key, List<ActorRef<SliceMessage>> slices) implements SliceMessage {
    public MeetPeers {
      slices = List.copyOf(slices);
    }
  }

  /**
   * Answered by {@link RunMessage.ShardsMissing}. What the slice has said of this step and later
   * ones, to the run and to other slices, it says again: it may be lost.
   *
   * @param step that the run waits for: all steps before it have closed
   */
  record ReportMissing(RunKey key, long step, ActorRef<RunMessage> replyTo)
      implements SliceMessage {}

  /**
   * Copy this slice of weights[step] and of what else is asked for to its place in these vectors.
   * Answered by {@link RunMessage.SliceRead} once that is done.
   *
   * @param state of the optimizer; none of it if there are no vectors
   * @param gradient the mean gradient of the step that has led to these weights; only where the
   *     job's histograms ask for it, and the slice has taken that step
   * @param origin where the vectors begin in the flat vector: 0 if they are whole
   */
  record ReadSlice(
      RunKey key,
      long step,
      float[] weights,
      float[][] state,
      Optional<float[]> gradient,
      int origin,
      ActorRef<RunMessage> replyTo)
      implements SliceMessage {}
}
