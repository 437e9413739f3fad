package dev.yamabiko.protocol;

import akka.actor.typed.ActorRef;
import dev.yamabiko.step.Block;
import dev.yamabiko.step.Measures;
import dev.yamabiko.step.Statistics;
import java.util.List;

/** What a training run is told. */
public sealed interface RunMessage {

  /** Which run, in which term. */
  RunKey key();

  /** The worker has data and network and can take a lease. */
  record WorkerReady(RunKey key, String worker) implements RunMessage {}

  /**
   * A slice holds weights[step + 1].
   *
   * @param statistics of the whole batch, with weights[step]
   * @param norm the gradient's global norm, NaN where nobody asked for it
   */
  record SliceUpdated(
      RunKey key, long step, int slice, Statistics statistics, double norm, StepTiming timing)
      implements RunMessage {

    /** The same, as another slice has timed the step. */
    public SliceUpdated timed(StepTiming by) {
      return new SliceUpdated(key, step, slice, statistics, norm, by);
    }
  }

  /** One part's statistics with weights[step]. */
  record PartEvaluated(RunKey key, long step, DataPart data, int part, Statistics statistics)
      implements RunMessage {}

  /**
   * What all metrics of one part are made of, with weights[step]. Of very many targets it comes in
   * several messages, so that each stays small.
   *
   * @param fromTarget the first target whose errors these are; 0 where classes are told apart
   * @param targets how many there are in all; 0 where classes are told apart
   */
  record PartMeasured(
      RunKey key,
      long step,
      DataPart data,
      int part,
      int fromTarget,
      int targets,
      Measures measures)
      implements RunMessage {

    /** Of so many targets the errors take half of what a control message may have. */
    public static final int MOST_TARGETS = 2048;
  }

  /** The worker begins no step from {@code nextStep} on until it has another lease. */
  record LeasePaused(RunKey key, long lease, long nextStep, String worker) implements RunMessage {}

  /**
   * A worker could not do what it was asked.
   *
   * @param step -1 where it is the worker's own affair: it could not get ready, or lacks memory
   * @param blocks of the step that it failed in; empty where it could not get ready or evaluate
   */
  record WorkerFailed(RunKey key, String worker, long step, List<Block> blocks, String cause)
      implements RunMessage {
    public WorkerFailed {
      blocks = List.copyOf(blocks);
    }
  }

  /** How fast a worker was under a lease, by its own clock. */
  record SpeedMeasured(RunKey key, String worker, long examples, long nanos)
      implements RunMessage {}

  /** The worker is there. */
  record ProbeAnswered(RunKey key, String worker) implements RunMessage {}

  /** Another worker may take part; the run invites it. */
  record OfferWorker(RunKey key, String worker, ActorRef<WorkerMessage> ref)
      implements RunMessage {}

  /** A worker has said that it leaves its node; nothing more will come from it. */
  record WorkerLeaving(RunKey key, String worker) implements RunMessage {}

  /**
   * A worker's bulk connection is there, for the first time or again.
   *
   * @param owner of slices, to which it leads; empty for the coordinator
   */
  record WorkerConnected(RunKey key, String worker, String owner) implements RunMessage {

    /** To the coordinator. */
    public WorkerConnected(RunKey key, String worker) {
      this(key, worker, "");
    }
  }

  /** A worker's bulk connection is lost, and what was on it. */
  record WorkerDisconnected(RunKey key, String worker, String owner) implements RunMessage {

    /** To the coordinator. */
    public WorkerDisconnected(RunKey key, String worker) {
      this(key, worker, "");
    }
  }

  /** Two workers have sent different bits for the same shards; the message names both. */
  record WorkersDisagree(RunKey key, long step, int slice, String message) implements RunMessage {}

  /** A slice could not do its update, or was sent what makes no sense. */
  record SliceFailed(RunKey key, int slice, String cause) implements RunMessage {}

  /**
   * NaN or infinity in loss or update; the first word on a step is heard, and all say the same. The
   * message names the step, for a loss the first shard and its layer, too.
   */
  record Diverged(RunKey key, long step, String message) implements RunMessage {}

  /** The shards that a slice still waits for in its current step. */
  record ShardsMissing(RunKey key, long step, int slice, List<Integer> shards)
      implements RunMessage {
    public ShardsMissing {
      shards = List.copyOf(shards);
    }
  }

  /**
   * A slice of weights[step] and of the optimizer's state is copied to where {@link
   * SliceMessage.ReadSlice} said; the slice writes there no more.
   *
   * @param from where the slice begins in the flat vector
   */
  record SliceRead(RunKey key, long step, int slice, int from) implements RunMessage {}

  /** Everything up to the last {@link RunEvent.CheckpointTaken} is on disk; see there. */
  record CheckpointKept(RunKey key) implements RunMessage {}

  /** Stop after the steps that have begun; the run ends as cancelled. */
  record CancelRun(RunKey key, String reason) implements RunMessage {}

  /**
   * A parameters node holds its slices.
   *
   * @param slices passes on to each of them
   */
  record SlicesTaken(RunKey key, String owner, ActorRef<SliceMessage> slices)
      implements RunMessage {}

  /** A parameters node owns its slices no more. */
  record OwnerLost(RunKey key, String owner, String why) implements RunMessage {}
}
