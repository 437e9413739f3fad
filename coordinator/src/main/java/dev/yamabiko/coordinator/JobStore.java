package dev.yamabiko.coordinator;

import dev.yamabiko.model.AtomicFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The coordinator's jobs on disk, {@code jobs/ID/state.json} beside the run directory {@code
 * jobs/ID/run}, each written whole or not at all; and the term, which rises with each opening. One
 * coordinator at a time holds the directory.
 */
final class JobStore implements Closeable {

  private static final Logger LOG = LoggerFactory.getLogger(JobStore.class);
  private static final String STATE = "state.json";
  private static final String TERM = "term";
  private static final String LOCK = "lock";

  private final Path jobs;
  private final FileChannel lockFile;
  private final long term;
  private long lastNumber;

  private JobStore(Path jobs, FileChannel lockFile, long term, long lastNumber) {
    this.jobs = jobs;
    this.lockFile = lockFile;
    this.term = term;
    this.lastNumber = lastNumber;
  }

  /**
   * @param data made if it is not there
   * @throws IOException if another coordinator holds it, or it cannot be written
   */
  static JobStore open(Path data) throws IOException {
    Path jobs = Files.createDirectories(data.resolve("jobs"));
    FileChannel lockFile =
        FileChannel.open(data.resolve(LOCK), StandardOpenOption.WRITE, StandardOpenOption.CREATE);
    try {
      lock(lockFile, data);
      return new JobStore(jobs, lockFile, nextTerm(data.resolve(TERM)), lastNumber(jobs));
    } catch (IOException | RuntimeException e) {
      lockFile.close();
      throw e;
    }
  }

  private static void lock(FileChannel lockFile, Path data) throws IOException {
    FileLock lock;
    try {
      lock = lockFile.tryLock();
    } catch (OverlappingFileLockException e) {
      lock = null;
    }
    if (lock == null) {
      throw new IOException(data + " is in use by another coordinator");
    }
  }

  private static long nextTerm(Path file) throws IOException {
    long next = Files.exists(file) ? term(file) + 1 : 1;
    AtomicFile.write(file, part -> Files.writeString(part, next + "\n"));
    return next;
  }

  /** It must not begin again: what is older than a term of before is refused by it. */
  private static long term(Path file) throws IOException {
    String text = Files.readString(file).strip();
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IOException(
          "%s is expected to hold a whole number but holds \"%s\"; write one that is higher than all terms in the coordinator's logs"
              .formatted(file, text.substring(0, Math.min(40, text.length()))),
          e);
    }
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
    return term;
  }

  /** A new id, unique in this directory for ever. */
  String newId(String jobName) throws IOException {
    String id = String.format(Locale.ROOT, "%s-%d", jobName, ++lastNumber);
    Files.createDirectory(jobs.resolve(id));
    return id;
  }

  /** Where the run of this job keeps its files. */
  Path runDirectory(String id) {
    return jobs.resolve(id).resolve("run");
  }

  /** Forgets an id whose job could not be kept. */
  void discard(String id) {
    try {
      Files.deleteIfExists(jobs.resolve(id));
    } catch (IOException e) {
      LOG.warn("cannot delete directory={} cause={}", jobs.resolve(id), e.toString());
    }
  }

  void write(StoredJob job) throws IOException {
    AtomicFile.write(
        jobs.resolve(job.id()).resolve(STATE),
        part -> Files.writeString(part, job.toJson() + "\n"));
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

  @Override
  public void close() throws IOException {
    lockFile.close();
  }
}
