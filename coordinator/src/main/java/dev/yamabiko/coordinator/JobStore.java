package dev.yamabiko.coordinator;

import dev.yamabiko.coordinator.shared.TermFence;
import dev.yamabiko.model.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The coordinator's jobs on disk, {@code jobs/ID/state.json} beside the run directory {@code
 * jobs/ID/run}, each written whole or not at all; and the term, which rises with each opening.
 * Whoever has opened it writes until the next one opens it, by then all writes are refused.
 */
final class JobStore {

  private static final Logger LOG = LoggerFactory.getLogger(JobStore.class);
  private static final String STATE = "state.json";

  private final Path jobs;
  private final TermFence fence;
  private long lastNumber;

  private JobStore(Path jobs, TermFence fence, long lastNumber) {
    this.jobs = jobs;
    this.fence = fence;
    this.lastNumber = lastNumber;
  }

  /**
   * @param data made if it is not there
   * @throws IOException if it cannot be written
   */
  static JobStore open(Path data) throws IOException {
    Path jobs = Files.createDirectories(data.resolve("jobs"));
    TermFence fence = TermFence.raise(data);
    return new JobStore(jobs, fence, lastNumber(jobs));
  }

  private static long lastNumber(Path jobs) throws IOException {
    try (Stream<Path> entries = Files.list(jobs)) {
      return entries.mapToLong(path -> number(path.getFileName().toString())).max().orElse(0);
    }
  }

  /** Of an id such as "digits-17"; 0 for a directory that is no job's. */
  private static long number(String id) {
    String digits = id.substring(id.lastIndexOf('-') + 1);
    return digits.matches("\\d{1,15}") ? Long.parseLong(digits) : 0;
  }

  /** Of this opening; higher than all before. */
  long term() {
    return fence.term();
  }

  /** Of everything that is written below this directory. */
  TermFence fence() {
    return fence;
  }

  /** A new id, unique in this directory for ever. */
  String newId(String jobName) throws IOException {
    String id = String.format(Locale.ROOT, "%s-%d", jobName, ++lastNumber);
    fence.pass(() -> Files.createDirectory(jobs.resolve(id)));
    AtomicFile.forceEntries(jobs);
    return id;
  }

  /** Where the run of this job keeps its files. */
  Path runDirectory(String id) {
    return jobs.resolve(id).resolve("run");
  }

  /** Forgets an id whose job could not be kept; its state may be in its place all the same. */
  void discard(String id) throws IOException {
    Path directory = jobs.resolve(id);
    fence.pass(
        () -> {
          Files.deleteIfExists(directory.resolve(STATE));
          Files.deleteIfExists(directory);
        });
    AtomicFile.forceEntries(jobs);
  }

  void write(StoredJob job) throws IOException {
    AtomicFile.write(
        jobs.resolve(job.id()).resolve(STATE),
        part -> Files.writeString(part, job.toJson() + "\n"),
        fence);
  }

  /** All jobs, oldest first; one that cannot be read is named in the log and left alone. */
  List<StoredJob> readAll() throws IOException {
    List<StoredJob> all = new ArrayList<>();
    try (Stream<Path> entries = Files.list(jobs)) {
      for (Path entry : (Iterable<Path>) entries::iterator) {
        Path state = entry.resolve(STATE);
        if (!Files.exists(state)) {
          continue;
        }
        try {
          StoredJob job = StoredJob.parse(Files.readString(state));
          if (!entry.endsWith(job.id())) {
            throw new IllegalArgumentException("it holds the state of \"" + job.id() + "\"");
          }
          all.add(job);
        } catch (IOException | IllegalArgumentException e) {
          LOG.warn("passed over a job file={} cause={}", state, e.toString());
        }
      }
    }
    all.sort(Comparator.comparingLong(job -> number(job.id())));
    return all;
  }
}
