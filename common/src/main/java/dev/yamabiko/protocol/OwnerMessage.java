package dev.yamabiko.protocol;

import akka.actor.typed.ActorRef;

/**
 * What the owner of slices on a parameters node is told, beside what it passes on to each of its
 * slices.
 */
public sealed interface OwnerMessage {

  /** Which lineage. */
  RunKey key();

  /**
   * As {@link SliceMessage.AddWorker}; also connect the worker: its node is told where.
   *
   * @param node of this start of the worker
   */
  record AdmitWorker(RunKey key, String worker, ActorRef<NodeMessage> node, long open)
      implements OwnerMessage {}

  /**
   * Copy weights[step], for the coordinator to fetch. Answered by {@link OwnerEvent.SliceStaged}
   * for each slice.
   *
   * @param state copy the optimizer's state, too
   * @param gradient and what {@link SliceMessage.ReadSlice} gives of the gradient
   */
  record StageSlices(RunKey key, long step, boolean state, boolean gradient)
      implements OwnerMessage {}

  /** The copies have been fetched. */
  record DropStaged(RunKey key, long step) implements OwnerMessage {}
}
