package dev.yamabiko.soak;

import com.fasterxml.jackson.databind.JsonNode;
import dev.yamabiko.cli.Invocation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Jobs without end under faults without end, until the time is over: each job has to complete with
 * the bits and the ledger of a single node, and nothing may grow meanwhile.
 */
final class SoakRun {

  /** What of a result must not depend on who computed it. */
  private static final List<String> SAME =
      List.of(
          "weights_sha256",
          "data_sha256",
          "samples_applied",
          "ledger",
          "steps",
          "train_loss",
          "validation_loss",
          "validation_accuracy",
          "evaluation");

  private static final int QUEUED = 2;
  private static final int LOOK_MILLIS = 200;
  private static final int SAMPLES = 48;
  private static final int WARM_UP = 10;

  /** A cluster's start on a machine where all goes as fast as the plan has it. */
  private static final double START_NANOS = TimeUnit.SECONDS.toNanos(5);

  private static final long STUCK_NANOS = TimeUnit.MINUTES.toNanos(6);

  /** A JVM's heap settles, and jobs that have ended are remembered. */
  private static final Trend.Limit HEAP = new Trend.Limit(1.5, 16 << 10);

  private static final Trend.Limit FILES = new Trend.Limit(1.2, 24);
  private static final Trend.Limit THREADS = new Trend.Limit(1.2, 12);

  /** Compiled code, classes, buffers. */
  private static final Trend.Limit BESIDE_HEAP = new Trend.Limit(1.35, 48 << 10);

  /** One copy of each job's data. */
  private static final Trend.Limit CACHES = new Trend.Limit(1, 256 << 10);

  private static final Trend.Limit DATA_PER_JOB = new Trend.Limit(1.3, 1 << 10);

  private static final String CACHE_KIB = "caches KiB";
  private static final String DATA_KIB = "data KiB per job";
  private static final List<String> ROLES = List.of("coordinator", "worker");
  private static final List<String> OF_ROLE =
      List.of(" heap KiB", " open files", " threads", " KiB beside heap");

  private final SoakPlan plan;
  private final Path launcher;
  private final Path directory;

  /** Computed beside all else, as long as the job takes anyway. */
  private final Map<String, Future<JsonNode>> references = new HashMap<>();

  private final ExecutorService alone = Executors.newSingleThreadExecutor();
  private final Map<String, Under> unfinished = new LinkedHashMap<>();
  private final Map<SoakFault.Kind, Integer> faults = new EnumMap<>(SoakFault.Kind.class);
  private final Trend trend = new Trend();
  private final long start = System.nanoTime();
  private int samples;
  private int submitted;
  private int completed;
  private int resumed;
  private long lastEnd;

  /** How many times longer all takes here: nodes have to be up again before they fall. */
  private double slowness = 1;

  /** A job on its way. */
  private static final class Under {
    final SoakJob job;
    boolean cancelled;

    Under(SoakJob job) {
      this.job = job;
    }
  }

  SoakRun(SoakPlan plan, Path launcher, Path directory) {
    this.plan = plan;
    this.launcher = launcher;
    this.directory = directory;
  }

