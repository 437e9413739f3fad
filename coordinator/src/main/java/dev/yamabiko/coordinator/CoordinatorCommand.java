package dev.yamabiko.coordinator;

import akka.actor.typed.ActorRef;
import dev.yamabiko.job.Job;
import java.util.List;
import java.util.Optional;

/** What users ask of the coordinator, through HTTP. */
public sealed interface CoordinatorCommand {

  /** What came of a request that names a job. */
  enum Answer {
    DONE,
    /** It had ended already, or cannot be resumed. */
    NOT_NOW,
    /** Nothing tells what it was to do; its state says why. */
    UNREADABLE,
    UNKNOWN
  }

  /**
   * Puts a checked job at the end of the queue; answered by its state.
   *
   * @param owner who submits it; empty where that is not known
   */
  record SubmitJob(Job job, Optional<String> owner, ActorRef<JobView> replyTo)
      implements CoordinatorCommand {}

  /** Answered by how many jobs have not ended. */
  record CountOpenJobs(ActorRef<Integer> replyTo) implements CoordinatorCommand {}

  /** Answered as {@link JobPage#of} says. */
  record ListJobs(int limit, Optional<String> before, ActorRef<Optional<JobPage>> replyTo)
      implements CoordinatorCommand {}

  record GetJob(String id, ActorRef<Optional<JobView>> replyTo) implements CoordinatorCommand {}

  record DescribeJob(String id, ActorRef<Optional<JobDescription>> replyTo)
      implements CoordinatorCommand {}

  /** Answered by what the job's last steps were spent on, as far as this coordinator knows. */
  record GetTimeline(String id, ActorRef<Optional<TimelineView>> replyTo)
      implements CoordinatorCommand {}

  /** A running job ends after its current step. */
  record CancelJob(String id, ActorRef<Answer> replyTo) implements CoordinatorCommand {}

  /** Queues a cancelled or failed job again, to go on from its last checkpoint. */
  record ResumeJob(String id, ActorRef<Answer> replyTo) implements CoordinatorCommand {}

  /** What a node has to fit that joins. */
  record DescribeCoordinator(ActorRef<CoordinatorView> replyTo) implements CoordinatorCommand {}

  record ListWorkers(ActorRef<List<WorkerView>> replyTo) implements CoordinatorCommand {}

  /** The nodes that own slices. */
  record ListParameters(ActorRef<List<ParametersView>> replyTo) implements CoordinatorCommand {}

  /**
   * Tells {@code listener} the job's recent events after number {@code after}, then the new ones to
   * the last, in order, many at a time; an unknown job has only an event of kind "end" with number
   * 0. Forgotten when the listener stops.
   */
  record FollowJob(String id, long after, ActorRef<JobEventBatch> listener)
      implements CoordinatorCommand {}
}
