package dev.yamabiko.coordinator.http;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.Behaviors;
import dev.yamabiko.coordinator.CoordinatorCommand;
import dev.yamabiko.coordinator.CoordinatorView;
import dev.yamabiko.coordinator.JobDescription;
import dev.yamabiko.coordinator.JobEvent;
import dev.yamabiko.coordinator.JobEventBatch;
import dev.yamabiko.coordinator.JobPage;
import dev.yamabiko.coordinator.JobStatus;
import dev.yamabiko.coordinator.JobView;
import dev.yamabiko.coordinator.ParametersView;
import dev.yamabiko.coordinator.TimelineView;
import dev.yamabiko.coordinator.WorkerView;
import dev.yamabiko.job.Job;
import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.protocol.StepTiming;
import dev.yamabiko.protocol.WorkerHello;
import dev.yamabiko.protocol.WorkerTiming;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;

/** Answers as a coordinator does that is in the state which a test has put it in. */
final class FakeCoordinator {

  record Follower(long after, ActorRef<JobEventBatch> listener) {
    void tell(JobEvent event) {
      listener.tell(new JobEventBatch(List.of(event)));
    }
  }

  final Map<String, JobView> jobs = new ConcurrentHashMap<>();
  final Map<String, JobDescription> descriptions = new ConcurrentHashMap<>();

  /** Of every job. */
  volatile TimelineView timeline =
      new TimelineView(
          List.of(
              new RunEvent.StepTimed(
                  130,
                  new StepTiming(
                      10_000_000,
                      2_000_000,
                      List.of(new WorkerTiming("w1", 8_000_000, 6_000_000))))));

  /** How many jobs have not ended. */
  volatile int open;

  /** Whether it does what changes jobs without saying so. */
  volatile boolean silent;

  final BlockingQueue<Job> submitted = new LinkedBlockingQueue<>();
  final BlockingQueue<Follower> followers = new LinkedBlockingQueue<>();
  final BlockingQueue<ActorRef<JobEventBatch>> gone = new LinkedBlockingQueue<>();

  Behavior<CoordinatorCommand> behavior() {
    return Behaviors.setup(
        context ->
            Behaviors.receive(CoordinatorCommand.class)
                .onAnyMessage(
                    command -> {
                      answer(command);
                      if (command instanceof CoordinatorCommand.FollowJob follow) {
                        context.watch(follow.listener());
                        followers.add(new Follower(follow.after(), follow.listener()));
                      }
                      return Behaviors.same();
                    })
                .onSignal(
                    Terminated.class,
                    ended -> {
                      gone.add(ended.getRef().unsafeUpcast());
                      return Behaviors.same();
                    })
                .build());
  }

  private void answer(CoordinatorCommand command) {
    if (command instanceof CoordinatorCommand.CountOpenJobs count) {
      count.replyTo().tell(open);
    } else if (command instanceof CoordinatorCommand.SubmitJob submit) {
      JobView view =
          job(
              submit.job().name() + "-1",
              submit.owner(),
              JobStatus.QUEUED,
              Path.of(""),
              Optional.empty());
      submitted.add(submit.job());
      jobs.put(view.id(), view);
      tell(submit.replyTo(), view);
    } else if (command instanceof CoordinatorCommand.ListJobs list) {
      List<String> ids = jobs.keySet().stream().sorted().toList();
      list.replyTo().tell(JobPage.of(ids, list.limit(), list.before(), jobs::get));
    } else if (command instanceof CoordinatorCommand.DescribeJob describe) {
      describe.replyTo().tell(Optional.ofNullable(descriptions.get(describe.id())));
    } else if (command instanceof CoordinatorCommand.GetJob get) {
      get.replyTo().tell(Optional.ofNullable(jobs.get(get.id())));
    } else if (command instanceof CoordinatorCommand.GetTimeline get) {
      get.replyTo().tell(Optional.ofNullable(jobs.get(get.id())).map(job -> timeline));
    } else if (command instanceof CoordinatorCommand.CancelJob cancel) {
      tell(cancel.replyTo(), answer(cancel.id(), false));
    } else if (command instanceof CoordinatorCommand.ResumeJob resume) {
      tell(resume.replyTo(), answer(resume.id(), true));
    } else if (command instanceof CoordinatorCommand.DescribeCoordinator describe) {
      describe.replyTo().tell(new CoordinatorView("10.0.0.5", 2552, "f00d"));
    } else if (command instanceof CoordinatorCommand.ListParameters list) {
      WorkerHello hello = new WorkerHello(1, List.of(), "f00d", "p", "10.0.0.2", 2, 1L << 30);
      list.replyTo().tell(List.of(new ParametersView(hello, Instant.EPOCH)));
    } else if (command instanceof CoordinatorCommand.ListWorkers list) {
      WorkerHello hello = new WorkerHello(1, List.of(), "f00d", "one", "10.0.0.1", 4, 1L << 30);
      list.replyTo()
          .tell(
              List.of(
                  new WorkerView(hello, Instant.EPOCH, Optional.of("digits-1"), 2.5, 3, 10, 20)));
    }
  }

  private <T> void tell(ActorRef<T> asker, T answer) {
    if (!silent) {
      asker.tell(answer);
    }
  }

  private CoordinatorCommand.Answer answer(String id, boolean whenEnded) {
    JobView job = jobs.get(id);
    if (job == null) {
      return CoordinatorCommand.Answer.UNKNOWN;
    }
    return job.status().hasEnded() == whenEnded
        ? CoordinatorCommand.Answer.DONE
        : CoordinatorCommand.Answer.NOT_NOW;
  }

  /** Of nobody. */
  static JobView job(String id, JobStatus status, Path directory, Optional<String> result) {
    return job(id, Optional.empty(), status, directory, result);
  }

  static JobView job(
      String id,
      Optional<String> owner,
      JobStatus status,
      Path directory,
      Optional<String> result) {
    return new JobView(
        id,
        id.replaceFirst("-\\d+$", ""),
        owner,
        status,
        "",
        Optional.empty(),
        Instant.EPOCH,
        Optional.empty(),
        Optional.empty(),
        3,
        10,
        0,
        2,
        List.of("one"),
        0.5,
        Double.NaN,
        directory,
        result);
  }
}
