package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnfinishedJobsTest {

  @TempDir Path data;

  @Test
  void shouldCountEveryJobThatHasNotCompleted() throws IOException {
    assertEquals(List.of(), UnfinishedJobs.texts(data));
    String unfinished = null;
    for (JobStatus status : List.of(JobStatus.COMPLETED, JobStatus.FAILED)) {
      StoredJob job =
          StoredJob.submitted(status + "-1", "seed = 1", Optional.empty(), Instant.EPOCH)
              .ended(status, "", Optional.empty(), Instant.EPOCH);
      unfinished = job.toJson();
      Path directory = Files.createDirectories(data.resolve("jobs").resolve(job.id()));
      Files.writeString(directory.resolve("state.json"), unfinished);
    }
    Files.createDirectories(data.resolve("jobs/empty-3"));
    Path damaged = Files.createDirectories(data.resolve("jobs/damaged-4"));
    Files.writeString(damaged.resolve("state.json"), "half of a st");
    Files.writeString(data.resolve("jobs/.DS_Store"), "no job");
    assertEquals(Set.of(unfinished, "half of a st"), Set.copyOf(UnfinishedJobs.texts(data)));
  }

  /** Else what they need would go. */
  @Test
  void shouldTellThatJobsCannotBeRead() throws IOException {
    Path job = Files.createDirectories(data.resolve("jobs/one-1/run")).resolve("job.conf");
    Files.createSymbolicLink(job, job.getFileName());
    assertThrows(UncheckedIOException.class, () -> UnfinishedJobs.texts(data));
    Path other = Files.createDirectory(data.resolve("other"));
    Files.createSymbolicLink(other.resolve("jobs"), Path.of("jobs"));
    assertThrows(UncheckedIOException.class, () -> UnfinishedJobs.texts(other));
  }
}
