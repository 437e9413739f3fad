package dev.yamabiko.coordinator;

import akka.actor.typed.ActorRef;
import dev.yamabiko.job.Job;
import dev.yamabiko.model.Checkpoint;
import dev.yamabiko.nn.Network;
import dev.yamabiko.protocol.RunEvent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One job as the coordinator keeps it in memory: its stored state, its run's progress, events.
 * Belongs to the coordinator; only its status is looked at from other threads.
 */
final class JobEntry {

  private final String name;

  /** Else the entry is there to be looked at, and never runs. */
  private final boolean readable;

  /** Empty once it has ended, until it is resumed: there may be very many of them. */
  private Optional<Job> job;

  private final Path directory;
  private final JobEvents events;
  private final JobTimings timings = new JobTimings(System::nanoTime);
  private volatile StoredJob stored;

  private Optional<ActorRef<JobRun.Command>> run = Optional.empty();
  private List<String> workers = List.of();

  /** Of them, those that can be reached, while the run waits for more. */
  private Optional<List<String>> present = Optional.empty();

  private final Set<String> failed = new HashSet<>();
  private Optional<String> warning = Optional.empty();
  private MetricsLine line;
  private long step;
  private long stepsTotal;
  private Optional<Network> network = Optional.empty();
  private int epoch;
  private double trainLoss = Double.NaN;
  private double validationLoss = Double.NaN;

  /** Since its data was last read: how often a run found no room on the disk. */
  private int postponements;

  /** Whether it is not to be tried before some time has passed. */
  private boolean postponed;

  /**
   * @param term of the coordinator
   */
  JobEntry(StoredJob stored, Job job, Path directory, long term) {
    this(stored, Optional.of(job), directory, term);
  }

  private JobEntry(StoredJob stored, Optional<Job> job, Path directory, long term) {
    events = new JobEvents(term);
    name = job.map(Job::name).orElseGet(() -> stored.id().replaceFirst("-\\d+$", ""));
    readable = job.isPresent();
    this.stored = stored;
    this.job = stored.status().hasEnded() ? Optional.empty() : job;
    this.directory = directory;
  }

  /** Of a job that has ended because it cannot be read. */
  static JobEntry unreadable(StoredJob stored, Path directory, long term) {
    return new JobEntry(stored, Optional.empty(), directory, term);
  }

  /** Its last run, of which nothing is known here yet, had come so far by its checkpoint. */
  void standAt(Checkpoint.Position position) {
    step = position.step();
    epoch = position.epochs();
  }

  /** Whether there is a job that could run. */
  boolean isReadable() {
    return readable;
  }

  /** It is to go on: this is the job again. */
  void resumed(Job again) {
    job = Optional.of(again);
  }

  String id() {
    return stored.id();
  }

  /** Of one that {@link #isReadable} and has not ended. */
  Job job() {
    return job.orElseThrow();
  }

  JobEvents events() {
    return events;
  }

  StoredJob stored() {
    return stored;
  }

  JobStatus status() {
    return stored.status();
  }

  /** Whether it could have a run, and has none. */
  boolean isStartable() {
    return isQueued() && !postponed;
  }

  /** Whether it waits for its turn, for workers or for room on the disk, and has no run yet. */
  boolean isQueued() {
    return run.isEmpty() && (status() == JobStatus.QUEUED || status() == JobStatus.WAITING);
  }

  /** Whether its run has too few workers to go on. */
  boolean isHeldUp() {
    return run.isPresent() && status() == JobStatus.WAITING;
  }

  Optional<ActorRef<JobRun.Command>> run() {
    return run;
  }

  /** Followers hear of it. */
  void become(StoredJob next) {
    stored = next;
    events.add(JobEvent.STATUS, view().json());
  }

  void started(ActorRef<JobRun.Command> by, List<String> on, StoredJob running) {
    run = Optional.of(by);
    present = Optional.empty();
    failed.clear();
    workers = List.copyOf(on);
    become(running);
  }

  /**
   * Its run could not begin, and is no more.
   *
   * @return how often that has happened in a row
   */
  int postponed(StoredJob waiting) {
    run = Optional.empty();
    workers = List.of();
    postponed = true;
    postponements++;
    become(waiting);
    return postponements;
  }

