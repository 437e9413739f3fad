package dev.yamabiko.coordinator;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * The figures of a coordinator: its workers and jobs, counted when somebody looks, and those of
 * each run ({@link RunMetrics}). A node that stands by has none of them. The figures of a job whose
 * run has ended stay for a while, so that the last ones are seen, and then go: what a page holds
 * does not grow with the number of jobs that there have been. Thread-safe.
 */
final class ClusterMetrics {

  /** Whoever collects figures comes several times within that. */
  static final Duration REMEMBERED = Duration.ofMinutes(10);

  /** However many jobs have ended since. */
  static final int MOST_ENDED = 100;

  private final MeterRegistry registry;
  private final LongSupplier nanoTime;
  private final Set<RegisteredWorker> workers = ConcurrentHashMap.newKeySet();
  private final Set<JobEntry> jobs = ConcurrentHashMap.newKeySet();
  private final Counter lost;
  private volatile boolean here;

  /** By job. */
  private final Map<String, RunMetrics> runs = new HashMap<>();

  /** When each ended, the first to end first. */
  private final Map<String, Long> ended = new LinkedHashMap<>();

  ClusterMetrics(MeterRegistry registry, LongSupplier nanoTime) {
    this.registry = registry;
    this.nanoTime = nanoTime;
    Gauge.builder("yamabiko.coordinator.active", () -> here ? 1 : 0)
        .description("Whether the coordinator is on this node; on others that stand by it is 0")
        .register(registry);
    Gauge.builder("yamabiko.workers.registered", workers, Set::size)
        .description("Workers that have joined")
        .register(registry);
    Gauge.builder("yamabiko.workers.computing", this, ClusterMetrics::computing)
        .description("Workers that take part in a run")
        .register(registry);
    lost =
        Counter.builder("yamabiko.workers.lost")
            .description("Workers that have gone without a word")
            .register(registry);
    for (JobStatus status : JobStatus.values()) {
      Gauge.builder("yamabiko.jobs", this, metrics -> metrics.jobs(status))
          .description("Jobs that the coordinator knows")
          .tag("status", status.toString())
          .register(registry);
    }
  }

  private long computing() {
    return workers.stream().filter(worker -> !worker.isIdle()).count();
  }

  private long jobs(JobStatus status) {
    return jobs.stream().filter(entry -> entry.status() == status).count();
  }

  void termBegan() {
    here = true;
  }

  void termEnded() {
    here = false;
    workers.clear();
    jobs.clear();
  }

  void joined(RegisteredWorker worker) {
    workers.add(worker);
  }

  void gone(RegisteredWorker worker) {
    workers.remove(worker);
  }

  /** A worker that is gone has not said so. */
  void lost() {
    lost.increment();
  }

  void add(JobEntry entry) {
    jobs.add(entry);
  }

  /** A job's run begins, or begins again: counters go on where they are still there. */
  synchronized RunMetrics run(String job) {
    forgetEnded();
    ended.remove(job);
    return runs.computeIfAbsent(job, id -> new RunMetrics(registry, id));
  }

  /** The job has ended, whether or not it has had a run. */
  synchronized void runEnded(String job) {
    if (runs.containsKey(job)) {
      runs.get(job).ended();
      ended.put(job, nanoTime.getAsLong());
    }
  }

  /** Of jobs that ended long ago, or of too many. */
  synchronized void forgetEnded() {
    long now = nanoTime.getAsLong();
    Iterator<Map.Entry<String, Long>> oldest = ended.entrySet().iterator();
    while (oldest.hasNext()) {
      Map.Entry<String, Long> first = oldest.next();
      if (ended.size() <= MOST_ENDED && now - first.getValue() < REMEMBERED.toNanos()) {
        return;
      }
      runs.remove(first.getKey()).forget();
      oldest.remove();
    }
  }
}
