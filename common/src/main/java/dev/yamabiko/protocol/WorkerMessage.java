package dev.yamabiko.protocol;

import akka.actor.typed.ActorRef;
import dev.yamabiko.step.Block;
import java.util.List;

/** What a worker is told. */
public sealed interface WorkerMessage {

  /** Which run, in which term. */
  RunKey key();

  /** Get ready for this run; answered by {@link RunMessage.WorkerReady} or a failure. */
  record JoinRun(
      RunKey key,
      RunDefinition definition,
      List<ActorRef<SliceMessage>> slices,
      ActorRef<RunMessage> replyTo)
      implements WorkerMessage {
    public JoinRun {
      slices = List.copyOf(slices);
    }
  }

  /**
   * Compute these blocks in every step from {@code fromStep} to before {@code untilStep}, as soon
   * as the step's weights are complete. Of leases that cover a step the one with the highest number
   * counts; what the worker has computed of a step by then it does not compute again.
   */
  record TakeLease(RunKey key, long lease, List<Block> blocks, long fromStep, long untilStep)
      implements WorkerMessage {
    public TakeLease {
      blocks = List.copyOf(blocks);
    }
  }

  /**
   * Begin no further step; answered by {@link RunMessage.LeasePaused}. A later lease (of a higher
   * number) lifts the pause.
   */
  record PauseLease(RunKey key, long lease, ActorRef<RunMessage> replyTo)
      implements WorkerMessage {}

  /**
   * Compute these blocks once with weights[step], whatever leases say, even if that has been done:
   * it was lost on the way.
   */
  record ComputeBlocks(RunKey key, long step, List<Block> blocks) implements WorkerMessage {
    public ComputeBlocks {
      blocks = List.copyOf(blocks);
    }
  }

  /** Answered by {@link RunMessage.ProbeAnswered}: the run has missed the worker. */
  record Probe(RunKey key, ActorRef<RunMessage> replyTo) implements WorkerMessage {}

  /** One slice of weights[step]. */
  record InstallWeights(RunKey key, long step, int slice, FloatSegment weights)
      implements WorkerMessage {}

  /**
   * Evaluate parts [fromPart, toPart) of a dataset with weights[step]; answered, part by part, by
   * {@link RunMessage.PartMeasured} if all is to be measured, else by {@link
   * RunMessage.PartEvaluated}.
   *
   * @param all what every metric is made of, which may be much, and not loss and accuracy alone
   */
  record Evaluate(
      RunKey key,
      long step,
      DataPart data,
      boolean all,
      int fromPart,
      int toPart,
      ActorRef<RunMessage> replyTo)
      implements WorkerMessage {}

  /** The run has ended; forget it. */
  record LeaveRun(RunKey key) implements WorkerMessage {}
}