  /** It has waited long enough to be tried again. */
  void startable() {
    postponed = false;
  }

  /** Whether this worker may be offered to the run: it takes more, and has not seen it fail. */
  boolean takes(String worker) {
    return takesMore() && !workers.contains(worker) && !failed.contains(worker);
  }

  /** Whether its run has fewer workers than it can use. */
  boolean takesMore() {
    return run.isPresent() && workers.size() < Math.min(job().workers().most(), job().shards());
  }

  void offered(String worker) {
    workers = with(workers, worker);
  }

  private static List<String> with(List<String> names, String another) {
    List<String> more = new ArrayList<>(names);
    more.add(another);
    return List.copyOf(more);
  }

  private static List<String> without(List<String> names, String one) {
    return names.stream().filter(name -> !name.equals(one)).toList();
  }

  /**
   * @param itself failed at computing for this job
   */
  void left(String worker, boolean itself) {
    workers = without(workers, worker);
    present = present.map(names -> without(names, worker));
    if (itself) {
      failed.add(worker);
    }
  }

  /** Also from the cluster; its next start may be offered, whatever this one failed at. */
  void gone(String worker) {
    left(worker, false);
    failed.remove(worker);
  }

  /** Its data has been read. */
  void prepared(MetricsLine lines, long steps, Network model) {
    line = lines;
    stepsTotal = steps;
    network = Optional.of(model);
    postponements = 0;
  }

  void observe(RunEvent event) {
    if (event instanceof RunEvent.RunStarted begun) {
      step = begun.step();
      epoch = begun.epochs();
      events.add(JobEvent.STATUS, view().json());
    } else if (event instanceof RunEvent.StepClosed closed) {
      step = closed.step() + 1;
      trainLoss = closed.statistics().meanLoss();
      timings.closed(closed.statistics().examples());
      events.add(JobEvent.STEP, line.of(closed));
    } else if (event instanceof RunEvent.StepTimed timed) {
      timings.add(timed).ifPresent(json -> events.add("timing", json));
    } else if (event instanceof RunEvent.EpochClosed closed) {
      epoch = closed.epoch() + 1;
      closed.validation().ifPresent(validation -> validationLoss = validation.meanLoss());
      events.add("epoch", line.of(closed));
    } else if (event instanceof RunEvent.RolledBack back) {
      standAt(back.to());
      events.add(JobEvent.ROLLBACK, line.of(back));
    } else if (event instanceof RunEvent.SlicesReturned back) {
      standAt(back.to());
      // Behind the timings of steps that are taken again, for whoever hears of all from the start.
      events.add(JobEvent.STATUS, view().json());
    } else if (event instanceof RunEvent.Waiting waiting) {
      present = Optional.of(waiting.workers());
    } else if (event instanceof RunEvent.WentOn) {
      present = Optional.empty();
    } else if (event instanceof RunEvent.WorkerJoined joined) {
      present = present.map(names -> with(names, joined.worker()));
    }
  }

  /**
   * @param result whole, for those who follow
   */
  void ended(StoredJob last, Optional<String> result) {
    run = Optional.empty();
    workers = List.of();
    warning = Optional.empty();
    postponed = false;
    postponements = 0;
    stored = last;
    job = Optional.empty();
    if (last.status() == JobStatus.COMPLETED) {
      network = Optional.empty(); // its model has it
    }
    events.end(view(result).json());
  }

  /**
   * @param standing until there is another one, or none
   */
  void warn(Optional<String> standing) {
    warning = standing;
  }

  void notice(Notice said) {
    events.add("notice", said.json());
  }

  void forgetTimeline() {
    timings.forget();
  }

  TimelineView timeline() {
    return timings.view();
  }

  JobDescription description() {
    return new JobDescription(id(), stored.job(), network, directory);
  }

  JobView view() {
    return view(stored.result());
  }

  private JobView view(Optional<String> result) {
    return new JobView(
        stored.id(),
        name,
        stored.owner(),
        stored.status(),
        stored.reason(),
        warning,
        stored.submitted(),
        stored.started(),
        stored.ended(),
        step,
        stepsTotal,
        epoch,
        job.map(Job::epochs).orElse(0),
        isHeldUp() ? present.orElse(workers) : workers,
        trainLoss,
        validationLoss,
        directory,
        result);
  }
}
