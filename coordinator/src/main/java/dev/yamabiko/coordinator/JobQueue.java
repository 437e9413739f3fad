package dev.yamabiko.coordinator;

import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.TimerScheduler;
import dev.yamabiko.coordinator.Coordinator.Command;
import dev.yamabiko.coordinator.Coordinator.Resources;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Whose turn it is. Idle workers go to runs that cannot go on without them; then to the jobs that
 * were running when the coordinator before ended, which the others wait for; then the head of the
 * queue starts if it can, and those behind it wait for their turn. A job that asks for more workers
 * than there are holds up none: idle workers would not help it. As soon as there are enough, it has
 * its turn.
 */
final class JobQueue {

  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

  private final Resources resources;
  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final JobBook jobs;
  private final RegisteredWorkers workers;
  private final RunStarts starts;

  /** Ids of jobs that were running, until their workers have had the time to come back. */
  private final Set<String> takenUp = new HashSet<>();

  JobQueue(
      Resources resources,
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      JobBook jobs,
      RegisteredWorkers workers,
      RunStarts starts) {
    this.resources = resources;
    this.context = context;
    this.timers = timers;
    this.jobs = jobs;
    this.workers = workers;
    this.starts = starts;
  }

  /** With the jobs of before: what was running goes on, and comes first. */
  void begin(List<StoredJob> stored) {
    for (StoredJob job : stored) {
      if (jobs.takeUp(job)) {
        takenUp.add(job.id());
      }
    }
    if (!takenUp.isEmpty()) {
      timers.startSingleTimer(new Coordinator.GraceOver(), resources.grace());
    }
    startJobs();
  }

  /** Workers have had the time to come back. */
  void graceOver() {
    takenUp.clear();
    startJobs();
  }

  /** On the disk, as far as that takes anything, it is running: it will be. */
  void postpone(JobEntry entry, String why) {
    workers.release(entry.id());
    Optional<String> cancelled = entry.stored().cancelling();
    if (cancelled.isPresent()) {
      // Its run had ended before it heard of that.
      jobs.end(entry, JobStatus.CANCELLED, cancelled.get(), Optional.empty());
      startJobs();
      return;
    }
    int times =
        entry.postponed(
            entry
                .stored()
                .waiting(JobStatus.WAITING, "waits for room on the coordinator's disk: " + why));
    Duration pause = pause(resources.again(), times);
    context.getLog().warn("postponed job={} again_in_s={} {}", entry.id(), pause.toSeconds(), why);
    timers.startSingleTimer(new Coordinator.StartAgain(entry.id()), pause);
    startJobs();
  }

  /** Longer each time: to find that there still is no room, a job reads all of its data. */
  static Duration pause(Duration first, int times) {
    Duration pause = first;
    for (int i = 1; i < times && pause.compareTo(LONGEST_PAUSE) < 0; i++) {
      pause = pause.multipliedBy(2);
    }
    return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
  }

  /** There may be room by now for what this job's run leaves on the disk. */
  void startAgain(String id) {
    jobs.get(id).startable();
    startJobs();
  }

  /** Whenever there may be a worker or a job more. */
  void startJobs() {
    offerIdle(JobEntry::isHeldUp);
    Optional<JobEntry> ahead = startInTurn(this::isTakenUp, Optional.empty());
    if (ahead.isEmpty()) {
      offerIdle(this::isTakenUp);
      ahead =
          jobs.all().stream().filter(entry -> isTakenUp(entry) && entry.takesMore()).findFirst();
    }
    if (startInTurn(entry -> !isTakenUp(entry), ahead).isEmpty()) {
      offerIdle(entry -> true);
    }
  }

  private boolean isTakenUp(JobEntry entry) {
    return takenUp.contains(entry.id());
  }

  /**
   * @param ahead whom such jobs wait for
   * @return whom those that come after them wait for
   */
  private Optional<JobEntry> startInTurn(Predicate<JobEntry> which, Optional<JobEntry> ahead) {
    Optional<JobEntry> first = ahead;
    for (JobEntry entry : List.copyOf(jobs.all())) {
      if (!entry.isStartable() || !which.test(entry)) {
        continue;
      }
      if (first.isPresent()) {
        jobs.change(entry, entry.stored().waiting(JobStatus.QUEUED, behind(first.get())));
        continue;
      }
      Allotment allotment =
          Allotment.of(entry.job().workers(), entry.job().shards(), workers.idle(), workers.size());
      if (allotment.waitingFor().isPresent()) {
        jobs.change(entry, entry.stored().waiting(JobStatus.WAITING, allotment.waitingFor().get()));
        if (allotment.holdsQueue() || isTakenUp(entry)) {
          first = Optional.of(entry);
        }
      } else {
        starts.start(entry, allotment.workers());
      }
    }
    return first;
  }

  private static String behind(JobEntry ahead) {
    return "waits for %s, which %s"
        .formatted(
            ahead.id(),
            ahead.isQueued()
                ? ahead.stored().reason()
                : "runs again and gets the workers that come back first");
  }

  /** Workers that have nothing to do help such jobs, the oldest first. */
  private void offerIdle(Predicate<JobEntry> whom) {
    for (RegisteredWorker worker : workers.all()) {
      if (worker.isIdle()) {
        jobs.all().stream()
            .filter(entry -> entry.takes(worker.name()) && whom.test(entry))
            .findFirst()
            .ifPresent(entry -> starts.offer(entry, worker));
      }
    }
  }
}
