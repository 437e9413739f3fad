package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
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
    assertEquals(Set.of(unfinished, "half of a st"), Set.copyOf(UnfinishedJobs.texts(data)));
  }
}
