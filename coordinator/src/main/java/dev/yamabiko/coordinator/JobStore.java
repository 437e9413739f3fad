package dev.yamabiko.coordinator;

import dev.yamabiko.coordinator.shared.TermFence;
import dev.yamabiko.model.AtomicFile;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
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
  private static final String RUN = "run";

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

  /** A new id, which no job here has, and none has had since this was opened. */
  String newId(String jobName) throws IOException {
    String id = String.format(Locale.ROOT, "%s-%d", jobName, ++lastNumber);
    fence.pass(() -> Files.createDirectory(jobs.resolve(id)));
    AtomicFile.forceEntries(jobs);
    return id;
  }

  /** Where the run of this job keeps its files. */
  Path runDirectory(String id) {
    return jobs.resolve(id).resolve(RUN);
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

  /**
   * All jobs, oldest first. One whose state cannot be read is named in the log and left alone on
   * the disk; here it has failed, for that reason, and goes on if a user resumes it and its run
   * directory tells which job it was.
   */
  List<StoredJob> readAll() throws IOException {
    List<StoredJob> all = new ArrayList<>();
    try (Stream<Path> entries = Files.list(jobs)) {
      for (Path entry : (Iterable<Path>) entries::iterator) {
        Path state = entry.resolve(STATE);
        if (!Files.isRegularFile(entry) && hasCome(entry, state)) {
          all.add(read(entry, state));
        }
      }
    }
    all.sort(Comparator.comparingLong(job -> number(job.id())));
    return all;
  }

  /** A job without any state has never come to be, unless it has begun. */
  private static boolean hasCome(Path entry, Path state) throws IOException {
    return !Files.notExists(state) || RunDirectory.holdsRun(entry.resolve(RUN));
  }

  private static StoredJob read(Path entry, Path state) throws IOException {
    String found;
    try {
      StoredJob job = StoredJob.parse(Files.readString(state));
      if (entry.endsWith(job.id())) {
        return job;
      }
      found = "that of \"" + job.id() + "\"";
    } catch (CharacterCodingException e) {
      found = "bytes that are no UTF-8 text";
    } catch (NoSuchFileException e) {
      found = "no such file";
    } catch (IllegalArgumentException e) {
      found = e.getMessage();
    } catch (IOException e) {
      found = WriteFailure.reason(e);
    }
    String job = jobOf(entry.resolve(RUN));
    String why =
        "%s is damaged: expected the state of job %s but found %s; %s"
            .formatted(
                state,
                entry.getFileName(),
                found,
                job.isEmpty()
                    ? "its job file is lost with it, so submit the job again"
                    : "its run directory is kept: resume the job to go on from its last checkpoint");
    LOG.warn(why);
    Instant last = lastChange(state, entry.resolve(RUN), entry);
    return StoredJob.damaged(entry.getFileName().toString(), job, why, !job.isEmpty(), last);
  }

  /** Of the first of these that can be seen. */
  private static Instant lastChange(Path... files) {
    return Stream.of(files)
        .map(Path::toFile)
        .filter(file -> file.lastModified() != 0)
        .findFirst()
        .map(file -> Instant.ofEpochMilli(file.lastModified()))
        .orElse(Instant.EPOCH);
  }

  /** Empty if it is not there, or cannot be read. */
  private static String jobOf(Path run) {
    try {
      return RunDirectory.holdsRun(run) ? RunDirectory.jobOf(run) : "";
    } catch (IOException e) {
      return "";
    }
  }
}
