package dev.yamabiko.cli;

import dev.yamabiko.client.Follower;
import dev.yamabiko.client.JobUpload;
import dev.yamabiko.client.JsonFields;
import dev.yamabiko.client.Server;
import dev.yamabiko.client.ServerException;
import dev.yamabiko.client.Submission;
import dev.yamabiko.job.Job;
import dev.yamabiko.job.JobChange;
import dev.yamabiko.job.JobException;
import dev.yamabiko.job.JobFile;
import dev.yamabiko.job.PathRule;
import dev.yamabiko.job.Sweep;
import dev.yamabiko.model.CanonicalJson;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The trials of a sweep as jobs of a coordinator: queued one after the other, and looked at until
 * all have ended, over as many connections as that takes. Another thread may end the looking, which
 * leaves the jobs alone.
 */
final class QueuedSweep {

  /** Names of files, as the coordinator has them, stay what they are. */
  private static final PathRule AS_WRITTEN = Path::of;

  private final Server server;
  private final SweepProgress progress;
  private final Follower.Patience patience;
  private final LongSupplier nanoTime;
  private final CountDownLatch interrupted = new CountDownLatch(1);

  /** In the order of the trials. */
  private final List<Standing> standings = new ArrayList<>();

  /** The one under way, or null. */
  private volatile Submission submission;

  QueuedSweep(
      Sweep sweep,
      Server server,
      SweepProgress progress,
      Follower.Patience patience,
      LongSupplier nanoTime) {
    this.server = server;
    this.progress = progress;
    this.patience = patience;
    this.nanoTime = nanoTime;
    sweep.trials().forEach(trial -> standings.add(Standing.ofNew(trial)));
  }

  /**
   * Ends {@link #queue} and {@link #follow}, also where they wait for the coordinator; for another
   * thread. Returns whether a submission is under way, whose answer is waited for, but not for
   * long.
   */
  boolean interrupt() {
    interrupted.countDown();
    Submission underWay = submission;
    if (underWay == null) {
      server.close();
      return false;
    }
    underWay.interrupt();
    return true;
  }

  boolean isInterrupted() {
    return interrupted.getCount() == 0;
  }

  List<Standing> standings() {
    return List.copyOf(standings);
  }

  /** Trials that are known to be jobs. */
  long queued() {
    return standings.stream().filter(s -> !s.job().object().isEmpty()).count();
  }

  /**
   * Queues every trial that is none yet.
   *
   * @param resume take what has the name of a trial already for that trial's job
   * @throws JobException if it is another job
   */
  void queue(JobUpload upload, boolean resume) {
    try {
      queueAll(upload, resume);
    } catch (ServerException e) {
      if (!server.isClosed()) {
        throw e;
      }
      // By the interruption.
    }
  }

  private void queueAll(JobUpload upload, boolean resume) {
    if (resume) {
      find(upload);
    }
    for (int i = 0; i < standings.size() && !isInterrupted(); i++) {
      if (standings.get(i).job().object().isEmpty()) {
        String text = upload.bring(standings.get(i).trial().job());
        standings.set(i, standings.get(i).with(submit(text)));
      }
    }
  }

  private void find(JobUpload upload) {
    Map<String, Map<String, Object>> known = newestByName();
    List<Standing> before = List.copyOf(standings);
    try {
      for (int i = 0; i < standings.size(); i++) {
        Sweep.Trial trial = standings.get(i).trial();
        Map<String, Object> job = known.get(trial.name());
        if (job != null) {
          requireSame(trial, upload.bring(trial.job()), new JsonFields(job).text("id"));
          standings.set(i, standings.get(i).with(job));
        }
      }
    } catch (JobException e) {
      // Where one is another job, all of them may be another sweep's.
      standings.clear();
      standings.addAll(before);
      throw e;
    }
  }

  private Map<String, Map<String, Object>> newestByName() {
    Map<String, Map<String, Object>> newest = new HashMap<>();
    server.jobs().forEach(job -> newest.putIfAbsent(new JsonFields(job).text("job"), job));
    return newest;
  }

  /** Without fields if interrupted: there may be a job or none. */
  private Map<String, Object> submit(String text) {
    submission = new Submission(server, patience.answer());
    if (isInterrupted()) {
      return Map.of();
    }
    Optional<String> answer = submission.send(text);
    submission = null;
    Map<String, Object> job = new LinkedHashMap<>();
    answer.ifPresent(
        json -> {
          job.putAll(CanonicalJson.object(json));
          job.put("status", "queued");
        });
    return job;
  }

  private void requireSame(Sweep.Trial trial, String text, String id) {
    Job now = JobFile.parse(text, trial.name(), AS_WRITTEN);
    Job there = JobFile.parse(server.file(id), id, AS_WRITTEN);
    Optional<String> change =
        JobChange.of(there, now)
            .or(() -> changed("epochs", there.epochs(), now.epochs()))
            .or(() -> changed("data", there.data(), now.data()));
    change.ifPresent(
        what -> {
          throw new JobException(
              "--resume: job %s is not trial %s of this sweep: %s; give the sweep another name"
                  .formatted(id, trial.name(), what));
        });
  }

  private static Optional<String> changed(String key, Object before, Object now) {
    return before.equals(now)
        ? Optional.empty()
        : Optional.of("%s was %s but is %s now".formatted(key, before, now));
  }

  /**
   * Blocks until all jobs have ended, or until it is interrupted.
   *
   * @throws ServerException if the coordinator does not come back
   */
  void follow() {
    long lostAt = 0;
    boolean lost = false;
    while (!isInterrupted()) {
      try {
        look();
        if (lost) {
          progress.say("connected again to " + server.url());
        }
        lost = false;
        progress.show(standings);
        if (standings.stream().allMatch(Standing::hasEnded)) {
          return;
        }
      } catch (ServerException e) {
        if (isInterrupted()) {
          return;
        }
        if (e.usersFault()
            || lost && nanoTime.getAsLong() - lostAt > patience.absence().toNanos()) {
          throw e;
        }
        if (!lost) {
          progress.say(
              "%s; trying again for %d s"
                  .formatted(e.getMessage(), patience.absence().toSeconds()));
          lost = true;
          lostAt = nanoTime.getAsLong();
        }
      }
      pause();
    }
  }

  /** Asks for those that have not ended by all that is known. */
  private void look() {
    Map<String, Integer> open = new HashMap<>();
    for (int i = 0; i < standings.size(); i++) {
      if (!standings.get(i).hasEnded()) {
        open.put(standings.get(i).job().text("id"), i);
      }
    }
    Map<String, Map<String, Object>> now = server.jobs(open.keySet());
    open.forEach(
        (id, i) -> standings.set(i, standings.get(i).with(now.getOrDefault(id, gone(id)))));
  }

  /** For whoever follows, that is its end. */
  private static Map<String, Object> gone(String id) {
    Map<String, Object> job = new LinkedHashMap<>();
    job.put("id", id);
    job.put("status", "failed");
    job.put("error", "the coordinator does not know the job any more");
    return job;
  }

  private void pause() {
    try {
      interrupted.await(patience.pause().toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      interrupt();
    }
  }
}
