package dev.yamabiko.coordinator;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.TimerScheduler;
import dev.yamabiko.coordinator.Coordinator.Command;
import dev.yamabiko.coordinator.Coordinator.Resources;
import dev.yamabiko.coordinator.shared.FencedException;
import dev.yamabiko.job.Job;
import dev.yamabiko.job.JobException;
import dev.yamabiko.job.JobFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The jobs of a coordinator, oldest first, in memory and on the disk: a change of a job's state is
 * written before anybody hears of it; what it waits for is kept nowhere. What the disk does not
 * take is tried again, but a new job is refused then.
 */
final class JobBook {

  private static final String RESTARTED = "the coordinator ended while the job was running";

  private final Resources resources;
  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final Map<String, JobEntry> entries = new LinkedHashMap<>();
  private final EndedTimelines timelines = new EndedTimelines();

  /** By id: states that the disk has not taken yet. */
  private final Map<String, StoredJob> unkept = new LinkedHashMap<>();

  JobBook(Resources resources, ActorContext<Command> context, TimerScheduler<Command> timers) {
    this.resources = resources;
    this.context = context;
    this.timers = timers;
  }

  // --- Which there are --------------------------------------------------------------------------

  Optional<JobEntry> find(String id) {
    return Optional.ofNullable(entries.get(id));
  }

  /** Of one that is here. */
  JobEntry get(String id) {
    return entries.get(id);
  }

  Collection<JobEntry> all() {
    return entries.values();
  }

  List<String> ids() {
    return List.copyOf(entries.keySet());
  }

  /**
   * A job of before. One that this version cannot read stays on the disk as it is; here it has
   * failed.
   *
   * @return whether it was running, and is to go on
   */
  boolean takeUp(StoredJob stored) {
    Job job;
    try {
      job = parsed(stored);
    } catch (JobException e) {
      add(unreadable(stored, e));
      return false;
    }
    JobEntry entry = entry(stored, job);
    if (stored.status() != JobStatus.COMPLETED) {
      // It may go on, and before its run says where from, this is what is known.
      RunDirectory.positionOf(resources.store().runDirectory(stored.id()))
          .ifPresent(entry::standAt);
    }
    add(entry);
    if (stored.cancelling().isPresent()) {
      end(entry, JobStatus.CANCELLED, stored.cancelling().get(), Optional.empty());
      return false;
    } else if (stored.status() == JobStatus.RUNNING) {
      // The disk still has it as running: if this one ends before that, the next takes it up.
      entry.become(stored.waiting(JobStatus.WAITING, RESTARTED));
      context.getLog().info("taken up job={}", stored.id());
      return true;
    }
    return false;
  }

  private static Job parsed(StoredJob stored) {
    return JobFile.parse(stored.job(), stored.id(), Path.of(""), List.of());
  }

  private JobEntry entry(StoredJob stored, Job job) {
    JobStore store = resources.store();
    return new JobEntry(stored, job, store.runDirectory(stored.id()), store.term());
  }

  private void add(JobEntry entry) {
    entries.put(entry.id(), entry);
    resources.metrics().add(entry);
  }

  private JobEntry unreadable(StoredJob stored, JobException cause) {
    StoredJob failed = stored;
    if (!stored.job().isEmpty()) {
      String why = "its job file cannot be read, so submit the job again: " + cause.getMessage();
      failed = stored.ended(JobStatus.FAILED, why, Optional.empty(), now());
      context.getLog().warn("a job cannot be read job={} {}", stored.id(), why);
    }
    JobStore store = resources.store();
    return JobEntry.unreadable(failed, store.runDirectory(stored.id()), store.term());
  }

  /** A new job, at the end of the queue; one that cannot be kept has failed, and is not here. */
  JobEntry submit(Job job, Optional<String> owner) {
    String id = "";
    try {
      id = resources.store().newId(job.name());
      StoredJob stored = StoredJob.submitted(id, job.resolved(), owner, now());
      JobEntry entry = entry(stored, job);
      resources.store().write(stored);
      add(entry);
      context.getLog().info("queued job={}", id);
      return entry;
    } catch (FencedException e) {
      throw superseded(e);
    } catch (IOException e) {
      context.getLog().error("a job cannot be kept cause={}", e.toString());
      if (!id.isEmpty()) {
        discard(id);
      }
      return refused(job, WriteFailure.reason(e));
    }
  }