  /** What has grown, or of which nobody can say; whatever else is wrong is thrown. */
  List<String> run(Duration time) throws Exception {
    say("seed %d, %s, files in %s", plan.seed(), time, directory);
    try (SoakCluster cluster = new SoakCluster(launcher, directory)) {
      cluster.start();
      long begin = System.nanoTime();
      slowness = Math.max(1, (begin - start) / START_NANOS);
      say(
          "%.1f times the plan's time between faults, as a cluster takes so long to start",
          slowness);
      long end = begin + time.toNanos();
      long nextFault = begin;
      // What JVMs take at their start is no growth.
      long nextSample = begin + time.toNanos() / WARM_UP;
      lastEnd = begin;
      for (int number = 0; System.nanoTime() < end; TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS)) {
        cluster.endPauses(false);
        cluster.requireAlive();
        submit(cluster.api());
        look(cluster.api());
        if (System.nanoTime() > nextSample) {
          sample(cluster);
          nextSample = System.nanoTime() + time.toNanos() / SAMPLES;
        }
        if (System.nanoTime() > nextFault) {
          boolean isEarly = System.nanoTime() - begin < time.toNanos() / 3;
          fault(cluster, number, isEarly);
          nextFault = System.nanoTime() + paced(millis(plan.fault(++number).delayMillis()));
        }
      }
      cluster.endPauses(true);
      while (!unfinished.isEmpty()) {
        look(cluster.api());
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      }
      awaitAll(cluster);
      cluster.end();
    } finally {
      alone.shutdownNow();
    }
    say("faults %s; jobs %d completed, %d of them resumed", faults, completed, resumed);
    System.out.print(trend.table());
    return grown();
  }

  private List<String> grown() {
    List<String> grown = new ArrayList<>(trend.grown());
    // A paused worker or a killed coordinator misses some.
    if (samples < 2 * Trend.FEWEST) {
      say("too short: what has too few samples is not judged");
    } else {
      grown.addAll(trend.unjudged(figures()));
    }
    return grown;
  }

  private static List<String> figures() {
    List<String> figures = new ArrayList<>(List.of(CACHE_KIB, DATA_KIB));
    ROLES.forEach(role -> OF_ROLE.forEach(figure -> figures.add(role + figure)));
    return figures;
  }

  /** What one node alone makes of a job, in this process. */
  private JsonNode compute(SoakJob job) throws IOException {
    Path folder = Files.createDirectories(directory.resolve("alone").resolve(job.name()));
    Files.writeString(folder.resolve("job.conf"), job.text());
    Invocation alone =
        Invocation.of(
            folder, List.of("train", "job.conf", "--workers", "2", "--out", "run", "--json"));
    if (alone.exitCode() != 0) {
      throw new AssertionError(alone.err() + job.text());
    }
    return alone.json();
  }

  private void submit(SoakApi api) throws Exception {
    while (unfinished.size() < QUEUED) {
      SoakJob job = plan.job(submitted);
      Optional<String> id = api.submit(job.text());
      if (id.isEmpty()) {
        return;
      }
      references.computeIfAbsent(job.name(), name -> alone.submit(() -> compute(job)));
      say("job %d: %s%s", submitted++, id.get(), job.resumed() ? ", to be resumed" : "");
      unfinished.put(id.get(), new Under(job));
    }
  }

  private void look(SoakApi api) throws Exception {
    Iterator<Map.Entry<String, Under>> entries = unfinished.entrySet().iterator();
    while (entries.hasNext()) {
      Map.Entry<String, Under> entry = entries.next();
      Optional<JsonNode> status = api.job(entry.getKey());
      if (status.isPresent() && hasCompleted(api, entry.getKey(), entry.getValue(), status.get())) {
        entries.remove();
        lastEnd = System.nanoTime();
      }
    }
    if (System.nanoTime() - lastEnd > paced(STUCK_NANOS)) {
      throw new AssertionError("no job has ended for long: " + unfinished.keySet());
    }
  }

  private boolean hasCompleted(SoakApi api, String id, Under under, JsonNode status)
      throws Exception {
    switch (status.path("status").asText()) {
      case "completed" -> {
        Future<JsonNode> reference = references.get(under.job.name());
        if (!reference.isDone()) {
          return false;
        }
        requireSame(id, reference.get(), status);
        completed++;
        say("%s completed with the same bits%s", id, under.cancelled ? ", resumed" : "");
        return true;
      }
      case "running" -> {
        if (under.job.resumed() && !under.cancelled && status.path("step").asLong() > 10) {
          under.cancelled = api.steer(id, "cancel");
        }
      }
      case "cancelled" -> {
        if (!under.cancelled) {
          throw new AssertionError("nobody has cancelled " + status);
        }
        if (api.steer(id, "resume")) {
          resumed++;
        }
      }
      case "failed" -> throw new AssertionError("failed: " + status);
      default -> {
        // It waits.
      }
    }
    return false;
  }

  private static void requireSame(String id, JsonNode alone, JsonNode found) {
    for (String field : SAME) {
      if (!alone.path(field).equals(found.path(field))) {
        throw new AssertionError(
            "%s: %s: expected %s but found %s"
                .formatted(id, field, alone.path(field), found.path(field)));
      }
    }
  }

  /**
   * @param isEarly later the coordinator stays, so that it gets old
   */
  private void fault(SoakCluster cluster, int number, boolean isEarly) throws Exception {
    SoakFault fault = plan.fault(number);
    if (fault.kind() == SoakFault.Kind.KILL_COORDINATOR && !isEarly) {
      say("fault %d: %s is over for this time", number, fault.kind());
      return;
    }
    String job = unfinished.keySet().stream().findFirst().orElse("none");
    faults.merge(fault.kind(), 1, Integer::sum);
    say("fault %d: %s %s", number, fault.kind(), cluster.happen(fault, job));
  }

  private void sample(SoakCluster cluster) throws Exception {
    samples++;
    sample(ROLES.get(0), cluster.coordinator());
    if (!cluster.isPaused(cluster.oldestWorker())) {
      sample(ROLES.get(1), cluster.oldestWorker());
    }
    trend.add(CACHE_KIB, Vitals.diskKib(cluster.caches()), CACHES);
    trend.add(DATA_KIB, Vitals.diskKib(cluster.data()) / Math.max(1, submitted), DATA_PER_JOB);
  }

  private void sample(String role, SoakNode node) throws Exception {
    Optional<Vitals> vitals = Vitals.of(node);
    if (vitals.isPresent()) {
      trend.add(role + OF_ROLE.get(0), vitals.get().heapKib(), HEAP);
      trend.add(role + OF_ROLE.get(1), vitals.get().files(), FILES);
      trend.add(role + OF_ROLE.get(2), vitals.get().threads(), THREADS);
      trend.add(role + OF_ROLE.get(3), vitals.get().besideHeapKib(), BESIDE_HEAP);
    }
  }

  /** Whoever was paused or started last comes back by itself. */
  private void awaitAll(SoakCluster cluster) throws Exception {
    long deadline = System.nanoTime() + paced(STUCK_NANOS);
    while (cluster.api().registered("workers") < SoakCluster.WORKERS
        || cluster.api().registered("parameters") < 1) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("a worker has not come back");
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    }
  }

  private long paced(long nanos) {
    return (long) (nanos * slowness);
  }

  private static long millis(int millis) {
    return TimeUnit.MILLISECONDS.toNanos(millis);
  }

  private void say(String format, Object... arguments) {
    Object[] all = new Object[arguments.length + 1];
    all[0] = (System.nanoTime() - start) / 1e9;
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    System.out.printf("%7.1f  " + format + "%n", all);
  }
}
