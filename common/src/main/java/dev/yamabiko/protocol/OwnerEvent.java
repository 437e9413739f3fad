package dev.yamabiko.protocol;

import akka.actor.typed.ActorRef;

/** What an owner of slices tells who stands for it on the coordinator's node. */
public sealed interface OwnerEvent {

  /** Which lineage. */
  RunKey key();

  /**
   * The slices are there and hold their weights.
   *
   * @param owner takes what is for the owner
   * @param slices passes on to each of the slices
   * @param token admits a connection that fetches staged copies
   */
  record SlicesTaken(
      RunKey key, ActorRef<OwnerMessage> owner, ActorRef<SliceMessage> slices, String token)
      implements OwnerEvent {}

  /** See {@link OwnerMessage.StageSlices}. */
  record SliceStaged(RunKey key, long step, int slice) implements OwnerEvent {}

  /** The owner cannot own its slices, or not any more. */
  record OwnerFailed(RunKey key, String cause) implements OwnerEvent {}

  /**
   * What has gone over a worker's connection to the owner so far.
   *
   * @param received bytes, of contributions
   * @param sent bytes, of weights
   * @param steps to which a contribution came
   */
  record WorkerTraffic(RunKey key, String worker, long received, long sent, long steps)
      implements OwnerEvent {}
}
