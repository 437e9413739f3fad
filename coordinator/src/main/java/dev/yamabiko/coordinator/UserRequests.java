package dev.yamabiko.coordinator;

import dev.yamabiko.coordinator.CoordinatorCommand.Answer;
import java.util.Optional;

/** What users ask for: jobs are put into the queue or taken out of it, the rest is to be seen. */
final class UserRequests {

  private static final String CANCELLED = "cancelled by a user";

  private final CoordinatorView coordinator;
  private final JobBook jobs;
  private final JobQueue queue;
  private final JobFollowers followers;
  private final RegisteredWorkers workers;
  private final ParametersNodes parameters;

  UserRequests(
      CoordinatorView coordinator,
      JobBook jobs,
      JobQueue queue,
      JobFollowers followers,
      RegisteredWorkers workers,
      ParametersNodes parameters) {
    this.coordinator = coordinator;
    this.jobs = jobs;
    this.queue = queue;
    this.followers = followers;
    this.workers = workers;
    this.parameters = parameters;
  }

  void on(CoordinatorCommand command) {
    if (command instanceof CoordinatorCommand.SubmitJob submit) {
      submit.replyTo().tell(submit(submit));
    } else if (command instanceof CoordinatorCommand.CountOpenJobs count) {
      count
          .replyTo()
          .tell((int) jobs.all().stream().filter(entry -> !entry.status().hasEnded()).count());
    } else if (command instanceof CoordinatorCommand.ListJobs list) {
      list.replyTo()
          .tell(JobPage.of(jobs.ids(), list.limit(), list.before(), id -> jobs.get(id).view()));
    } else if (command instanceof CoordinatorCommand.GetJob get) {
      get.replyTo().tell(jobs.find(get.id()).map(JobEntry::view));
    } else if (command instanceof CoordinatorCommand.DescribeJob describe) {
      describe.replyTo().tell(jobs.find(describe.id()).map(JobEntry::description));
    } else if (command instanceof CoordinatorCommand.GetTimeline get) {
      get.replyTo().tell(jobs.find(get.id()).map(JobEntry::timeline));
    } else if (command instanceof CoordinatorCommand.CancelJob cancel) {
      cancel.replyTo().tell(jobs.find(cancel.id()).map(this::cancel).orElse(Answer.UNKNOWN));
    } else if (command instanceof CoordinatorCommand.ResumeJob resume) {
      resume.replyTo().tell(jobs.find(resume.id()).map(this::resume).orElse(Answer.UNKNOWN));
    } else if (command instanceof CoordinatorCommand.DescribeCoordinator describe) {
      describe.replyTo().tell(coordinator);
    } else if (command instanceof CoordinatorCommand.ListWorkers list) {
      list.replyTo().tell(workers.all().stream().map(RegisteredWorker::view).toList());
    } else if (command instanceof CoordinatorCommand.ListParameters list) {
      list.replyTo().tell(parameters.now().stream().map(ParametersNode::view).toList());
    } else if (command instanceof CoordinatorCommand.FollowJob follow) {
      followers.follow(follow);
    }
  }

  private JobView submit(CoordinatorCommand.SubmitJob submit) {
    JobEntry entry = jobs.submit(submit.job(), submit.owner());
    if (entry.isQueued()) {
      queue.startJobs();
    }
    return entry.view();
  }

  private Answer cancel(JobEntry entry) {
    if (entry.status().hasEnded()) {
      return Answer.NOT_NOW;
    }
    if (entry.run().isPresent()) {
      jobs.change(entry, entry.stored().cancelling(CANCELLED));
      entry.run().get().tell(new JobRun.Cancel(CANCELLED));
    } else {
      jobs.end(entry, JobStatus.CANCELLED, CANCELLED, Optional.empty());
      queue.startJobs();
    }
    return Answer.DONE;
  }

  private Answer resume(JobEntry entry) {
    if (!entry.status().canBeResumed()) {
      return Answer.NOT_NOW;
    } else if (!entry.isReadable() || !jobs.resume(entry)) {
      return Answer.UNREADABLE;
    }
    queue.startJobs();
    return Answer.DONE;
  }
}
