package dev.yamabiko.coordinator;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import dev.yamabiko.coordinator.Coordinator.Command;
import dev.yamabiko.protocol.RunEvent;
import java.util.Optional;

/** What runs say: their jobs' state and progress follow it, and workers become idle. */
final class RunReports {

  private final ActorContext<Command> context;
  private final JobBook jobs;
  private final RegisteredWorkers workers;
  private final JobQueue queue;

  RunReports(
      ActorContext<Command> context, JobBook jobs, RegisteredWorkers workers, JobQueue queue) {
    this.context = context;
    this.jobs = jobs;
    this.workers = workers;
    this.queue = queue;
  }

  void hear(RunNews news) {
    JobEntry entry = jobs.get(news.id());
    if (news instanceof RunNews.DataRead read) {
      entry.prepared(read.lines(), read.steps(), read.network());
    } else if (news instanceof RunNews.Noticed noticed) {
      entry.notice(noticed.notice());
    } else if (news instanceof RunNews.DiskChanged disk) {
      entry.warn(disk.warning());
      context.getLog().warn("disk job={} {}", entry.id(), disk.text());
    } else if (news instanceof RunNews.Advanced advanced) {
      entry.observe(advanced.event());
      advanced(entry, advanced.event());
    } else if (news instanceof RunNews.Postponed notNow) {
      queue.postpone(entry, notNow.why());
    } else if (news instanceof RunNews.Ended ended) {
      ended(entry, ended.status(), ended.reason(), ended.result());
    }
  }

  private void advanced(JobEntry entry, RunEvent event) {
    if (event instanceof RunEvent.WorkerLeft left) {
      left(entry, left);
    } else if (event instanceof RunEvent.WorkerMeasured measured) {
      workers.inJob(measured.worker(), entry).ifPresent(worker -> worker.measured(measured));
    } else if (event instanceof RunEvent.ShardsReissued late) {
      late.workers()
          .forEach(name -> workers.inJob(name, entry).ifPresent(RegisteredWorker::reissued));
    } else if (event instanceof RunEvent.SlicesReturned back) {
      context
          .getLog()
          .warn("slices returned job={} step={} {}", entry.id(), back.to().step(), back.why());
    } else if (event instanceof RunEvent.Waiting waiting) {
      jobs.heldUp(entry, waiting.why());
      context.getLog().info("held up job={} {}", entry.id(), waiting.why());
      queue.startJobs();
    } else if (event instanceof RunEvent.WentOn on) {
      jobs.wentOn(entry);
      context.getLog().info("goes on job={} workers={}", entry.id(), on.workers());
    }
  }

  /**
   * May come after the worker's next start has been offered; that the one before is gone is known.
   */
  private void left(JobEntry entry, RunEvent.WorkerLeft left) {
    context.getLog().info("left job={} worker={} cause={}", entry.id(), left.worker(), left.why());
    workers
        .find(left.worker())
        .filter(worker -> worker.wasInvitedAs(left.ref()))
        .ifPresent(
            worker -> {
              entry.left(left.worker(), left.failed());
              worker.release(entry.id());
              queue.startJobs();
            });
  }

  private void ended(JobEntry entry, JobStatus status, String reason, Optional<String> result) {
    workers.release(entry.id());
    jobs.end(entry, status, reason, result);
    queue.startJobs();
  }

  /** After its last word, or without one if it failed itself. */
  void gone(String id, ActorRef<JobRun.Command> run) {
    JobEntry entry = jobs.get(id);
    if (entry.run().filter(run::equals).isPresent()) {
      String why = "the run ended without a word; the coordinator's log has the cause";
      ended(entry, JobStatus.FAILED, why, Optional.empty());
    }
  }
}
