package dev.yamabiko.protocol;

import akka.actor.typed.ActorRef;
import dev.yamabiko.model.Checkpoint;
import dev.yamabiko.step.Statistics;
import java.util.List;
import java.util.Optional;

/** What an observer of a run hears, in order. */
public sealed interface RunEvent {

  /**
   * Workers are ready, the first step begins.
   *
   * @param epochs closed before, by the run that this one continues
   * @param samples applied before
   */
  record RunStarted(int workers, long step, int epochs, long samples) implements RunEvent {}

  /**
   * A step has closed on all slices.
   *
   * @param statistics of its batch, with the weights before the step
   * @param learningRate of the step
   * @param gradientNorm NaN where nobody asked for it
   */
  record StepClosed(
      long step, int epoch, Statistics statistics, float learningRate, double gradientNorm)
      implements RunEvent {}

  /** How long the step took that has just closed; right after {@link StepClosed}. */
  record StepTimed(long step, StepTiming timing) implements RunEvent {}

  /**
   * @param step steps taken so far
   * @param train of the epoch's batches, each with the weights of its step
   * @param validation with the weights at the epoch's end
   */
  record EpochClosed(int epoch, long step, Statistics train, Optional<Statistics> validation)
      implements RunEvent {}

  /**
   * A checkpoint to be kept. The observer answers the run with {@link RunMessage.CheckpointKept};
   * until then the run takes no other one.
   *
   * @param gradient as in {@link WeightsCopied}
   */
  record CheckpointTaken(Checkpoint checkpoint, Optional<float[]> gradient) implements RunEvent {

    /** Without the gradient. */
    public CheckpointTaken(Checkpoint checkpoint) {
      this(checkpoint, Optional.empty());
    }
  }

  /**
   * The weights as they are between two steps, for an observer that wants to look at them; to be
   * answered as {@link CheckpointTaken} is.
   *
   * @param step steps taken so far
   * @param gradient the flat mean gradient of the last of them, before clipping and weight decay,
   *     where the job's histograms ask for it; what is not trained has none
   */
  record WeightsCopied(long step, float[] weights, Optional<float[]> gradient)
      implements RunEvent {}

  /**
   * The run diverged and begins anew from an earlier step, with a smaller learning rate.
   *
   * @param reason names the step, for a loss shard and layer, too
   * @param step in which it diverged
   * @param from the checkpoint that it goes back to, as it was taken
   * @param to where it goes on, its count of roll-backs included
   * @param rateScale what the learning rate is multiplied by from now on
   */
  record RolledBack(
      String reason, long step, Checkpoint from, Checkpoint.Position to, double rateScale)
      implements RunEvent {}

  /**
   * Slices are lost with the nodes that owned them: all slices return to the last complete
   * checkpoint, which takes nothing from the result, and live elsewhere.
   *
   * @param why names the nodes
   * @param step that was open
   * @param from the checkpoint, as it was taken
   * @param to where the run goes on
   */
  record SlicesReturned(String why, long step, Checkpoint from, Checkpoint.Position to)
      implements RunEvent {}

  /** A worker takes part from the next division of the shards on. */
  record WorkerJoined(String worker, int workers) implements RunEvent {}

  /**
   * A worker takes part no more; its unfinished shards are computed by others in the same step.
   *
   * @param failed at computing, so that it is not to be asked again
   * @param workers left
   * @param ref that was invited; another start of this name may have been offered meanwhile
   */
  record WorkerLeft(
      String worker, String why, boolean failed, int workers, ActorRef<WorkerMessage> ref)
      implements RunEvent {}

  /** How fast a worker was under its last lease, by its own clock, while it computed. */
  record WorkerMeasured(String worker, long examples, long nanos) implements RunEvent {}

  /**
   * Shards of a step are late, or who holds them cannot be reached: they are handed out a second
   * time, and the first answer wins.
   *
   * @param workers who held them
   */
  record ShardsReissued(long step, List<String> workers, String why) implements RunEvent {
    public ShardsReissued {
      workers = List.copyOf(workers);
    }
  }

  /**
   * Two workers have computed different bits for the same shards: one of them is wrong, and the run
   * fails.
   *
   * @param message names both
   */
  record WorkersDisagreed(long step, String message) implements RunEvent {}

  /**
   * The run cannot go on by itself, and why; it goes on when that has changed.
   *
   * @param workers names of those that are left and can be reached
   */
  record Waiting(String why, List<String> workers) implements RunEvent {
    public Waiting {
      workers = List.copyOf(workers);
    }
  }

  /** There are enough workers again. */
  record WentOn(int workers) implements RunEvent {}

  /** The last event. */
  record RunEnded(RunOutcome outcome) implements RunEvent {}
}