  private void discard(String id) {
    try {
      resources.store().discard(id);
    } catch (FencedException e) {
      throw superseded(e);
    } catch (IOException e) {
      context
          .getLog()
          .error(
              "a refused job cannot be deleted; delete its directory before the next start job={} cause={}",
              id,
              e.toString());
    }
  }

  /** A job that never came to be: it has no id. */
  private JobEntry refused(Job job, String why) {
    StoredJob none =
        StoredJob.submitted("", job.resolved(), Optional.empty(), now())
            .ended(JobStatus.FAILED, "the job cannot be kept: " + why, Optional.empty(), now());
    return new JobEntry(none, job, Path.of(""), resources.store().term());
  }

  // --- What becomes of them ---------------------------------------------------------------------

  /** What a job in the queue waits for is not kept. */
  void change(JobEntry entry, StoredJob next) {
    if (!next.equals(entry.stored())) {
      if (!next.differsOnlyInWait(entry.stored())) {
        keep(next);
      }
      entry.become(next);
    }
  }

  /** To be queued again. Returns false where it cannot be read any more. */
  boolean resume(JobEntry entry) {
    try {
      entry.resumed(parsed(entry.stored()));
    } catch (JobException e) {
      context.getLog().warn("a job cannot be read job={} {}", entry.id(), e.getMessage());
      return false;
    }
    change(entry, entry.stored().waiting(JobStatus.QUEUED, ""));
    return true;
  }

  /** About to be started once more. Returns its state from then on, which is kept already. */
  StoredJob attempt(JobEntry entry) {
    StoredJob running = entry.stored().attempt().running(now());
    keep(running);
    return running;
  }

  /** Its run is there. */
  void started(
      JobEntry entry, ActorRef<JobRun.Command> run, List<String> workers, StoredJob running) {
    timelines.begins(entry);
    entry.started(run, workers, running);
  }

  /** Its run waits for workers; on the disk it is running all the same. */
  void heldUp(JobEntry entry, String why) {
    entry.become(entry.stored().waiting(JobStatus.WAITING, why));
  }

  /** Its run has enough workers again. */
  void wentOn(JobEntry entry) {
    entry.become(entry.stored().running(now()));
  }

  /** A worker of jobs is gone. */
  void left(String worker) {
    all().forEach(entry -> entry.gone(worker));
  }

  void end(JobEntry entry, JobStatus status, String reason, Optional<String> result) {
    StoredJob ended = entry.stored().ended(status, reason, result, now());
    keep(ended);
    entry.ended(ended, result);
    timelines.ended(entry);
    resources.metrics().runEnded(entry.id());
    context.getLog().info("ended job={} status={} {}", entry.id(), status, reason);
  }

  // --- On the disk ------------------------------------------------------------------------------

  /**
   * A state that the disk does not take is tried again until it does; jobs go on meanwhile. A
   * coordinator that is killed by then finds the state before, and does again what followed it.
   */
  private void keep(StoredJob job) {
    try {
      resources.store().write(job);
      unkept.remove(job.id());
    } catch (FencedException e) {
      throw superseded(e);
    } catch (IOException e) {
      if (unkept.put(job.id(), job) == null) {
        context
            .getLog()
            .error("the state of a job cannot be kept job={} cause={}", job.id(), e.toString());
      }
      timers.startSingleTimer(new Coordinator.KeepAgain(), resources.again());
    }
  }

  /** What could not be written before may fit by now. */
  void keepAgain() {
    for (StoredJob job : List.copyOf(unkept.values())) {
      keep(job);
      if (!unkept.containsKey(job.id())) {
        context.getLog().info("the state of a job is kept again job={}", job.id());
      }
    }
  }

  private Coordinator.Superseded superseded(FencedException e) {
    context.getLog().error(e.getMessage());
    return new Coordinator.Superseded(e);
  }

  private Instant now() {
    return resources.clock().instant();
  }
}
